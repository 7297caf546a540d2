//! The figures as a table: for a terminal, and as Markdown for the books.

use std::fmt::Write;

use language::Language;

use crate::figures::{Figures, three_digits};

const HEADER: [&str; 6] = ["", "Python", "Python, spawn", "Rust", "Python/Rust", "spawn/Rust"];

pub fn for_terminal(figures: &[Figures], language: Language) -> String {
    let mut rows = vec![HEADER.map(str::to_owned)];
    rows.extend(figures.iter().map(|work| cells(work, language)));
    let widths: [usize; HEADER.len()] = std::array::from_fn(|column| {
        rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0)
    });
    let mut text = String::new();
    for [label, numbers @ ..] in rows {
        let _ = write!(text, "{label:<width$}", width = widths[0]);
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
