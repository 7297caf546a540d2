//! The figures as a bar chart: an SVG picture that needs nothing but itself.

use std::fmt::Write;

use text::escape_xml;

use language::Language;

use crate::figures::{Costs, Figures};

/// All lengths are in the picture's own unit, a pixel when it is shown at its size.
const WIDTH: f64 = 760.0;
const EDGE: f64 = 16.0;
/// Where the bars begin: right of their names.
const LEFT: f64 = 120.0;
/// What the longest bar leaves free for its figure.
const RIGHT: f64 = 90.0;
const LINE: f64 = 18.0;
const BAR: f64 = 12.0;
const GAP: f64 = 20.0;

const STYLE: &str = include_str!("chart.css");

/// Draws a group of bars for each kind of work. Each group has a scale of its own: its longest bar
/// fills the width.
pub fn draw(figures: &[Figures], facts: &str, language: Language) -> String {
    let mut body = String::new();
    let mut y = EDGE + LINE;
    let note = language.choose(
        "Less is better. Each group has a scale of its own; the thin line spans the middle half of the runs.",
        "越短越好。每一组有自己的刻度；细线是中间一半测量值的范围。",
    );
    for line in [facts, note] {
        let _ =
            writeln!(body, r#"<text class="faint" x="{EDGE}" y="{y}">{}</text>"#, escape_xml(line));
        y += LINE;
    }
    for work in figures {
        y += GAP;
        let label = escape_xml(work.row.words(language));
        let _ = writeln!(body, r#"<text class="label" x="{EDGE}" y="{y}">{label}</text>"#);
        y = group(&mut body, work, y + 6.0);
    }
    let height = y + EDGE;
    let title = language.choose("What it costs in Python and in Rust", "Python 和 Rust 的开销");
    format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" class="compare" role="img">
<title>{title}</title>
<style>
{STYLE}</style>
<rect class="page" width="{WIDTH}" height="{height}" rx="8"/>
{body}</svg>
"#
    )
}

/// Draws the bars of one kind of work below `y`, and gives where they end.
fn group(body: &mut String, work: &Figures, mut y: f64) -> f64 {
    let python = if work.row.processes { "Python, fork" } else { "Python" };
    let bars: [(&str, &str, &Costs); 3] = [
        (python, "python", &work.python),
        ("Python, spawn", "spawn", &work.spawn),
        ("Rust", "rust", &work.rust),
    ];
    let longest = bars.iter().filter_map(|(_, _, costs)| costs.quartiles()).map(|(_, upper)| upper);
    let unit = (WIDTH - LEFT - RIGHT) / longest.fold(f64::MIN_POSITIVE, f64::max);
    let scale = work.scale();
    for (name, class, costs) in bars {
        let (Some(median), Some((lower, upper))) = (costs.median(), costs.quartiles()) else {
            continue;
        };
        let (text, middle) = (y + BAR - 2.0, y + BAR / 2.0);
        let (from, to) = (LEFT + lower * unit, LEFT + upper * unit);
        let (width, figure) = ((median * unit).max(1.0), scale.show(Some(median)));
        let _ = writeln!(
            body,
            r#"<text x="{EDGE}" y="{text:.1}">{name}</text><rect class="{class}" x="{LEFT}" y="{y:.1}" width="{width:.1}" height="{BAR}"/><path class="spread" d="M{from:.1} {middle:.1}H{to:.1}"/><text x="{:.1}" y="{text:.1}">{figure} {}</text>"#,
            to.max(LEFT + width) + 6.0,
            scale.name
        );
        y += LINE;
    }
    y
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::ROWS;

    #[test]
    fn the_longest_bar_fills_the_width_and_the_others_are_in_proportion() {
        let mut work = Figures::new(&ROWS[1]);
        work.python.extend([2e-3]);
        work.spawn.extend([8e-3]);
        work.rust.extend([1e-3]);
        let svg = draw(&[work], "a <fast> machine & a slow one", Language::Zh);
        let svg = roxmltree::Document::parse(&svg).unwrap();
        let width = |class: &str| -> f64 {
            let bar = svg.descendants().find(|node| node.attribute("class") == Some(class));
            bar.unwrap().attribute("width").unwrap().parse().unwrap()
        };
        assert_eq!(width("spawn"), WIDTH - LEFT - RIGHT);
        assert!((width("python") / width("rust") - 2.0).abs() < 0.01);
        let texts: Vec<_> = svg.descendants().filter_map(|node| node.text()).collect();
        assert!(texts.contains(&"a <fast> machine & a slow one"));
        assert!(texts.contains(&"2.00 ms") && texts.contains(&"Python, fork"));
    }

    #[test]
    fn what_was_not_measured_has_no_bar() {
        let mut work = Figures::new(&ROWS[0]);
        work.rust.extend([1e-3]);
        let svg = draw(&[work], "", Language::En);
        assert!(svg.contains(r#"class="rust" x"#));
        assert!(!svg.contains(r#"class="python" x"#));
    }
}
