//! Two runs side by side, and many in a table.

use language::Language;
use text::{cut, pad, wrap};

use crate::measured::{Cost, Measured};

/// The width of one of two columns.
const WIDTH: usize = 56;

/// Most lessons say less; of the others the beginning shows what they are about.
const LINES: usize = 40;

pub fn side_by_side(language: Language, rust: &Measured, python: &Measured) -> String {
    let mut text = two("Rust", "Python");
    text += &two(&"─".repeat(WIDTH), &"─".repeat(WIDTH));
    let (left, right) = (column(language, rust), column(language, python));
    for number in 0..left.len().max(right.len()) {
        let line = |lines: &[String]| lines.get(number).cloned().unwrap_or_default();
        text += &two(&line(&left), &line(&right));
    }
    text
}

fn column(language: Language, run: &Measured) -> Vec<String> {
    let shown = run.lines.iter().take(LINES);
    let mut lines: Vec<_> =
        shown.map(|(at, line)| cut(&format!("{at:6.2}  {line}"), WIDTH)).collect();
    if run.lines.len() > LINES {
        let more = run.lines.len() - LINES;
        lines.push(
            language.choose(
                format!("        … {more} more lines"),
                format!("        … 还有 {more} 行"),
            ),
        );
    }
    lines.push(String::new());
    let cost = run.cost.map_or(String::new(), |Cost { cpu_seconds, peak_megabytes }| {
        format!(", CPU {cpu_seconds:.2} s, {peak_megabytes:.1} MB")
    });
    lines.push(format!("{:.2} s{cost}", run.wall_seconds));
    match &run.complaint {
        None => lines.push(language.choose("as described", "符合说明").to_owned()),
        Some(complaint) => {
            let not = language.choose("NOT as described: ", "不符合说明：");
            lines.extend(wrap(&format!("{not}{complaint}"), WIDTH, 0));
        }
    }
    lines
}

fn two(left: &str, right: &str) -> String {
    format!("{}   {right}", pad(left, WIDTH)).trim_end().to_owned() + "\n"
}

/// The width of the column with the lessons' names.
const NAME: usize = 22;

pub fn header(language: Language) -> String {
    // Each Chinese word fills as many columns as the English one with the blanks beside it.
    language.choose(
        format!(
            "\n{:NAME$}  {:4}  {:>7}    wall: Python   Rust  ratio    CPU: Python   Rust  ratio    \
             MB: Python   Rust  ratio   endings",
            "lesson", "says", "sleeps"
        ),
        format!(
            "\n{}  符合     睡眠    实际: Python   Rust   比值    CPU: Python   Rust   比值    \
             MB: Python   Rust   比值   结局",
            pad("课", NAME)
        ),
    )
}

pub fn row(
    language: Language,
    name: &str,
    rust: &Measured,
    python: &Measured,
    sleeps: f64,
    endings: &str,
) -> String {
    let verdict = match (rust.fits(), python.fits()) {
        (true, true) => language.choose("both", "两边"),
        (true, false) => "Rust",
        (false, true) => "Py",
        (false, false) => language.choose("NONE", "都不"),
    };
    let verdict = pad(verdict, 4);
    let sleeps = if sleeps > 0.0 { format!("{sleeps:.2}") } else { "–".to_owned() };
    let wall = three(Some(python.wall_seconds), Some(rust.wall_seconds), 2);
    let costs = [python.cost, rust.cost];
    let [python, rust] = costs.map(|cost| cost.map(|cost| cost.cpu_seconds));
    let cpu = three(python, rust, 2);
    let [python, rust] = costs.map(|cost| cost.map(|cost| cost.peak_megabytes));
    let memory = three(python, rust, 1);
    format!(
        "{name:NAME$}  {verdict}  {sleeps:>7}   {wall:>26}   {cpu:>25}   {memory:>24}   {endings}"
    )
}

/// A figure of Python's run and of Rust's, and their ratio.
fn three(python: Option<f64>, rust: Option<f64>, decimals: usize) -> String {
    let figure = |figure: Option<f64>, decimals| {
        let shown = figure.map(|figure| format!("{figure:.decimals$}"));
        shown.unwrap_or_else(|| "–".to_owned())
    };
    let ratio = python.zip(rust).map(|(python, rust)| python / rust);
    let [python, rust, ratio] =
        [figure(python, decimals), figure(rust, decimals), figure(ratio, 2)];
    format!("{python}  {rust:>5}  {ratio:>5}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_heading_stands_where_its_figures_stand_in_either_language() {
        use unicode_width::UnicodeWidthStr;
        let [english, chinese] = [Language::En, Language::Zh].map(header);
        for name in ["Python", "Rust"] {
            let places = |text: &str| -> Vec<usize> {
                text.match_indices(name).map(|(at, _)| text[..at].width()).collect()
            };
            assert_eq!(places(&english), places(&chinese));
        }
        let before = |text: &str, last: &str| text[..text.rfind(last).unwrap()].width();
        assert_eq!(before(&english, "endings"), before(&chinese, "结局"));
    }

    #[test]
    fn the_longest_name_has_room() {
        assert_eq!(course::lessons().iter().map(String::len).max(), Some(NAME));
    }
}
