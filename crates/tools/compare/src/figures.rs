//! What was measured, and how a figure reads.

use crate::rows::{Row, Unit};

/// What one kind of work cost, each time that it was done.
#[derive(Debug)]
pub struct Figures {
    pub row: &'static Row,
    /// With the start method fork, where the work starts processes.
    pub python: Costs,
    /// With the start method spawn; empty where the work starts no processes.
    pub spawn: Costs,
    pub rust: Costs,
}

impl Figures {
    pub fn new(row: &'static Row) -> Self {
        Self { row, python: Costs::default(), spawn: Costs::default(), rust: Costs::default() }
    }

    /// The scale in which all figures of this work are shown: that of the smallest.
    pub fn scale(&self) -> Scale {
        let medians = [&self.python, &self.spawn, &self.rust].map(Costs::median);
        let smallest = medians.into_iter().flatten().fold(f64::INFINITY, f64::min);
        match self.row.unit {
            Unit::Bytes => Scale { name: "MB", one: 1e6 },
            Unit::Seconds if smallest < 1e-3 => Scale { name: "µs", one: 1e-6 },
            Unit::Seconds if smallest < 1.0 => Scale { name: "ms", one: 1e-3 },
            Unit::Seconds => Scale { name: "s", one: 1.0 },
        }
    }
}

/// Costs of the same work, in seconds or bytes, the smallest first.
#[derive(Debug, Default)]
pub struct Costs(Vec<f64>);

impl Extend<f64> for Costs {
    fn extend<T: IntoIterator<Item = f64>>(&mut self, costs: T) {
        self.0.extend(costs);
        self.0.sort_by(f64::total_cmp);
    }
}

impl Costs {
    pub fn median(&self) -> Option<f64> {
        self.part(0.5)
    }

    /// A quarter of the costs are below the first, a quarter are above the second.
    pub fn quartiles(&self) -> Option<(f64, f64)> {
        Some((self.part(0.25)?, self.part(0.75)?))
    }

    fn part(&self, part: f64) -> Option<f64> {
        let last = self.0.len().checked_sub(1)?;
        let at = part * last as f64;
        let (below, above) = (self.0[at.floor() as usize], self.0[at.ceil() as usize]);
        Some(below + (above - below) * at.fract())
    }

    /// How many times as much this costs as the other.
    pub fn ratio_to(&self, other: &Self) -> Option<f64> {
        Some(self.median()? / other.median()?)
    }
}

/// A unit, and what it stands for in seconds or bytes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scale {
    pub name: &'static str,
    pub one: f64,
}

impl Scale {
    pub fn show(self, cost: Option<f64>) -> String {
        cost.map_or_else(|| "–".to_owned(), |cost| three_digits(cost / self.one))
    }
}

/// Three digits say what a measurement can; a fourth would be another one in the next run.
pub fn three_digits(number: f64) -> String {
    match number {
        ..10.0 => format!("{number:.2}"),
        ..100.0 => format!("{number:.1}"),
        _ => {
            let third = 10_f64.powf(number.log10().floor() - 2.0);
            format!("{:.0}", (number / third).round() * third)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::ROWS;

    fn costs(costs: &[f64]) -> Costs {
        let mut all = Costs::default();
        all.extend(costs.iter().copied());
        all
    }

    #[test]
    fn the_median_is_the_one_in_the_middle() {
        assert_eq!(costs(&[]).median(), None);
        assert_eq!(costs(&[3.0]).median(), Some(3.0));
        assert_eq!(costs(&[9.0, 1.0, 2.0]).median(), Some(2.0));
        assert_eq!(costs(&[9.0, 1.0, 2.0, 4.0]).median(), Some(3.0));
    }

    #[test]
    fn a_quarter_lies_below_the_lower_quartile() {
        assert_eq!(costs(&[5.0, 4.0, 3.0, 2.0, 1.0]).quartiles(), Some((2.0, 4.0)));
        assert_eq!(costs(&[1.0, 2.0]).quartiles(), Some((1.25, 1.75)));
        assert_eq!(costs(&[]).quartiles(), None);
    }

    #[test]
    fn a_ratio_needs_both() {
        assert_eq!(costs(&[6.0]).ratio_to(&costs(&[2.0])), Some(3.0));
        assert_eq!(costs(&[6.0]).ratio_to(&costs(&[])), None);
    }

    #[test]
    fn a_figure_has_three_digits() {
        let shown = [0.381, 4.5, 27.66, 498.3, 999.6, 49_415.0].map(three_digits);
        assert_eq!(shown, ["0.38", "4.50", "27.7", "498", "1000", "49400"]);
    }

    #[test]
    fn all_figures_of_a_work_have_the_scale_of_the_smallest() {
        let mut figures = Figures::new(&ROWS[0]);
        figures.python.extend([0.043]);
        assert_eq!(figures.scale().name, "ms");
        assert_eq!(figures.scale().show(figures.python.median()), "43.0");
        figures.rust.extend([0.000_85]);
        assert_eq!(figures.scale().name, "µs");
        assert_eq!(figures.scale().show(figures.python.median()), "43000");
        assert_eq!(figures.scale().show(figures.rust.median()), "850");
        assert_eq!(figures.scale().show(figures.spawn.median()), "–");
    }
}
