//! [`std::process`](::std::process), with an exit that ends the run and not the search.

pub use ::std::process::*;

use crate::run::{self, Action};

/// Ends the program at once, with all its threads.
#[track_caller]
pub fn exit(code: i32) -> ! {
    run::step(Action::Exit(code));
    unreachable!("a run that has ended unwinds its threads")
}
