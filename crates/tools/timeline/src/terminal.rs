//! The chart as text, a line for each lane.

use std::fmt::Write;

use text::cut;
use unicode_width::UnicodeWidthStr;

use crate::chart::{Chart, time};
use crate::language::{Language, Spoken};
use crate::trace::State;
use crate::tree::Row;

/// How the terminal wants its text.
pub struct Style {
    /// In characters.
    pub width: usize,
    pub color: bool,
    /// Whether to draw every lane of a program that has many.
    pub every_lane: bool,
    pub language: Language,
}

/// More lanes than this are not read one by one.
const MANY: usize = 40;

/// The longest label that is written in full.
const LABEL: usize = 24;

/// What a state looks like: a character that tells it apart without colour, and its colour.
fn look(state: State) -> (char, u8) {
    match state {
        State::Running => ('█', 29),
        State::Ready => ('▒', 114),
        State::Sleeping => ('░', 110),
        State::Lock => ('×', 202),
        State::Wakeup => ('?', 175),
        State::ThreadEnd => ('·', 245),
        State::ProcessEnd => (':', 245),
        State::Start => ('+', 245),
        State::Input => ('<', 97),
        State::Output => ('>', 97),
        State::Socket => ('o', 97),
        State::FileLock => ('#', 202),
        State::Message => ('m', 175),
        State::Interpreter => ('g', 178),
        State::Stopped => ('!', 160),
        State::System => ('~', 138),
        State::Held => ('-', 245),
    }
}

/// Draws the chart. The text ends with a line break.
pub fn draw(chart: &Chart<'_>, style: &Style) -> String {
    let step = match chart.rows.len() {
        many if many > MANY && !style.every_lane => many.div_ceil(MANY),
        _ => 1,
    };
    let rows: Vec<&Row> = chart.rows.iter().step_by(step).collect();
    // In a narrow terminal the bars get the most of what there is.
    let longest = LABEL.min(style.width / 3).max(4);
    let labels: Vec<String> = rows.iter().map(|row| label(row, longest, style.language)).collect();
    let margin = labels.iter().map(|label| label.width()).max().unwrap_or(0) + 1;
    let columns = style.width.saturating_sub(margin + 1).max(8);
    let pen = Pen { color: style.color };

    let language = style.language;
    let title = cut(&chart.title, style.width / 2);
    let mut text = String::new();
    let facts = chart.facts(language);
    if title.width() + 2 + facts.width() <= style.width {
        let _ = writeln!(text, "{}  {facts}", pen.bold(&title));
    } else {
        let _ = writeln!(text, "{}", pen.bold(&title));
        text += &wrapped(&facts.split(" · ").collect::<Vec<_>>(), " · ", style.width);
    }
    for (row, label) in rows.iter().zip(&labels) {
        let padding = " ".repeat(margin - label.width());
        let cells = pen.cells(&cells(chart, row, columns));
        let _ = writeln!(text, "{label}{padding}{}", cells.trim_end());
        let words = words(chart, row, columns);
        if !words.is_empty() && (step == 1 || row.lane == 0) {
            let _ = writeln!(text, "{}{}", " ".repeat(margin), pen.faint(&words));
        }
    }
    let _ = writeln!(text, "{}{}", " ".repeat(margin), pen.faint(&scale(chart, columns)));
    let legend = legend(chart, &rows, columns, language);
    // Colours have no width, so they come last.
    for line in
        wrapped(&legend.iter().map(String::as_str).collect::<Vec<_>>(), "   ", style.width).lines()
    {
        let _ = writeln!(text, "{}", pen.legend(line));
    }
    if step > 1 {
        let all = chart.rows.len();
        let line = language.choose(
            format!("1 in every {step} of the {all} lanes is drawn: --every-lane draws each"),
            format!("每 {step} 条只画 1 条，共 {all} 条：--every-lane 全部画出"),
        );
        let _ = writeln!(text, "{line}");
    }
    for note in chart.notes(language, true) {
        text += &wrapped(&note.split(' ').collect::<Vec<_>>(), " ", style.width);
    }
    text
}

/// Pieces in lines of at most so many columns, broken between pieces.
fn wrapped(pieces: &[&str], between: &str, width: usize) -> String {
    let mut text = String::new();
    let mut line = String::new();
    for piece in pieces {
        if !line.is_empty() && line.width() + between.width() + piece.width() > width {
            let _ = writeln!(text, "{line}");
            line.clear();
        }
        if !line.is_empty() {
            line += between;
        }
        line += piece;
    }
    text + &line + "\n"
}

fn label(row: &Row, longest: usize, language: Language) -> String {
    let text = format!("{}{}", "  ".repeat(row.depth.min(4)), row.label_in(language));
    cut(&text, longest)
}

/// What a lane does in each column, None where it does not exist.
fn cells(chart: &Chart<'_>, row: &Row, columns: usize) -> Vec<Option<State>> {
    let mut cells = vec![None; columns];
    let column = |at| chart.position(at) * columns as f64;
    for segment in chart.segments(chart.lane(row), columns) {
        let first = column(segment.start) as usize;
        let end = (column(segment.end).ceil() as usize).clamp(first + 1, columns);
        cells[first.min(columns - 1)..end].fill(Some(segment.state));
    }
    cells
}

/// What a lane printed, each word below its moment and as much of it as there is room for.
fn words(chart: &Chart<'_>, row: &Row, columns: usize) -> String {
    let words = chart.words(chart.lane(row), columns);
    let mut line = String::new();
    let mut used = 0;
    for word in words.iter().filter(|word| !word.text.is_empty()) {
        let text = cut(&word.text, columns);
        // A word at the right edge moves left as far as it must.
        let at = (chart.position(word.at) * columns as f64) as usize;
        let at = at.min(columns - text.width());
        if at >= used {
            let _ = write!(line, "{}{text}", " ".repeat(at - used));
            // Two words need a space between them.
            line.push(' ');
            used = at + text.width() + 1;
        }
    }
    line.trim_end().to_string()
}

fn scale(chart: &Chart<'_>, columns: usize) -> String {
    let step = chart.scale((columns / 12).max(2));
    let mut line = String::new();
    for mark in 0.. {
        let at = (chart.position(chart.start + step * mark) * columns as f64) as usize;
        let label = time(step * mark);
        if step * mark >= chart.length() || at + 1 + label.width() > columns {
            break;
        }
        let _ = write!(line, "{}└{label}", " ".repeat(at.saturating_sub(line.width())));
    }
    line
}

/// What the characters mean, as far as they occur.
fn legend(chart: &Chart<'_>, rows: &[&Row], columns: usize, language: Language) -> Vec<String> {
    let states = chart.states(rows.iter().copied(), columns);
    states.into_iter().map(|s| format!("{} {}", look(s).0, language.state(s))).collect()
}

#[derive(Clone, Copy)]
struct Pen {
    color: bool,
}

impl Pen {
    fn bold(self, text: &str) -> String {
        self.paint("1", text)
    }

    fn faint(self, text: &str) -> String {
        self.paint("2", text)
    }

    fn paint(self, code: &str, text: &str) -> String {
        if self.color && !text.is_empty() {
            format!("\x1b[{code}m{text}\x1b[0m")
        } else {
            text.to_string()
        }
    }

    /// Colours the first character of each entry.
    fn legend(self, line: &str) -> String {
        let colored = |entry: &str| {
            let mut rest = entry.chars();
            let first = rest.next();
            let state = State::ALL.into_iter().find(|&state| Some(look(state).0) == first);
            match state {
                Some(state) => self.cells(&[Some(state)]) + rest.as_str(),
                None => entry.to_string(),
            }
        };
        line.split("   ").map(colored).collect::<Vec<_>>().join("   ")
    }

    fn cells(self, cells: &[Option<State>]) -> String {
        let mut line = String::new();
        for run in cells.chunk_by(|a, b| a == b) {
            match run[0] {
                None => line += &" ".repeat(run.len()),
                Some(state) => {
                    let (character, color) = look(state);
                    let text = character.to_string().repeat(run.len());
                    line += &self.paint(&format!("38;5;{color}"), &text);
                }
            }
        }
        line
    }
}
