//! The order and the names of the lanes: threads under their process, children under their parent.

use std::collections::HashMap;
use std::ops::Range;

use crate::language::Language;
use crate::trace::{Lane, Trace};

/// One lane in its place.
pub struct Row {
    /// An index into [`Trace::lanes`].
    pub lane: usize,
    pub label: String,
    /// How deep it stands in the tree of processes and their threads.
    pub depth: usize,
}

impl Row {
    pub fn label_in(&self, language: Language) -> String {
        let translated = [("thread ", "线程 "), ("process ", "进程 ")].into_iter();
        let mut labels = translated.filter_map(|(english, chinese)| {
            Some(format!("{chinese}{}", self.label.strip_prefix(english)?))
        });
        match language {
            Language::En => self.label.clone(),
            Language::Zh => labels.next().unwrap_or_else(|| self.label.clone()),
        }
    }
}

/// Rows that are read as one: neighbours of one kind, made by the same lane, with the same name but
/// for a number at its end. Each row is in one group, most are alone in theirs.
pub fn groups(trace: &Trace, rows: &[Row]) -> Vec<Range<usize>> {
    let kind = |at: usize| {
        let lane = &trace.lanes[rows[at].lane];
        let name = lane.name.as_deref().unwrap_or_default();
        let name = name.trim_end_matches(|c: char| c.is_ascii_digit());
        // Whoever has lanes of its own below it stands alone.
        let alone = rows.get(at + 1).is_some_and(|next| next.depth > rows[at].depth);
        (!alone && at > 0).then_some((lane.parent, lane.is_process(), rows[at].depth, name))
    };
    let mut groups: Vec<Range<usize>> = Vec::new();
    for at in 0..rows.len() {
        match groups.last_mut() {
            Some(group) if kind(at).is_some() && kind(at) == kind(group.start) => group.end += 1,
            _ => groups.push(at..at + 1),
        }
    }
    groups
}

/// The lanes to draw, main first. Without `every_thread` those that a library made for itself are
/// left out.
pub fn rows(trace: &Trace, every_thread: bool) -> Vec<Row> {
    let mut rows = Vec::new();
    if !trace.lanes.is_empty() {
        let tree = Tree::new(trace, every_thread);
        tree.add_process(0, "main".to_string(), "", 0, &mut rows);
    }
    rows
}

/// The lanes with their places in the tree of processes.
struct Tree<'a> {
    lanes: &'a [Lane],
    /// For each process, by its first lane, its other threads and the processes that it made.
    threads: HashMap<usize, Vec<usize>>,
    children: HashMap<usize, Vec<usize>>,
}

impl<'a> Tree<'a> {
    fn new(trace: &'a Trace, every_thread: bool) -> Tree<'a> {
        let lanes = &trace.lanes;
        let mut tree = Tree { lanes, threads: HashMap::new(), children: HashMap::new() };
        // The last one born with a number, since the system may use numbers again.
        let mut process_of_pid: HashMap<i32, usize> = HashMap::new();
        let mut process_of: Vec<usize> = Vec::with_capacity(lanes.len());
        for (at, lane) in lanes.iter().enumerate() {
            if lane.is_process() {
                process_of_pid.insert(lane.pid, at);
            }
            let process = process_of_pid.get(&lane.pid).copied().unwrap_or(0);
            process_of.push(process);
            if !lane.is_process() {
                if every_thread || !is_helper(lane) {
                    tree.threads.entry(process).or_default().push(at);
                }
            } else if at > 0 {
                // A parent may have been told of later than its child.
                let parent = lane.parent.filter(|&parent| parent < at).unwrap_or(0);
                tree.children.entry(process_of[parent]).or_default().push(at);
            }
        }
        tree
    }

    /// A process, then its threads, then the processes that it made.
    fn add_process(
        &self,
        process: usize,
        label: String,
        number: &str,
        depth: usize,
        rows: &mut Vec<Row>,
    ) {
        rows.push(Row { lane: process, label, depth });
        let depth = depth + 1;
        let threads = self.threads.get(&process).into_iter().flatten();
        for (n, &lane) in (1..).zip(threads) {
            let name = self.lanes[lane].name.as_ref();
            let label = with_name(format!("thread {n}"), name);
            rows.push(Row { lane, label, depth });
        }
        let children = self.children.get(&process).into_iter().flatten();
        for (n, &child) in (1..).zip(children) {
            // Numbered as multiprocessing does: 1:2 is the second child of the first.
            let number = match number {
                "" => n.to_string(),
                parent => format!("{parent}:{n}"),
            };
            let program = self.lanes[child].name.as_ref();
            let another = program.filter(|&name| Some(name) != self.lanes[process].name.as_ref());
            let label = with_name(format!("process {number}"), another);
            self.add_process(child, label, &number, depth, rows);
        }
    }
}

fn with_name(label: String, name: Option<&String>) -> String {
    match name {
        // A name is the program's own, and could speak to the terminal.
        Some(name) => format!("{label} {}", name.replace(char::is_control, "\u{fffd}")),
        None => label,
    }
}

/// Whether a library made this thread for itself: the ones of `util` and of the ctrlc crate say so.
fn is_helper(lane: &Lane) -> bool {
    let name = lane.name.as_deref().unwrap_or_default();
    !lane.is_process() && (name.starts_with("util-") || name == "ctrl-c")
}
