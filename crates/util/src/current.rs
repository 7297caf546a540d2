//! What a process can ask about itself and its family.

use crate::exchange::orders::Parent;
use crate::process::Child;
use crate::program;

/// What this process is, as its parent named it.
#[derive(Debug, Clone)]
pub struct CurrentProcess {
    pub(crate) name: String,
    pub(crate) daemon: bool,
    /// The numbers that lead from main to this process: Process-1's second child has 1, 2.
    pub(crate) path: Vec<u32>,
    /// `None` in main.
    pub(crate) parent: Option<ParentProcess>,
}

/// The process that started this one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParentProcess {
    name: String,
    pid: u32,
}

/// This process: Python's `multiprocessing.current_process()`.
pub fn current_process() -> &'static CurrentProcess {
    program::identity()
}

/// The process that started this one, `None` in main: Python's
/// `multiprocessing.parent_process()`.
///
/// There is nothing to wait for, as there is in Python: a child ends when its parent does.
pub fn parent_process() -> Option<&'static ParentProcess> {
    program::identity().parent.as_ref()
}

/// The id of the process that started this one: Python's `os.getppid()`.
///
/// On Windows, where no safe call tells it, it is 0 in main.
pub fn parent_id() -> u32 {
    parent_process().map_or_else(parent_of_main, ParentProcess::pid)
}

/// The children of this process that still run: Python's `multiprocessing.active_children()`.
///
/// The workers of a pool are among them. As in Python, children that have ended leave the system's
/// table of processes by this call.
pub fn active_children() -> Vec<Child> {
    crate::parent::look_after_children();
    program::children().into_iter().map(Child::from).collect()
}

#[cfg(unix)]
fn parent_of_main() -> u32 {
    std::os::unix::process::parent_id()
}

#[cfg(not(unix))]
fn parent_of_main() -> u32 {
    0
}

impl CurrentProcess {
    pub(crate) fn main() -> Self {
        Self { name: "MainProcess".to_owned(), daemon: false, path: Vec::new(), parent: None }
    }

    /// The name: `MainProcess` in main, else the one given by [`Process::name`], else CPython's:
    /// `Process-1`, in a child's child `Process-1:1`, in a worker of a pool `PoolWorker-1`.
    ///
    /// [`Process::name`]: crate::Process::name
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The process id.
    pub fn pid(&self) -> u32 {
        std::process::id()
    }

    /// Whether this process is a daemon, which ends with its parent and may have no children.
    pub fn daemon(&self) -> bool {
        self.daemon
    }
}

impl ParentProcess {
    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its process id.
    pub fn pid(&self) -> u32 {
        self.pid
    }
}

impl From<Parent> for ParentProcess {
    fn from(parent: Parent) -> Self {
        Self { name: parent.name, pid: parent.id }
    }
}
