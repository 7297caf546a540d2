//! The figures as a table: for a terminal, and as Markdown for the books.

use std::fmt::Write;

use language::Language;

use crate::figures::{Figures, three_digits};

const HEADER: [&str; 6] = ["", "Python", "Python, spawn", "Rust", "Python/Rust", "spawn/Rust"];

/// In lines of at most so many columns, if it can be: then the words for a kind of work stand above its
/// figures.
pub fn for_terminal(figures: &[Figures], language: Language, width: usize) -> String {
    let mut rows = vec![HEADER.map(str::to_owned)];
    rows.extend(figures.iter().map(|work| cells(work, language)));
    let widths: [usize; HEADER.len()] = std::array::from_fn(|column| {
        rows.iter().map(|row| text::width(&row[column])).max().unwrap_or(0)
    });
    let of_figures: usize = widths[1..].iter().map(|width| width + 2).sum();
    let narrow = widths[0] + of_figures > width;
    let mut text = String::new();
    for [label, numbers @ ..] in rows {
        if !narrow {
            text += &text::pad(&label, widths[0]);
        } else if !label.is_empty() {
            text += &(text::wrap(&label, width, 2).join("\n") + "\n");
        }
        for (number, width) in numbers.iter().zip(&widths[1..]) {
            let _ = write!(text, "  {number:>width$}");
        }
        text.push('\n');
    }
    text
}

/// With what it was measured on above it.
pub fn for_book(figures: &[Figures], facts: &str, language: Language) -> String {
    let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
    let mut text = format!("{facts}\n\n{}", line(&HEADER.map(str::to_owned)));
    text += "| --- | --: | --: | --: | --: | --: |\n";
    for work in figures {
        text += &line(&cells(work, language));
    }
    text
}

fn cells(work: &Figures, language: Language) -> [String; HEADER.len()] {
    let scale = work.scale();
    let ratio = |ratio: Option<f64>| ratio.map_or_else(|| "–".to_owned(), three_digits);
    [
        format!("{}{}{}", work.row.words(language), language.choose(", ", "，"), scale.name),
        scale.show(work.python.median()),
        scale.show(work.spawn.median()),
        scale.show(work.rust.median()),
        ratio(work.python.ratio_to(&work.rust)),
        ratio(work.spawn.ratio_to(&work.rust)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::ROWS;

    #[test]
    fn columns_stand_below_each_other_in_either_language_and_fit() {
        let mut figures: Vec<Figures> = ROWS.iter().map(Figures::new).collect();
        for work in &mut figures {
            work.python.extend([0.5]);
            work.spawn.extend([0.25]);
            work.rust.extend([0.125]);
        }
        for language in [Language::En, Language::Zh] {
            let wide = for_terminal(&figures, language, usize::MAX);
            let widths: Vec<usize> = wide.lines().map(text::width).collect();
            assert_eq!(widths.len(), ROWS.len() + 1, "{wide}");
            assert!(widths.iter().all(|width| *width == widths[0]), "{wide}");
            let narrow = for_terminal(&figures, language, 80);
            assert!(narrow.lines().all(|line| text::width(line) <= 80), "{narrow}");
            let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
            assert_eq!(words(&narrow), words(&wide));
        }
    }
}
