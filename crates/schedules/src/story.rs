//! Tells a run as a picture: a column for each thread, in the lesson's own lines.

use crate::run::{End, Run};
use crate::source::Source;
use crate::step::ThreadNumber;
use crate::text::{WIDTH, pad, wrap};
use crate::words;

/// With more threads than this, columns would be too narrow to read.
const COLUMNS: usize = 4;

/// What stands between two columns.
const GAP: &str = "  ";

/// The story of a run that kept its steps, from top to bottom in the order of time.
///
/// Each thread has a column. A step is told by its line in the source and, below it, by what came of
/// it. The lines are at most 100 columns wide. With more than four threads there is one column, in
/// which each step names its thread.
///
/// # Panics
///
/// When the run did not keep its steps: it does not come from [`follow`](crate::follow).
pub fn story(source: &str, run: &Run) -> String {
    let source = Source::new(source);
    let steps = run.steps.as_ref().expect("a story is told of a run that kept its steps");
    let mut picture = Picture::new(run);

    let mut before = None;
    for step in steps {
        let line = source.line_of(step);
        // What is done on one line stands under that line once.
        let again = before.replace((step.thread, line)) == Some((step.thread, line));
        let line = (!again).then(|| (line, source.line(line)));
        picture.row(&[(step.thread, line, words::deed(run, step))]);
    }
    if run.end != Some(End::Returned) {
        let stuck = (0..run.threads.len()).filter(|&thread| !run.can_go(thread));
        let stuck = stuck.filter_map(|thread| run.threads[thread].next.as_ref());
        let stuck = stuck.map(|step| {
            let line = source.line_of(step);
            let told = Some((line, source.line(line)));
            (step.thread, told, words::wait(run, step))
        });
        picture.row(&stuck.collect::<Vec<_>>());
    }
    picture.text
}

/// A thread, the line where it is, with its number, and what it does there.
type Told<'a> = (ThreadNumber, Option<(usize, &'a str)>, String);

struct Picture {
    text: String,
    names: Vec<String>,
    columns: usize,
    /// Whose name was written last, where there is one column.
    latest: Option<ThreadNumber>,
}

impl Picture {
    fn new(run: &Run) -> Self {
        let names: Vec<_> = (0..run.threads.len()).map(|n| words::thread(run, n)).collect();
        let columns = if names.len() > COLUMNS { 1 } else { names.len() };
        let mut picture = Picture { text: String::new(), names, columns, latest: None };
        if columns > 1 {
            let rule = "─".repeat(picture.width());
            let head = picture.names.iter().map(|name| vec![name.clone(), rule.clone()]);
            let head = head.enumerate().collect::<Vec<_>>();
            picture.write(&head);
        }
        picture
    }

    /// The width of a column.
    fn width(&self) -> usize {
        (WIDTH + GAP.len()) / self.columns - GAP.len()
    }

    /// Writes what several threads do side by side, or one below the other where there is one column.
    fn row(&mut self, row: &[Told<'_>]) {
        let width = self.width();
        let cells = row.iter().map(|(thread, line, words)| {
            let mut cell = Vec::new();
            if let Some((number, line)) = line {
                cell.extend(wrap(&format!("{number:>3} {}", line.trim()), width, 6));
            }
            if !words.is_empty() {
                cell.extend(wrap(&format!("    → {words}"), width, 6));
            }
            (*thread, cell)
        });
        let cells: Vec<_> = cells.collect();
        if self.columns > 1 {
            return self.write(&cells);
        }
        for (thread, mut cell) in cells {
            if self.latest.replace(thread) != Some(thread) {
                cell.insert(0, self.names[thread].clone());
            }
            self.write(&[(0, cell)]);
        }
    }

    /// Writes cells side by side, each in its column.
    fn write(&mut self, cells: &[(usize, Vec<String>)]) {
        let height = cells.iter().map(|(_, cell)| cell.len()).max().unwrap_or(0);
        for at in 0..height {
            let columns = (0..self.columns).map(|column| {
                let cell = cells.iter().find(|(number, _)| *number == column);
                pad(
                    cell.and_then(|(_, cell)| cell.get(at)).map_or("", String::as_str),
                    self.width(),
                )
            });
            let line = columns.collect::<Vec<_>>().join(GAP);
            self.text.push_str(line.trim_end());
            self.text.push('\n');
        }
    }
}
