//! A child process that runs one function: before its start, and after.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use serde_core::Serialize;

use crate::exchange::orders::Work;
use crate::exchange::wire;
use crate::parent::started::{Pauses, Start, Started};
use crate::queue::{self, Ticket};
use crate::{program, target, Target};

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
/// A variable that holds a function: a child finds its target by name, and a variable has none.
///
/// ```compile_fail,E0080
/// # fn run1() {}
/// # fn run2() {}
/// # fn main() {
/// let _main = util::main_guard!(run1, run2);
/// for run in [run1, run2] {
///     util::Process::new(run, ()).start().unwrap();
/// }
/// # }
/// ```
///
/// The processes themselves can be in a list:
///
/// ```no_run
/// # fn run1() {}
/// # fn run2() {}
/// # fn main() -> std::io::Result<()> {
/// let _main = util::main_guard!(run1, run2);
/// for process in [util::Process::new(run1, ()), util::Process::new(run2, ())] {
///     process.start()?;
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
#[must_use = "a process does nothing until it is started"]
pub struct Process {
    start: Start,
    args: Result<Vec<u8>, wire::Error>,
    tickets: Vec<Ticket>,
}

impl Process {
    /// A process that will call `target` with the members of the tuple `args`.
    ///
    /// The target may return what main may. As from main, an `Err` is printed, under the name of
    /// the process, and the exit code is 1; an [`ExitCode`](std::process::ExitCode) is the exit
    /// code. Any other value is dropped, as in Python: a [`Queue`](crate::Queue) or a
    /// [`Pool`](crate::Pool) brings it back. A target that panics prints its panic, and the exit
    /// code is 1.
    ///
    /// # Panics
    ///
    /// When [`main_guard!`](crate::main_guard) is missing or does not list the target: the child
    /// could not find it.
    #[track_caller]
    pub fn new<F, Args>(target: F, args: Args) -> Self
    where
        F: Target<Args>,
        Args: Serialize,
    {
        target::assert_is_name!(F);
        let target = target::name_of(target);
        let path = program::next_path();
        let (args, tickets) = queue::give_away(|| wire::to_vec(&args));
        let name = program::default_name("Process", &path);
        let work = Work::Target(target.to_owned());
        Self { start: Start { name, daemon: false, path, work }, args, tickets }
    }

    /// Gives the process a name, in place of CPython's `Process-1`.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.start.name = name.into();
        self
    }

    /// Makes it a daemon, which is terminated when main ends, or an ordinary child, which main
    /// waits for at its end. An ordinary child is the default.
    pub fn daemon(mut self, daemon: bool) -> Self {
        self.start.daemon = daemon;
        self
    }

    /// Starts the process.
    ///
    /// What was printed before stands before what the child prints, even half a line, unless
    /// another thread holds the lock of stdout.
    ///
    /// # Errors
    ///
    /// When the system refuses another process, or when the arguments cannot be written or sent.
    ///
    /// # Panics
    ///
    /// When this process is a daemon ("daemonic processes are not allowed to have children", an
    /// `AssertionError` in CPython), and when the guard that `main_guard!` gave has been dropped.
    #[track_caller]
    pub fn start(self) -> io::Result<Child> {
        program::assert_may_have_children();
        let args = self.args.map_err(|error| {
            let message = format!("the arguments cannot be written: {error}");
            io::Error::new(io::ErrorKind::InvalidInput, message)
        })?;
        let kept = self.tickets.into_iter().map(|ticket| Box::new(ticket) as _).collect();
        Started::start(self.start, Some(&args), kept).map(Child::from)
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

impl From<Arc<Started>> for Child {
    fn from(started: Arc<Started>) -> Self {
        Self { started }
    }
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
    /// When the system cannot say how it ended, because something else in this process has waited
    /// for it, or because whoever started this program had it ignore SIGCHLD. It has ended then,
    /// too.
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
        self.started.is_running()
    }

    /// The exit code of the child; `None` while it runs.
    ///
    /// As in CPython: 0 after its target has returned, 1 after a panic, `n` after
    /// `std::process::exit(n)`, and `-n` when signal `n` has ended it. [`terminate`](Self::terminate)
    /// gives -15 on Windows, too. 1 also after an `Err` of the target, and when the child has ended
    /// before it came to [`main_guard!`](crate::main_guard).
    ///
    /// It only asks. Right after Ctrl-C it may say how a child has ended before main ends itself;
    /// [`join`](Self::join) never comes back then.
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

/// Waits until at least one of the children has ended, but no longer than `timeout`, and gives
/// those that have: Python's `multiprocessing.connection.wait`, with children in place of their
/// sentinels. `None` waits as long as it takes.
///
/// It gives nothing when the time is over, and when there is no child to wait for.
///
/// ```no_run
/// # use std::time::Duration;
/// # fn run() {}
/// # fn main() -> std::io::Result<()> {
/// # let _main = util::main_guard!(run);
/// let children =
///     [util::Process::new(run, ()).start()?, util::Process::new(run, ()).start()?];
/// let first = util::wait(&children, None);
/// println!("{} was the first", first[0].name());
/// # Ok(())
/// # }
/// ```
pub fn wait<'a>(
    children: impl IntoIterator<Item = &'a Child>,
    timeout: impl Into<Option<Duration>>,
) -> Vec<&'a Child> {
    let children: Vec<&Child> = children.into_iter().collect();
    if children.is_empty() {
        return children;
    }
    let mut pauses = Pauses::until(timeout.into().unwrap_or(Duration::MAX));
    loop {
        let mut ended = children.clone();
        ended.retain(|child| !child.is_alive());
        if !ended.is_empty() {
            // As join does: once Ctrl-C has come, nobody goes on.
            ended.iter().for_each(|child| drop(child.join()));
            return ended;
        }
        if !pauses.pause() {
            return ended;
        }
    }
}
