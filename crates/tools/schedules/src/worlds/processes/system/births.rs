//! Threads inside one process: when each of them may first go on.
//!
//! Of a thread that comes to wait for something outside of its process before it has met another thread,
//! nobody can tell when it began: it begins at once. For others that is a choice: the thread and the one
//! that has made it both stop right after that, and who goes on first is a step of each. Which threads
//! these are is learned: a run in which one shows itself to be of the second kind is made once more.

use super::*;

impl System<'_> {
    /// Whether it is a choice when a thread of this name begins.
    pub(super) fn is_birth_noticed(&self, name: &str) -> bool {
        self.options.contended && self.names.noticed.contains(name)
    }

    /// A task has come to its next stop: what that says of the births of threads.
    pub(super) fn shows_births(&mut self, i: usize) {
        let process = self.tasks[i].process;
        if !self.options.contended || !self.has_threads(process) {
            return;
        }
        let can = self.can(i);
        // Who has got a lock without a call is not seen, but who waits for it is.
        if let (State::Held(Held::Futex { shared: false, .. }), Can::No) =
            (&self.tasks[i].state, can)
        {
            for other in 0..self.tasks.len() {
                if self.tasks[other].process == process {
                    self.notices_birth(other);
                }
            }
        }
        if !self.tasks[i].fresh {
            return;
        }
        let waits_outside = match &self.tasks[i].state {
            State::Held(Held::Futex { .. } | Held::Exit { .. }) => false,
            State::Held(Held::Sleep { .. }) => true,
            State::Held(_) => can != Can::Step,
            _ => false,
        };
        if !waits_outside {
            self.notices_birth(i);
        } else if can == Can::No {
            self.tasks[i].fresh = false;
        }
    }

    /// It makes a difference when this task began, if it is a thread beside the first of its process.
    pub(super) fn notices_birth(&mut self, i: usize) {
        let task = &mut self.tasks[i];
        task.fresh = false;
        let first = task.tid == self.processes[task.process].pid;
        if !first && self.options.contended && self.names.noticed.insert(task.name.clone()) {
            self.again = true;
        }
    }
}
