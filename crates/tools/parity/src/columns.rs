//! Two runs side by side, and many in a table.

use language::Language;
use text::{pad, wrap};

use crate::measured::{Cost, Measured};

/// What stands between two columns.
const GAP: &str = "   ";

/// The width of one of two columns, and below which they cannot be read.
const WIDTHS: std::ops::RangeInclusive<usize> = 20..=56;

/// Most lessons say less; of the others the beginning shows what they are about.
const LINES: usize = 40;

/// Before a line stands the second at which it came.
const SECOND: usize = 8;

/// Two runs, in lines of at most so many columns.
pub fn side_by_side(
    language: Language,
    width: usize,
    rust: &Measured,
    python: &Measured,
) -> String {
    let width = (width.saturating_sub(GAP.len()) / 2).clamp(*WIDTHS.start(), *WIDTHS.end());
    let two = |left: &str, right: &str| {
        format!("{}{GAP}{right}", pad(left, width)).trim_end().to_owned() + "\n"
    };
    let mut text = two("Rust", "Python");
    text += &two(&"─".repeat(width), &"─".repeat(width));
    let (left, right) = (column(language, width, rust), column(language, width, python));
    for number in 0..left.len().max(right.len()) {
        let line = |lines: &[String]| lines.get(number).cloned().unwrap_or_default();
        text += &two(&line(&left), &line(&right));
    }
    text
}

fn column(language: Language, width: usize, run: &Measured) -> Vec<String> {
    let shown = run.lines.iter().take(LINES);
    let shown = shown.map(|(at, line)| format!("{at:6.2}  {line}"));
    let mut lines: Vec<_> = shown.flat_map(|line| wrap(&line, width, SECOND)).collect();
    if run.lines.len() > LINES {
        let more = run.lines.len() - LINES;
        let more = language
            .choose(format!("        … {more} more lines"), format!("        … 还有 {more} 行"));
        lines.extend(wrap(&more, width, SECOND));
    }
    lines.push(String::new());
    let cost = run.cost.map_or(String::new(), |Cost { cpu_seconds, peak_megabytes }| {
        format!(", CPU {cpu_seconds:.2} s, {peak_megabytes:.1} MB")
    });
    lines.extend(wrap(&format!("{:.2} s{cost}", run.wall_seconds), width, 0));
    match &run.complaint {
        None => lines.push(language.choose("as described", "符合说明").to_owned()),
        Some(complaint) => {
            let not = language.choose("NOT as described: ", "不符合说明：");
            lines.extend(wrap(&format!("{not}{complaint}"), width, 0));
        }
    }
    lines
}

/// The width of the column with the lessons' names.
const NAME: usize = 22;

/// The widths of the parts of a row, which stay together: the name with whether it is as described and how
/// long it sleeps; wall time; CPU time; memory. The endings come last and are as wide as they are.
const PARTS: [usize; 4] = [NAME + 15, 26, 25, 24];

/// The parts of a row one after the other, in as many lines of so many columns as it takes. Each line
/// after the first is indented.
fn in_lines(width: usize, parts: [String; 5]) -> String {
    const INDENT: &str = "    ";
    let mut text = String::new();
    let mut at = 0;
    let [most @ .., last] = parts;
    for (part, room) in most.into_iter().zip(PARTS).chain([(last, LAST)]) {
        if at > 0 && at + GAP.len() + room > width {
            text = text.trim_end().to_owned() + "\n" + INDENT;
            at = INDENT.len();
        } else if at > 0 {
            text += GAP;
            at += GAP.len();
        }
        text += &pad(&part, room);
        at += room;
    }
    text.trim_end().to_owned()
}

/// Room for what is said of the endings, which seldom is longer.
const LAST: usize = 18;

pub fn header(language: Language, width: usize) -> String {
    // Each Chinese word fills as many columns as the English one with the blanks beside it.
    let parts = language.choose(
        [
            "lesson                  says   sleeps",
            "wall: Python   Rust  ratio",
            "CPU: Python   Rust  ratio",
            "MB: Python   Rust  ratio",
            "endings",
        ],
        [
            "课                      符合     睡眠",
            "实际: Python   Rust   比值",
            "CPU: Python   Rust   比值",
            "MB: Python   Rust   比值",
            "结局",
        ],
    );
    in_lines(width, parts.map(str::to_owned))
}

pub fn row(
    language: Language,
    width: usize,
    name: &str,
    [rust, python]: [&Measured; 2],
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
    let parts = [
        format!("{name:NAME$}  {verdict}  {sleeps:>7}"),
        format!("{wall:>26}"),
        format!("{cpu:>25}"),
        format!("{memory:>24}"),
        endings.to_owned(),
    ];
    in_lines(width, parts)
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
        let [english, chinese] =
            [Language::En, Language::Zh].map(|language| header(language, usize::MAX));
        for name in ["Python", "Rust"] {
            let places = |text: &str| -> Vec<usize> {
                text.match_indices(name).map(|(at, _)| text[..at].width()).collect()
            };
            assert_eq!(places(&english), places(&chinese));
        }
        let before = |text: &str, last: &str| text[..text.rfind(last).unwrap()].width();
        assert_eq!(before(&english, "endings"), before(&chinese, "结局"));
    }

    fn measured(seconds: f64, lines: &[&str]) -> Measured {
        Measured {
            complaint: Some("第 3 行：\"余额\"：应为 \"账户余额：100 元\"".to_owned()),
            wall_seconds: seconds,
            cost: Some(Cost { cpu_seconds: seconds, peak_megabytes: 4.0 * seconds }),
            lines: lines.iter().map(|line| (1.0, (*line).to_owned())).collect(),
        }
    }

    #[test]
    fn a_figure_stands_below_its_heading() {
        let run = measured(12.25, &[]);
        for width in [60, 80, 100, usize::MAX] {
            let head = header(Language::En, width);
            let row = row(Language::En, width, "bank_lock", [&run, &run], 1.0, "equal");
            assert_eq!(head.lines().count(), row.lines().count(), "{head}\n{row}");
            for (head, row) in head.lines().zip(row.lines()) {
                assert!(head.len() <= width && row.len() <= width, "{head}\n{row}");
                let names = ["Rust", "ratio", "Python"];
                for (at, word) in names.iter().flat_map(|name| head.match_indices(name)) {
                    let end = at + word.len();
                    assert!(row.as_bytes()[end - 1].is_ascii_digit(), "{head}\n{row}");
                    assert!(row.as_bytes().get(end).is_none_or(|after| *after == b' '), "{row}");
                }
                assert_eq!(head.find("endings"), row.find("equal"), "{head}\n{row}");
            }
        }
        let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        let row = |width| row(Language::Zh, width, "bank_lock", [&run, &run], 1.0, "相同");
        assert_eq!(words(&row(60)), words(&row(usize::MAX)));
    }

    #[test]
    fn two_runs_fit_into_a_terminal_and_lose_nothing() {
        use unicode_width::UnicodeWidthStr;
        let line =
            "账户余额：100 元，账户余额：200 元，a line that is longer than half of a terminal";
        let run = measured(1.0, &[line]);
        for width in [60, 80, 115] {
            let text = side_by_side(Language::Zh, width, &run, &run);
            assert!(text.lines().all(|line| line.width() <= width), "{text}");
            let middle = (width - GAP.len()) / 2;
            let left = text.lines().map(|line| text::cut(&pad(line, width), middle + 1));
            let left: String =
                left.map(|line| line.trim_end_matches(['…', ' ']).to_owned()).collect();
            let plain = |text: &str| text.replace(' ', "");
            assert!(plain(&left).contains(&plain(line)), "{text}");
        }
    }

    #[test]
    fn the_longest_name_has_room() {
        assert_eq!(course::lessons().iter().map(String::len).max(), Some(NAME));
    }
}
