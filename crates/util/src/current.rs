use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::child_side::Parent;

/// What this process is, as its parent named it.
#[derive(Debug, Clone)]
pub struct CurrentProcess {
    pub(crate) name: String,
    pub(crate) daemon: bool,
    /// The numbers that lead from main to this process: Process-1's second child has 1, 2.
    pub(crate) path: Vec<u32>,
    pub(crate) parent_id: Option<u32>,
}

static CURRENT: OnceLock<CurrentProcess> = OnceLock::new();

/// How many children this process has named. As in CPython, those that never start count, too.
static NAMED: AtomicU32 = AtomicU32::new(0);

/// This process: Python's `multiprocessing.current_process()`.
pub fn current_process() -> &'static CurrentProcess {
    CURRENT.get_or_init(|| CurrentProcess {
        name: "MainProcess".to_owned(),
        daemon: false,
        path: Vec::new(),
        parent_id: None,
    })
}

/// The id of the process that started this one: Python's `os.getppid()`.
///
/// On Windows, where no safe call tells it, it is 0 in main.
pub fn parent_id() -> u32 {
    current_process().parent_id.unwrap_or_else(parent_of_main)
}

#[cfg(unix)]
fn parent_of_main() -> u32 {
    std::os::unix::process::parent_id()
}

#[cfg(not(unix))]
fn parent_of_main() -> u32 {
    0
}

/// What a child is told of its parent, when the parent is this process and starts it now.
pub(crate) fn as_parent() -> Parent {
    #[cfg(target_os = "linux")]
    let by_main_thread = nix::unistd::gettid() == nix::unistd::getpid();
    // Elsewhere it makes no difference.
    #[cfg(not(target_os = "linux"))]
    let by_main_thread = false;
    (std::process::id(), by_main_thread)
}

impl CurrentProcess {
    /// The name: `MainProcess` in main, else the one given by [`Process::name`], else CPython's:
    /// `Process-1`, in a child's child `Process-1:1`, in a worker of a pool `PoolWorker-1`.
    ///
    /// [`Process::name`]: crate::Process::name
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether this process is a daemon, which ends with its parent and may have no children.
    pub fn daemon(&self) -> bool {
        self.daemon
    }

    /// Says what this process is; for a child, before anything asks.
    pub(crate) fn set(self) {
        CURRENT.set(self).expect("nothing asks what a child is before it knows");
    }

    /// The path of the next child.
    pub(crate) fn next_path(&self) -> Vec<u32> {
        let mut path = self.path.clone();
        path.push(NAMED.fetch_add(1, Ordering::Relaxed) + 1);
        path
    }
}

/// The name that CPython gives to a child with this path.
pub(crate) fn default_name(kind: &str, path: &[u32]) -> String {
    let path: Vec<String> = path.iter().map(u32::to_string).collect();
    format!("{kind}-{}", path.join(":"))
}
