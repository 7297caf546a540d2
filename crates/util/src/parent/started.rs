//! A child that has been started.

use std::any::Any;
use std::process::{Command, ExitStatus};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, Once, OnceLock};
use std::time::{Duration, Instant};
use std::{env, io, thread};

use shared_child::SharedChild;

use super::interrupt::ENDED_BY_CTRL_C;
use crate::exchange::link::{Channel, ParentsEnd, Prepared};
use crate::exchange::orders::{Orders, Work};
use crate::program::{self, lock};

/// Who a child is to be, and what it has to do.
#[derive(Debug)]
pub(crate) struct Start {
    pub(crate) name: String,
    pub(crate) daemon: bool,
    pub(crate) path: Vec<u32>,
    pub(crate) work: Work,
}

/// Things that are dropped when a child has ended.
pub(crate) type Kept = Vec<Box<dyn Any + Send>>;

/// A child that has been started.
#[derive(Debug)]
pub(crate) struct Started {
    process: SharedChild,
    pub(crate) name: String,
    pub(crate) daemon: bool,
    /// A child that waits for its parent's end takes the end of this for it, so it stays open as
    /// long as the child may run.
    link: Mutex<Option<ParentsEnd>>,
    /// Whether a worker has met its orders.
    met: AtomicBool,
    /// What this process keeps for the child as long as it may run.
    kept: Mutex<Kept>,
    terminated: AtomicBool,
    /// The exit code and whether the child had met its orders, once it has ended.
    end: OnceLock<End>,
    /// Done once the end has been spoken of.
    told: Once,
}

#[derive(Debug, Clone, Copy)]
struct End {
    code: i32,
    /// Did the child end, of itself, before it came to its guard?
    astray: bool,
}

impl Started {
    /// Starts this program again, and tells it its orders and the arguments of its target.
    ///
    /// # Errors
    ///
    /// When the system refuses a process, or refuses to carry what the child has to know: then the
    /// child has been ended.
    pub(crate) fn start(start: Start, args: Option<&[u8]>, kept: Kept) -> io::Result<Arc<Self>> {
        let flush = program::flush();
        Self::start_unflushed(start, args, kept, || flush.wait())
    }

    /// As [`start`](Self::start), and leaves stdout alone: for a thread that nobody must keep
    /// waiting.
    pub(crate) fn start_quietly(start: Start) -> io::Result<Arc<Self>> {
        Self::start_unflushed(start, None, Kept::new(), || ())
    }

    fn start_unflushed(
        start: Start,
        args: Option<&[u8]>,
        kept: Kept,
        before_it_prints: impl FnOnce(),
    ) -> io::Result<Arc<Self>> {
        let Start { name, daemon, path, work } = start;
        let (started, connection) = super::add_child(|| {
            let mut command = again()?;
            let prepared = Prepared::new(&mut command)?;
            let process = SharedChild::spawn(&mut command)?;
            // The child's stdin must be open nowhere else: nobody could see it close.
            drop(command);
            let link = prepared.started(&process)?;
            #[allow(clippy::let_unit_value, reason = "it is more than that on other systems")]
            let connection = link.connection()?;
            let started = Arc::new(Self {
                process,
                name: name.clone(),
                daemon,
                link: Mutex::new(Some(link)),
                met: AtomicBool::new(false),
                kept: Mutex::new(kept),
                terminated: AtomicBool::new(false),
                end: OnceLock::new(),
                told: Once::new(),
            });
            Ok((Arc::clone(&started), (started, connection)))
        })?;
        before_it_prints();

        let parent = program::as_parent();
        let orders = Orders { name, daemon, path, parent, connection, work };
        let told = started.tell(&orders.to_bytes());
        let told = told.and_then(|()| args.map_or(Ok(()), |args| started.tell(args)));
        match told {
            // A child that has been killed at once is a child all the same: join tells what became
            // of it.
            Err(error) if is_gone(&error) => Ok(started),
            Err(error) => {
                // It would wait for the rest for ever.
                let _ = started.kill();
                let _ = started.wait();
                Err(error)
            }
            Ok(()) => Ok(started),
        }
    }

    fn tell(&self, frame: &[u8]) -> io::Result<()> {
        match &*lock(&self.link) {
            Some(link) => link.tell(frame),
            None => Err(io::ErrorKind::BrokenPipe.into()),
        }
    }

    /// Waits until a worker has met its orders. `None` when it ends before that.
    pub(crate) fn channel(&self) -> io::Result<Option<Channel>> {
        let channel = match &*lock(&self.link) {
            Some(link) => link.channel(|| !self.is_running())?,
            None => None,
        };
        self.met.store(channel.is_some(), Ordering::SeqCst);
        Ok(channel)
    }

    pub(crate) fn id(&self) -> u32 {
        self.process.id()
    }

    /// Waits for the end and gives the exit code.
    ///
    /// Once Ctrl-C has come, the calling thread stays here until the program ends.
    pub(crate) fn wait(&self) -> io::Result<i32> {
        let status = self.process.wait().map_err(explain)?;
        Ok(self.ended(status))
    }

    /// Waits for at most this long.
    pub(crate) fn wait_timeout(&self, timeout: Duration) -> io::Result<Option<i32>> {
        let mut pauses = Pauses::until(timeout);
        loop {
            if let Some(status) = self.process.try_wait().map_err(explain)? {
                return Ok(Some(self.ended(status)));
            }
            if !pauses.pause() {
                return Ok(None);
            }
        }
    }

    /// Whether the child runs.
    pub(crate) fn is_running(&self) -> bool {
        // Where the system gives no answer, it has no such child any more.
        matches!(self.process.try_wait(), Ok(None))
    }

    /// The exit code, if the child has ended.
    pub(crate) fn exit_code(&self) -> Option<i32> {
        let status = self.process.try_wait().ok()??;
        Some(self.end(status).code)
    }

    /// Takes the child off the list if it has ended.
    pub(crate) fn look_after(&self) {
        match self.process.try_wait() {
            Ok(None) => {}
            Ok(Some(status)) => self.settle(self.end(status)),
            Err(_) => program::forget(self),
        }
    }

    /// Ends the child with SIGTERM, on Windows at once; does nothing when it has ended.
    pub(crate) fn terminate(&self) -> io::Result<()> {
        #[cfg(unix)]
        return self.signal(nix::sys::signal::Signal::SIGTERM);
        #[cfg(not(unix))]
        return self.kill();
    }

    /// Ends the child at once; does nothing when it has ended.
    pub(crate) fn kill(&self) -> io::Result<()> {
        #[cfg(unix)]
        return self.signal(nix::sys::signal::Signal::SIGKILL);
        #[cfg(not(unix))]
        {
            self.terminated.store(true, Ordering::SeqCst);
            self.process.kill()
        }
    }

    #[cfg(unix)]
    fn signal(&self, signal: nix::sys::signal::Signal) -> io::Result<()> {
        self.terminated.store(true, Ordering::SeqCst);
        shared_child::unix::SharedChildExt::send_signal(&self.process, signal as i32)
    }

    /// Whether the child ended, of itself, before it came to its guard.
    pub(crate) fn went_astray(&self) -> bool {
        self.end.get().is_some_and(|end| end.astray)
    }

    /// What the end of the child means. The first to ask finds out.
    fn end(&self, status: ExitStatus) -> End {
        *self.end.get_or_init(|| {
            let code = exit_code(status, self.terminated.load(Ordering::SeqCst));
            // Where a signal has ended it there is nothing to explain.
            let met = code < 0
                || self.met.load(Ordering::SeqCst)
                || lock(&self.link).as_ref().is_some_and(ParentsEnd::has_been_answered);
            // It has done nothing of what it was to do, whatever it says itself.
            End { code: if met { code } else { code.max(1) }, astray: !met }
        })
    }

    /// Notes an end that somebody waited for.
    fn ended(&self, status: ExitStatus) -> i32 {
        let end = self.end(status);
        if end.code == ENDED_BY_CTRL_C {
            program::wait_for_ctrl_c();
        }
        program::stay_if_interrupted();
        self.settle(end);
        end.code
    }

    /// Lets go of what belongs to a child that has ended.
    fn settle(&self, end: End) {
        if end.astray {
            self.told.call_once(|| {
                eprintln!(
                    "Process {}: it ended before it came to main_guard!, so its target did not run: \
                     what stands before main_guard! runs in every child, too",
                    self.name
                );
            });
        }
        lock(&self.link).take();
        lock(&self.kept).clear();
        program::forget(self);
    }
}

/// The times to look whether something has happened: first often, then seldom.
///
/// No system can wait for a process with a limit, or for one of several, by safe calls alone.
pub(crate) struct Pauses {
    from: Instant,
    limit: Duration,
    next: Duration,
}

impl Pauses {
    pub(crate) fn until(limit: Duration) -> Self {
        Self { from: Instant::now(), limit, next: Duration::from_micros(100) }
    }

    /// Says whether it was worth while: not when the time was over.
    pub(crate) fn pause(&mut self) -> bool {
        let left = self.limit.saturating_sub(self.from.elapsed());
        if left.is_zero() {
            return false;
        }
        thread::sleep(self.next.min(left));
        self.next = (self.next * 2).min(Duration::from_millis(5));
        true
    }
}

/// The command that starts this program once more, with the same arguments.
fn again() -> io::Result<Command> {
    let mut arguments = env::args_os();
    let name = arguments.next();
    // On Linux this is the program that runs, even when a newer one has been built in its place.
    let itself = std::path::Path::new("/proc/self/exe");
    let path = if cfg!(target_os = "linux") && itself.exists() {
        itself.into()
    } else {
        // Without /proc Linux does not tell, but whoever started this program has named it.
        env::current_exe().or_else(|error| name.as_ref().map(Into::into).ok_or(error))?
    };
    let mut command = Command::new(path);
    #[cfg(unix)]
    if let Some(name) = name {
        std::os::unix::process::CommandExt::arg0(&mut command, name);
    }
    command.args(arguments);
    Ok(command)
}

/// Whether a child could not be told something because it has ended.
fn is_gone(error: &io::Error) -> bool {
    use io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, NotConnected};

    matches!(error.kind(), BrokenPipe | ConnectionAborted | ConnectionReset | NotConnected)
}

/// Says why the system does not know a child that this process has started.
fn explain(error: io::Error) -> io::Error {
    #[cfg(unix)]
    if error.raw_os_error() == Some(nix::errno::Errno::ECHILD as i32) {
        return io::Error::other(
            "the child has ended, but its exit code is lost: either something else in this \
             process has waited for it, or the program that started this one ignores SIGCHLD, and \
             so does this one (start it with SIGCHLD at its default)",
        );
    }
    error
}

/// CPython's exit code: negative for a signal, and -15 for `terminate` on every system.
fn exit_code(status: ExitStatus, terminated: bool) -> i32 {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return -signal;
    }
    match status.code() {
        // What TerminateProcess was told to report.
        Some(1) if terminated && cfg!(windows) => -15,
        code => code.unwrap_or(1),
    }
}
