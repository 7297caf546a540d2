//! The order and the names of the lanes: threads under their process, children under their parent.

use crate::trace::{Lane, Trace};

/// One lane in its place.
pub struct Row {
    /// An index into [`Trace::lanes`].
    pub lane: usize,
    pub label: String,
    /// How deep it stands in the tree of processes and their threads.
    pub depth: usize,
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
    /// For each lane the first thread of its process.
    process_of: Vec<usize>,
    every_thread: bool,
}

impl<'a> Tree<'a> {
    fn new(trace: &'a Trace, every_thread: bool) -> Tree<'a> {
        let lanes = &trace.lanes;
        let process_of = (0..lanes.len())
            .map(|at| {
                // The last one born with that number, since the system may use numbers again.
                let first = |&earlier: &usize| lanes[earlier].tid == lanes[at].pid;
                (0..=at).rev().find(first).unwrap_or(0)
            })
            .collect();
        Tree { lanes, process_of, every_thread }
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
        let members = (0..self.lanes.len()).filter(|&at| {
            let lane = &self.lanes[at];
            let shown = self.every_thread || !is_helper(lane);
            !lane.is_process() && self.process_of[at] == process && shown
        });
        for (n, lane) in (1..).zip(members) {
            let name = self.lanes[lane].name.as_ref();
            let label = with_name(format!("thread {n}"), name);
            rows.push(Row { lane, label, depth });
        }
        let children = (1..self.lanes.len()).filter(|&at| {
            let parent = self.lanes[at].parent.unwrap_or(0);
            self.lanes[at].is_process() && self.process_of[parent] == process
        });
        for (n, child) in (1..).zip(children) {
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
        Some(name) => format!("{label} {name}"),
        None => label,
    }
}

/// Whether a library made this thread for itself: the ones of `util` and of the ctrlc crate say so.
fn is_helper(lane: &Lane) -> bool {
    let name = lane.name.as_deref().unwrap_or_default();
    !lane.is_process() && (name.starts_with("util-") || name == "ctrl-c")
}
