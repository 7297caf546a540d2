//! The parent's side: how a child is started, looked after and ended.

pub(crate) mod flush;
pub(crate) mod interrupt;
pub(crate) mod started;

use std::sync::Arc;
use std::time::{Duration, Instant};
use std::{io, thread};

use crate::program::{self, Stage};
use started::Started;

/// What CPython does when a process ends: terminates the daemons, then joins all children.
pub(crate) fn finish() {
    program::end();
    loop {
        let children = program::children();
        if children.is_empty() {
            return;
        }
        for daemon in children.iter().filter(|child| child.daemon) {
            let _ = daemon.terminate();
        }
        for child in &children {
            if child.wait().is_err() {
                // The system keeps no exit codes, or somebody else has waited: it is gone.
                program::forget(child);
            }
        }
    }
}

/// Ends all children and waits until they are gone, daemons or not.
pub(crate) fn end_all() {
    let children = program::children();
    for child in &children {
        let _ = child.terminate();
    }
    // A child that was stopped, or that ignores SIGTERM, must not keep Ctrl-C from working. What
    // is left then ends by itself, because its link closes with this process.
    let deadline = Instant::now() + Duration::from_millis(300);
    for child in &children {
        while Instant::now() < deadline && child.is_running() {
            thread::sleep(Duration::from_micros(200));
        }
    }
}

/// Takes the children that have ended off the list. Without it, those that nobody joins would
/// stay in the system's table of processes, and what they were given would count as given.
pub(crate) fn look_after_children() {
    for child in program::children() {
        child.look_after();
    }
}

/// Starts a child and puts it on the list.
///
/// # Errors
///
/// Those of `start`, or that the program is ending.
fn add_child<T>(start: impl FnOnce() -> io::Result<(Arc<Started>, T)>) -> io::Result<T> {
    look_after_children();
    let starting = program::starting();
    if program::stage() != Stage::Main {
        drop(starting);
        // Main would report an error, or panic, where nothing but Ctrl-C has happened.
        program::stay_if_interrupted();
        return Err(io::Error::other("the program is ending: no more children"));
    }
    let (child, more) = start()?;
    program::add(child);
    Ok(more)
}
