//! [`std::process`], with an exit that ends the run and not the search.

pub use ::std::process::*;

use crate::step::Action;
use crate::worlds::rust::state;

/// Ends the program at once, with all its threads.
#[track_caller]
pub fn exit(code: i32) -> ! {
    state::step(Action::Exit(code));
    unreachable!("a run that has ended unwinds its threads")
}

/// Ends the program at once, as by a signal.
#[track_caller]
pub fn abort() -> ! {
    // The exit code that a shell gives to a program which SIGABRT has ended.
    exit(134)
}

/// A number that is the same in every run.
pub fn id() -> u32 {
    1000
}
