//! What ends a traced program early: Ctrl-C and the other signals that ask for it, and the limit.

use std::fs;
use std::os::fd::AsFd;
use std::time::{Duration, Instant};

use nix::libc;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::{SigSet, SigmaskHow, Signal};
use nix::sys::signalfd::{SfdFlags, SignalFd};

/// Requests that come closer together are one: `timeout` sends its signal twice.
const ONE_REQUEST: Duration = Duration::from_millis(150);

/// The signals that ask this program to end, kept from ending it before it has drawn, and the one
/// that says that a traced thread has stopped.
pub struct Signals {
    signals: SignalFd,
    /// What was blocked before, as it must be for the program.
    pub original_mask: SigSet,
    asked: u32,
    last_asked: Option<Instant>,
}

/// What came in while the tracer waited.
#[derive(Debug, Clone, Copy, Default)]
pub struct News {
    /// Whether threads have stopped or ended.
    pub stopped: bool,
    pub request: Option<Request>,
}

/// A signal that asks the program to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Request {
    pub signal: Signal,
    /// Whether it was a key pressed at the terminal, which has reached the program as well.
    pub from_terminal: bool,
    /// How many times it was asked for, this time included.
    pub times: u32,
}

impl Signals {
    /// Must be called before any other thread is made: a thread inherits what is blocked.
    ///
    /// A signal that this program was started to ignore, as with `nohup`, stays ignored.
    pub fn block() -> nix::Result<Signals> {
        let ignored = ignored();
        let mut signals = SigSet::empty();
        signals.add(Signal::SIGCHLD);
        for signal in [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP] {
            if ignored >> (signal as i32 - 1) & 1 == 0 {
                signals.add(signal);
            }
        }
        let original_mask = signals.thread_swap_mask(SigmaskHow::SIG_BLOCK)?;
        let flags = SfdFlags::SFD_CLOEXEC | SfdFlags::SFD_NONBLOCK;
        let signals = SignalFd::with_flags(&signals, flags)?;
        Ok(Signals { signals, original_mask, asked: 0, last_asked: None })
    }

    /// Waits for a signal, at most so long.
    pub fn wait(&mut self, patience: Option<Duration>) -> nix::Result<News> {
        // Rounded up: a poll that ends early would only be repeated.
        let timeout = patience.map_or(PollTimeout::NONE, |left| {
            PollTimeout::try_from(left + Duration::from_micros(999)).unwrap_or(PollTimeout::MAX)
        });
        let mut sources = [PollFd::new(self.signals.as_fd(), PollFlags::POLLIN)];
        match poll(&mut sources, timeout) {
            Ok(0) => return Ok(News::default()),
            Ok(_) | Err(nix::errno::Errno::EINTR) => {}
            Err(error) => return Err(error),
        }
        Ok(self.read()?.unwrap_or_default())
    }

    /// The next signal that has come, if one has.
    pub fn read(&mut self) -> nix::Result<Option<News>> {
        let Some(info) = self.signals.read_signal()? else {
            return Ok(None);
        };
        let mut news = News::default();
        match Signal::try_from(info.ssi_signo as i32)? {
            Signal::SIGCHLD => news.stopped = true,
            signal => {
                let now = Instant::now();
                let again = |last| now.duration_since(last) < ONE_REQUEST;
                if !self.last_asked.replace(now).is_some_and(again) {
                    self.asked += 1;
                    let from_terminal = info.ssi_code == libc::SI_KERNEL;
                    news.request = Some(Request { signal, from_terminal, times: self.asked });
                }
            }
        }
        Ok(Some(news))
    }

    /// From here on the signals end this program, as they would any other.
    pub fn unblock(mut self) {
        // What has come until now was meant for the program.
        while let Ok(Some(_)) = self.read() {}
        let _ = self.original_mask.thread_set_mask();
    }
}

/// The signals that this program ignores, a bit for each.
fn ignored() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    line.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0)
}
