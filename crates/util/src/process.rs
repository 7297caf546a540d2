use std::io;
use std::sync::Arc;
use std::time::Duration;

use serde_core::Serialize;

use crate::child_side::{Orders, Work};
use crate::children::Started;
use crate::current::{as_parent, default_name};
use crate::{Target, current_process, guard, target};

/// A child process that is not started yet: Python's `multiprocessing.Process` before `start()`.
///
/// [`start`](Self::start) consumes it, so what CPython refuses at run time does not compile.
/// Starting twice, "cannot start a process twice" there:
///
/// ```compile_fail,E0382
/// # fn run() {}
/// # let _main = util::main_guard!(run);
/// let process = util::Process::new(run, ());
/// process.start();
/// process.start();
/// ```
///
/// Joining before the start, "can only join a started process" there:
///
/// ```compile_fail,E0599
/// # fn run() {}
/// # let _main = util::main_guard!(run);
/// let process = util::Process::new(run, ());
/// process.join();
/// ```
///
/// Arguments that the target does not take, a `TypeError` in the child there:
///
/// ```compile_fail,E0277
/// # fn run(number: i64) {}
/// # let _main = util::main_guard!(run);
/// let process = util::Process::new(run, ("three",));
/// ```
#[derive(Debug)]
#[must_use = "a process does nothing until it is started"]
pub struct Process {
    target: &'static str,
    args: serde_json::Result<Vec<u8>>,
    path: Vec<u32>,
    name: String,
    daemon: bool,
}

impl Process {
    /// A process that will call `target` with the members of the tuple `args`.
    ///
    /// What the target returns is dropped, as in Python. A target that fails panics: the child
    /// prints the panic, and ends with exit code 1.
    ///
    /// # Panics
    ///
    /// When [`main_guard!`](crate::main_guard) is missing or does not list the target: the child
    /// could not find it.
    pub fn new<F, Args>(target: F, args: Args) -> Self
    where
        F: Target<Args>,
        Args: Serialize,
    {
        let path = current_process().next_path();
        Self {
            target: target::name_of(target),
            args: serde_json::to_vec(&args),
            name: default_name("Process", &path),
            path,
            daemon: false,
        }
    }

    /// Gives the process a name, in place of CPython's `Process-1`.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// Makes it a daemon, which is terminated when main ends, or an ordinary child, which main
    /// waits for at its end. An ordinary child is the default.
    pub fn daemon(mut self, daemon: bool) -> Self {
        self.daemon = daemon;
        self
    }

    /// Starts the process.
    ///
    /// # Errors
    ///
    /// When the system refuses another process, or when the arguments cannot be written as JSON.
    ///
    /// # Panics
    ///
    /// When this process is a daemon ("daemonic processes are not allowed to have children", an
    /// `AssertionError` in CPython), and when the guard that `main_guard!` gave has been dropped.
    pub fn start(self) -> io::Result<Child> {
        guard::assert_may_have_children();
        let args = self.args?;
        let work = Work::Ok(self.target.to_owned());
        let orders: Orders = (self.name.clone(), self.daemon, self.path, as_parent(), work);
        let started = Started::with_lifeline(self.name, self.daemon)?;
        // A child that has been killed at once is a child all the same: join tells what became of it.
        let _ = started.tell(&[&serde_json::to_vec(&orders)?, &args]);
        Ok(Child { started })
    }
}

/// A child process that has been started: Python's `multiprocessing.Process` after `start()`.
///
/// Dropping it does not end the child. An ordinary child is joined at the end of main, a daemon is
/// terminated there.
#[derive(Debug)]
pub struct Child {
    started: Arc<Started>,
}

impl Child {
    /// The process id of the child.
    pub fn pid(&self) -> u32 {
        self.started.id()
    }

    /// The name of the child.
    pub fn name(&self) -> &str {
        &self.started.name
    }

    /// Whether the child is a daemon.
    pub fn daemon(&self) -> bool {
        self.started.daemon
    }

    /// Waits until the child has ended. Joining it again returns at once.
    ///
    /// # Errors
    ///
    /// When the system cannot wait for it, because something else in this process already has.
    pub fn join(&self) -> io::Result<()> {
        self.started.wait().map(drop)
    }

    /// Waits until the child has ended, but no longer than `timeout`, and says whether it has.
    ///
    /// # Errors
    ///
    /// As [`join`](Self::join).
    pub fn join_timeout(&self, timeout: Duration) -> io::Result<bool> {
        self.started.wait_timeout(timeout).map(|code| code.is_some())
    }

    /// Whether the child still runs.
    pub fn is_alive(&self) -> bool {
        self.exit_code().is_none()
    }

    /// The exit code of the child; `None` while it runs.
    ///
    /// As in CPython: 0 after its target has returned, 1 after a panic, `n` after
    /// `std::process::exit(n)`, and `-n` when signal `n` has ended it. [`terminate`](Self::terminate)
    /// gives -15 on Windows, too.
    pub fn exit_code(&self) -> Option<i32> {
        self.started.exit_code()
    }

    /// Ends the child with SIGTERM, on Windows with `TerminateProcess`; nothing happens when it
    /// has ended already. Its children end with it.
    ///
    /// It does not wait for the end: right after it the child may still be alive, as in Python.
    ///
    /// # Errors
    ///
    /// When the system does not allow it.
    pub fn terminate(&self) -> io::Result<()> {
        self.started.terminate()
    }

    /// Ends the child with SIGKILL, which it cannot refuse, on Windows as
    /// [`terminate`](Self::terminate).
    ///
    /// # Errors
    ///
    /// When the system does not allow it.
    pub fn kill(&self) -> io::Result<()> {
        self.started.kill()
    }
}
