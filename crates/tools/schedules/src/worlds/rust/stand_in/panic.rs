//! [`std::panic`](mod@std::panic), where a program cannot catch what ends a run, and puts no hook in place of the
//! search's own.

pub use ::std::panic::*;

use ::std::boxed::Box;

use crate::worlds::rust::state;

/// Calls `work` and gives what it panics with.
///
/// # Errors
///
/// What it panics with.
pub fn catch_unwind<R>(work: impl FnOnce() -> R + UnwindSafe) -> ::std::thread::Result<R> {
    match ::std::panic::catch_unwind(work) {
        Err(panic) if state::is_abandoned(&*panic) => resume_unwind(panic),
        result => result,
    }
}

/// Does nothing: a panic is told as a part of the run, and not by a hook.
pub fn set_hook(_: Box<dyn Fn(&PanicHookInfo<'_>) + Sync + Send + 'static>) {}

/// Gives a hook that does nothing.
pub fn take_hook() -> Box<dyn Fn(&PanicHookInfo<'_>) + Sync + Send + 'static> {
    Box::new(|_| {})
}
