//! The children of this process: how one is started, and the list of those that still run.

use std::io::{self, Write};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, Once};
use std::time::{Duration, Instant};
use std::{env, thread};

use shared_child::SharedChild;

use crate::interrupt;

/// The first argument of a program that is started as a child.
///
/// An argument and not an environment variable, because those are passed on to every program that
/// a child starts in its turn.
pub(crate) const MARK: &str = "--util-child-process";

/// What a child finds on its stdin before anything else.
///
/// A program that was given the mark by hand does not find it. On Unix it is written before the
/// child starts, and short enough for any socket to take it: so a child whose parent is killed
/// right then still knows that it is one.
pub(crate) const GREETING: &[u8] = b"util child\n";

/// The parent's end of a child's stdin.
#[cfg(unix)]
pub(crate) type Lifeline = std::os::unix::net::UnixStream;
#[cfg(not(unix))]
type Lifeline = std::process::ChildStdin;

/// A child that has been started.
#[derive(Debug)]
pub(crate) struct Started {
    process: SharedChild,
    pub(crate) name: String,
    pub(crate) daemon: bool,
    /// A child that waits for its parent's end takes the end of this for it, so it stays open as
    /// long as the child may run. `None` where the worker of a pool has a channel in its place.
    lifeline: Mutex<Option<Lifeline>>,
    terminated: AtomicBool,
    /// Done when the first to learn of the end has looked out for a Ctrl-C.
    looked_out: Once,
}

static RUNNING: Mutex<Vec<Arc<Started>>> = Mutex::new(Vec::new());

/// Set when main ends: what is started later would be left behind.
static ENDING: AtomicBool = AtomicBool::new(false);

impl Started {
    /// Starts this program again. What it is to do it will be [told](Self::tell).
    pub(crate) fn with_lifeline(name: String, daemon: bool) -> io::Result<Arc<Self>> {
        #[cfg(unix)]
        let (started, lifeline) = Self::with_socket(name, daemon)?;
        #[cfg(not(unix))]
        let (started, lifeline) = {
            let started = Self::new(name, daemon, Stdio::piped())?;
            let mut stdin = started.process.take_stdin().expect("a pipe was asked for");
            // A child that has been killed at once is a child all the same.
            let _ = stdin.write_all(GREETING);
            (started, stdin)
        };
        *started.lifeline.lock().unwrap() = Some(lifeline);
        Ok(started)
    }

    /// Starts this program again, and gives the other end of the socket that is its stdin.
    #[cfg(unix)]
    pub(crate) fn with_socket(name: String, daemon: bool) -> io::Result<(Arc<Self>, Lifeline)> {
        // On macOS a new socket is open for all children for a moment. A child that another thread
        // starts then would hold it open, and nobody would see it close.
        static STARTING: Mutex<()> = Mutex::new(());
        let _starting = STARTING.lock().unwrap();

        let (mut ours, stdin) = Lifeline::pair()?;
        ours.write_all(GREETING)?;
        let started = Self::new(name, daemon, std::os::fd::OwnedFd::from(stdin).into())?;
        Ok((started, ours))
    }

    /// Starts this program again. What it is to do it reads from `stdin`, after the greeting.
    fn new(name: String, daemon: bool, stdin: Stdio) -> io::Result<Arc<Self>> {
        if ENDING.load(Ordering::SeqCst) {
            // Main would report an error, or panic, where nothing but Ctrl-C has happened.
            interrupt::stay_if_interrupted();
            return Err(io::Error::other("the program is ending: no more children"));
        }
        // Otherwise children that nobody joins would stay in the system's table of processes.
        for child in running() {
            child.exit_code();
        }

        let mut command = again()?;
        #[cfg(unix)]
        if let Some(name) = env::args_os().next() {
            std::os::unix::process::CommandExt::arg0(&mut command, name);
        }
        let process = SharedChild::spawn(command.arg(MARK).stdin(stdin))?;
        // Its end of a channel must be open nowhere else: it could not see the channel close.
        drop(command);
        let started = Arc::new(Self {
            process,
            name,
            daemon,
            lifeline: Mutex::default(),
            terminated: AtomicBool::new(false),
            looked_out: Once::new(),
        });
        RUNNING.lock().unwrap().push(Arc::clone(&started));
        Ok(started)
    }

    /// Writes to the child's stdin, through its lifeline.
    pub(crate) fn tell(&self, frames: &[&[u8]]) -> io::Result<()> {
        match &mut *self.lifeline.lock().unwrap() {
            Some(stdin) => crate::frame::write(stdin, frames),
            None => Err(io::ErrorKind::BrokenPipe.into()),
        }
    }

    pub(crate) fn id(&self) -> u32 {
        self.process.id()
    }

    /// Waits for the end and gives the exit code.
    pub(crate) fn wait(&self) -> io::Result<i32> {
        let status = self.process.wait()?;
        Ok(self.ended(status))
    }

    /// Waits for at most this long.
    pub(crate) fn wait_timeout(&self, timeout: Duration) -> io::Result<Option<i32>> {
        let from = Instant::now();
        let mut pause = Duration::from_micros(100);
        loop {
            if let Some(status) = self.process.try_wait()? {
                return Ok(Some(self.ended(status)));
            }
            let left = timeout.saturating_sub(from.elapsed());
            if left.is_zero() {
                return Ok(None);
            }
            // No system can wait for a process with a limit by safe calls alone.
            thread::sleep(pause.min(left));
            pause = (pause * 2).min(Duration::from_millis(5));
        }
    }

    /// The exit code, if the child has ended.
    pub(crate) fn exit_code(&self) -> Option<i32> {
        let status = self.process.try_wait().ok()??;
        Some(self.ended(status))
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

    /// Notes the end. Every way to learn of it leads through here.
    fn ended(&self, status: ExitStatus) -> i32 {
        let code = exit_code(status, self.terminated.load(Ordering::SeqCst));
        self.looked_out.call_once(|| interrupt::wait_if_on_its_way(code));
        interrupt::stay_if_interrupted();
        self.lifeline.lock().unwrap().take();
        RUNNING.lock().unwrap().retain(|child| !std::ptr::eq(child.as_ref(), self));
        code
    }
}

fn running() -> Vec<Arc<Started>> {
    RUNNING.lock().unwrap().clone()
}

/// What CPython does when a process ends: terminates the daemons, then joins all children.
pub(crate) fn finish() {
    ENDING.store(true, Ordering::SeqCst);
    loop {
        let children = running();
        if children.is_empty() {
            return;
        }
        for daemon in children.iter().filter(|child| child.daemon) {
            let _ = daemon.terminate();
        }
        for child in &children {
            if child.wait().is_err() {
                // Somebody else has waited for it, so it is gone.
                RUNNING.lock().unwrap().retain(|other| !Arc::ptr_eq(other, child));
            }
        }
    }
}

/// Ends all children and waits until they are gone, daemons or not.
pub(crate) fn end_all() {
    ENDING.store(true, Ordering::SeqCst);
    let children = running();
    for child in &children {
        let _ = child.terminate();
    }
    // A child that was stopped, or that ignores SIGTERM, must not keep Ctrl-C from working. What
    // is left then ends by itself, because its lifeline closes with this process.
    let deadline = Instant::now() + Duration::from_millis(300);
    for child in &children {
        while Instant::now() < deadline && matches!(child.process.try_wait(), Ok(None)) {
            thread::sleep(Duration::from_micros(200));
        }
    }
}

/// The command that starts this program once more.
fn again() -> io::Result<Command> {
    // On Linux this is the program that runs, even when a newer one has been built in its place.
    let path =
        if cfg!(target_os = "linux") { "/proc/self/exe".into() } else { env::current_exe()? };
    // The order of lines from parent and child is the order of printing, even for half a line.
    let _ = io::stdout().flush();
    Ok(Command::new(path))
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
