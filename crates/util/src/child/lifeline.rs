//! A child ends when its parent has ended, in whatever way.

use std::{process, thread};

use crate::exchange::orders::Parent;
use crate::program;

/// Ends this process when its parent has ended: `wait` returns when that is so.
pub(super) fn end_with(parent: &Parent, wait: impl FnOnce() + Send + 'static) {
    if killed_by_system_after(parent) {
        return;
    }
    let watch = move || {
        wait();
        parent_is_gone();
    };
    let started =
        thread::Builder::new().name("util-watch".to_owned()).stack_size(64 * 1024).spawn(watch);
    if let Err(error) = started {
        // Better no child than one that outlives its parent.
        eprintln!("Process {}: cannot start a thread: {error}", program::identity().name());
        process::exit(1);
    }
}

/// Has Linux kill this process when its parent ends, which is cheaper than a thread that waits.
///
/// Linux means the thread that started this process, so that must have been the main thread, which
/// lives as long as its process.
#[cfg(target_os = "linux")]
fn killed_by_system_after(parent: &Parent) -> bool {
    use nix::sys::prctl::set_pdeathsig;
    use nix::sys::signal::Signal;

    let killed = parent.by_main_thread && set_pdeathsig(Signal::SIGKILL).is_ok();
    if killed && std::os::unix::process::parent_id() != parent.id {
        // It ended before Linux was asked.
        parent_is_gone();
    }
    killed
}

#[cfg(not(target_os = "linux"))]
fn killed_by_system_after(_parent: &Parent) -> bool {
    false
}

pub(super) fn parent_is_gone() -> ! {
    process::exit(1)
}
