//! Ends a traced program early: on Ctrl-C, when asked to terminate, and at the limit.

use std::collections::BTreeSet;
use std::os::fd::AsFd;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use nix::libc;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::{SigSet, SigmaskHow, Signal, kill};
use nix::sys::signalfd::SignalFd;
use nix::unistd::Pid;

use crate::trace::Outcome;

/// How long a program may take to end by itself once it was asked to.
const GRACE: Duration = Duration::from_secs(2);

/// The traced processes that are alive, known to the tracer and to what may end them.
#[derive(Debug, Clone, Default)]
pub struct Processes(Arc<Mutex<Alive>>);

#[derive(Debug, Default)]
struct Alive {
    pids: BTreeSet<i32>,
    ended: Option<Outcome>,
}

impl Processes {
    /// Adds a process. One that is born while all are being killed is killed, too.
    pub fn born(&self, pid: i32) {
        let mut alive = self.lock();
        alive.pids.insert(pid);
        if alive.ended.is_some() {
            send(Signal::SIGKILL, pid);
        }
    }

    /// Takes a process off the list. Any other thread is not on it.
    pub fn died(&self, pid: i32) {
        self.lock().pids.remove(&pid);
    }

    /// Why the processes were killed, if they were.
    pub fn ended(&self) -> Option<Outcome> {
        self.lock().ended
    }

    fn kill_all(&self, why: Outcome) {
        let mut alive = self.lock();
        if !alive.pids.is_empty() {
            alive.ended = Some(why);
        }
        alive.pids.iter().for_each(|&pid| send(Signal::SIGKILL, pid));
    }

    /// Sends a signal to one of them. The number of one that is gone may mean another by now.
    fn signal(&self, pid: i32, signal: Signal) {
        if self.lock().pids.contains(&pid) {
            send(signal, pid);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Alive> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn send(signal: Signal, pid: i32) {
    // A process that is already gone is what was wanted.
    let _ = kill(Pid::from_raw(pid), signal);
}

/// The signals that ask this program to end, kept from ending it before it has drawn.
pub struct Requests {
    signals: SignalFd,
    /// What was blocked before, as it must be for the program.
    pub original_mask: SigSet,
}

impl Requests {
    /// Must be called before any other thread is made: a thread inherits what is blocked.
    pub fn block() -> nix::Result<Requests> {
        let mut signals = SigSet::empty();
        for signal in [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP] {
            signals.add(signal);
        }
        let original_mask = signals.thread_swap_mask(SigmaskHow::SIG_BLOCK)?;
        Ok(Requests { signals: SignalFd::new(&signals)?, original_mask })
    }

    /// Watches, in a thread that never ends, for a request and for the limit.
    ///
    /// The first request lets the program end in its own way, as it would without the tracer.
    /// After a second one, or when it takes too long, its processes are killed.
    pub fn watch(self, root: i32, limit: Option<Duration>, processes: Processes) {
        let start = Instant::now();
        let mut deadline = limit.map(|limit| (start + limit, Outcome::AtLimit));
        thread::spawn(move || {
            loop {
                match self.wait_until(deadline.map(|(at, _)| at)) {
                    Some((signal, from_terminal)) => {
                        let why = Outcome::OnRequest(signal as i32);
                        if matches!(deadline, Some((_, Outcome::OnRequest(_)))) {
                            processes.kill_all(why);
                        }
                        // A key pressed at the terminal has already reached the program.
                        if !from_terminal {
                            processes.signal(root, signal);
                        }
                        deadline = Some((Instant::now() + GRACE, why));
                    }
                    None => {
                        if let Some((_, why)) = deadline.take() {
                            processes.kill_all(why);
                        }
                    }
                }
            }
        });
    }

    /// The next request and whether it comes from the terminal. None at the deadline.
    fn wait_until(&self, deadline: Option<Instant>) -> Option<(Signal, bool)> {
        let left = deadline.map(|at| at.saturating_duration_since(Instant::now()));
        // Rounded up: a poll that ends early would only be repeated.
        let timeout = left.map_or(PollTimeout::NONE, |left| {
            PollTimeout::try_from(left + Duration::from_millis(1)).unwrap_or(PollTimeout::MAX)
        });
        let mut sources = [PollFd::new(self.signals.as_fd(), PollFlags::POLLIN)];
        if poll(&mut sources, timeout).unwrap_or(0) == 0 {
            return None;
        }
        let info = self.signals.read_signal().ok().flatten()?;
        let signal = Signal::try_from(info.ssi_signo as i32).ok()?;
        Some((signal, info.ssi_code == libc::SI_KERNEL))
    }
}
