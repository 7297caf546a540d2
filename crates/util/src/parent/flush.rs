//! What this process has printed stands before what a child of it prints, even half a line.
//!
//! To flush stdout is to wait for its lock, which another thread may hold for as long as it likes.
//! So a thread of its own does it, while the child is being started, and a start waits for it no
//! longer than [`LIMIT`].

use std::io::{self, Write};
use std::sync::{Condvar, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use crate::program::lock;

/// Far more than a flush takes.
const LIMIT: Duration = Duration::from_millis(100);

/// The thread that flushes, and how often it was asked to.
#[derive(Debug)]
pub(crate) struct Flusher {
    flushes: Mutex<Flushes>,
    changed: Condvar,
}

#[derive(Debug)]
struct Flushes {
    asked: u64,
    done: u64,
    thread_runs: bool,
}

impl Flusher {
    pub(crate) const fn new() -> Self {
        Self {
            flushes: Mutex::new(Flushes { asked: 0, done: 0, thread_runs: false }),
            changed: Condvar::new(),
        }
    }

    /// Asks for a flush.
    pub(crate) fn begin(&'static self) -> Flush {
        let mut flushes = lock(&self.flushes);
        if !flushes.thread_runs {
            let thread = thread::Builder::new().name("util-flush".to_owned());
            let started = thread.stack_size(64 * 1024).spawn(|| self.flush_for_ever());
            flushes.thread_runs = started.is_ok();
        }
        flushes.asked += 1;
        let number = flushes.asked;
        drop(flushes);
        self.changed.notify_all();
        Flush { number, flusher: self }
    }

    fn flush_for_ever(&self) {
        let mut flushes = lock(&self.flushes);
        loop {
            while flushes.done == flushes.asked {
                flushes = self.changed.wait(flushes).unwrap_or_else(PoisonError::into_inner);
            }
            let asked = flushes.asked;
            drop(flushes);
            let _ = io::stdout().flush();
            flushes = lock(&self.flushes);
            flushes.done = asked;
            self.changed.notify_all();
        }
    }
}

/// A flush that is on its way.
#[must_use]
pub(crate) struct Flush {
    number: u64,
    flusher: &'static Flusher,
}

impl Flush {
    /// Waits for its end.
    pub(crate) fn wait(self) {
        let flushes = lock(&self.flusher.flushes);
        // Where somebody holds stdout's lock, one start has waited for it. The others need not.
        if flushes.thread_runs && flushes.done + 1 >= self.number {
            let changed = &self.flusher.changed;
            drop(changed.wait_timeout_while(flushes, LIMIT, |flushes| flushes.done < self.number));
        }
    }
}
