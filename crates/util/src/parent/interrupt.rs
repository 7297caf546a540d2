//! Ctrl-C. A terminal sends SIGINT to the program and to all its children at once.
//!
//! The children leave it at its default and die of it. In main the signal ends everything; until
//! it has, no thread of main may go on as if a child had ended by itself.

use std::process;

use crate::{parent, program};

/// What a shell reports for a program that Ctrl-C has ended.
const STATUS: i32 = 130;

/// The exit code of a child that Ctrl-C has ended: -SIGINT, or STATUS_CONTROL_C_EXIT.
pub(crate) const ENDED_BY_CTRL_C: i32 = if cfg!(windows) { -1_073_741_510 } else { -2 };

/// From now on Ctrl-C ends the children, then the program. Says whether that is so: a program that
/// has set a handler of its own keeps it.
pub(crate) fn handle() -> bool {
    let handled = ctrlc::try_set_handler(|| {
        program::interrupt();
        parent::end_all();
        process::exit(STATUS);
    });
    if let Err(ctrlc::Error::System(error)) = &handled {
        // The signal is taken already, but nobody would hear of it: Ctrl-C would do nothing.
        eprintln!("cannot start a thread that waits for Ctrl-C: {error}");
        process::exit(1);
    }
    handled.is_ok()
}
