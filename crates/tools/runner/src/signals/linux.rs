//! What Linux tells of processes in its files.

use std::time::{Duration, Instant};
use std::{fs, thread};

use nix::sys::signal::Signal;

use crate::running::LIMIT;

/// A child that lives; waits until there is one, or gives `None` when there will be none.
pub(super) fn a_child(parent: u32, choice: usize) -> Option<u32> {
    while is_alive(parent) {
        let children = children(parent);
        if !children.is_empty() {
            return Some(children[choice % children.len()]);
        }
        thread::sleep(Duration::from_micros(200));
    }
    None
}

pub(super) fn wait_for_end(process: u32) {
    let from = Instant::now();
    while is_alive(process) {
        assert!(from.elapsed() < LIMIT, "the child lives on");
        thread::sleep(Duration::from_millis(1));
    }
}

/// The children of all threads of a process that live.
fn children(parent: u32) -> Vec<u32> {
    // What cannot be read has just ended.
    let Ok(threads) = fs::read_dir(format!("/proc/{parent}/task")) else { return Vec::new() };
    let lists = threads.flatten().map(|thread| fs::read_to_string(thread.path().join("children")));
    lists
        .flatten()
        .flat_map(|list| {
            list.split_whitespace().map(|pid| pid.parse().expect("an id")).collect::<Vec<u32>>()
        })
        .filter(|child| is_alive(*child))
        .collect()
}

/// A process that has ended and is not waited for yet is in the state Z.
fn is_alive(process: u32) -> bool {
    let status = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    // The state follows the name, which is in parentheses and may be anything.
    status.rsplit_once(") ").is_some_and(|(_, rest)| !rest.starts_with(['Z', 'X']))
}

/// A program inherits it when a signal is ignored, and then Ctrl-C has no meaning for it.
pub(super) fn assert_sigint_is_not_ignored() {
    let status = fs::read_to_string("/proc/self/status").expect("a process has a status");
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:")).expect("a mask");
    let mask = u64::from_str_radix(ignored.trim(), 16).expect("a mask in hexadecimal");
    // The lowest bit stands for signal 1.
    assert!(
        mask & (1 << (Signal::SIGINT as u32 - 1)) == 0,
        "SIGINT is ignored here, as a shell does for what it starts in the background: start the tests with `env --default-signal=INT`"
    );
}
