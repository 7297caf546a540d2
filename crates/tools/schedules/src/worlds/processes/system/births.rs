//! Threads inside one process: when each of them begins.
//!
//! That is a choice: the thread and the one that makes it both stop at its birth, and each takes a step to
//! go on. So it is tried who of several comes first to a lock of their process, also where none of them
//! has to wait for it. What they do later, from one wait to the next, has no other order for that.
//!
//! Some libraries have threads of which nobody can tell when they began. What a thread is called is known
//! only when it has begun, so it is learned which ones are of another kind: those begin as soon as their
//! makers come to a step or a wait, and the first run in which one does is made once more.

use super::*;

/// What the threads are called that the crate `util` has for itself, and the crate that it has Ctrl-C
/// from. What they do for the program is the same at every moment: one waits for Ctrl-C, one for the end
/// of the parent, and one flushes stdout while their maker waits for it.
const ATTENDANTS: [&str; 3] = ["ctrl-c", "util-watch", "util-flush"];

impl System<'_> {
    /// Whether it is a choice when a thread of this name begins.
    pub(super) fn is_birth_noticed(&self, name: &str) -> bool {
        self.options.contended && self.names.noticed.contains(name)
    }

    /// A task has come to its next stop. If it is a thread, and this is the first one, what it is called
    /// is known.
    pub(super) fn has_begun(&mut self, i: usize) {
        if !std::mem::take(&mut self.tasks[i].fresh) {
            return;
        }
        let task = &self.tasks[i];
        let name = os::thread_name(task.tid);
        // Who has no name of its own is called like the program.
        let own = name != os::thread_name(self.processes[task.process].pid);
        if own && ATTENDANTS.contains(&name.as_str()) {
            return;
        }
        if self.options.contended {
            self.names.noticed.insert(task.name.clone());
            self.again = true;
        } else {
            self.caveats.insert(Caveat::Contended);
        }
    }
}
