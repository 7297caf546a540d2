//! Ctrl-C. A terminal sends SIGINT to the program and to all its children at once.
//!
//! The children leave it at its default and die of it. In main the signal ends everything; until
//! it has, no thread of main may go on as if a child had ended by itself.

use std::sync::{Condvar, Mutex};
use std::time::Duration;
use std::{process, thread};

use crate::children;

/// What a shell reports for a program that Ctrl-C has ended.
const STATUS: i32 = 130;

/// The exit code of a child that Ctrl-C has ended: -SIGINT, or STATUS_CONTROL_C_EXIT.
const ENDED_BY_CTRL_C: i32 = if cfg!(windows) { -1_073_741_510 } else { -2 };

static INTERRUPTED: Mutex<bool> = Mutex::new(false);
static CHANGED: Condvar = Condvar::new();

/// From now on Ctrl-C ends the children, then the program.
///
/// A program that has set a handler of its own keeps it.
pub(crate) fn handle() {
    let handled = ctrlc::try_set_handler(|| {
        *INTERRUPTED.lock().unwrap() = true;
        CHANGED.notify_all();
        children::end_all();
        process::exit(STATUS);
    });
    if let Err(ctrlc::Error::System(error)) = handled {
        // The signal is taken already, but nobody would hear of it: Ctrl-C would do nothing.
        eprintln!("cannot start a thread that waits for Ctrl-C: {error}");
        process::exit(1);
    }
}

/// Gives a Ctrl-C that has ended a child the time to reach this process, too.
///
/// When it does not come, somebody has sent a signal to that child alone.
pub(crate) fn wait_if_on_its_way(exit_code: i32) {
    if exit_code == ENDED_BY_CTRL_C {
        let grace = Duration::from_millis(250);
        let interrupted = INTERRUPTED.lock().unwrap();
        drop(CHANGED.wait_timeout_while(interrupted, grace, |interrupted| !*interrupted).unwrap());
    }
}

/// Called when a child has ended, or when none can be started any more: once Ctrl-C has come, the
/// calling thread stays here until the program ends.
pub(crate) fn stay_if_interrupted() {
    if *INTERRUPTED.lock().unwrap() {
        loop {
            thread::park();
        }
    }
}
