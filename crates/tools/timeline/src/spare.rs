//! How many cores there are, and whether there is one that nobody needs.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::thread;
use std::time::Duration;

use nix::sched::{CpuSet, sched_getaffinity};
use nix::unistd::Pid;

/// How many threads can have a core at the same time here. A limit of the time that they may have in all
/// does not matter for that.
pub fn cores() -> usize {
    let allowed =
        |set: CpuSet| (0..CpuSet::count()).filter(|&core| set.is_set(core) == Ok(true)).count();
    match sched_getaffinity(Pid::from_raw(0)).map(allowed) {
        Ok(count) if count > 0 => count,
        _ => thread::available_parallelism().map_or(1, usize::from),
    }
}

/// For so long it is not looked again when all had a core: to look costs some microseconds.
const STILL_TRUE: Duration = Duration::from_millis(2);

/// The cores, and how many threads of all programs want one.
pub struct Cores {
    count: usize,
    load: Option<File>,
    /// Until when every thread that could run has a core, for all that is known.
    enough: Duration,
}

impl Cores {
    pub fn new() -> Cores {
        // Here a limit of the time matters: to stay awake would use it up.
        let count = thread::available_parallelism().map_or(1, usize::from);
        Cores { count, load: File::open("/proc/loadavg").ok(), enough: Duration::ZERO }
    }

    /// Whether there is a core for every thread that could run, the one that asks included. On a machine
    /// that does not say, there is none.
    pub fn are_enough(&mut self, now: Duration) -> bool {
        if now >= self.enough && self.runnable().is_some_and(|runnable| runnable <= self.count) {
            self.enough = now + STILL_TRUE;
        }
        now < self.enough
    }

    fn runnable(&self) -> Option<usize> {
        let mut line = [0; 64];
        let length = self.load.as_ref()?.read_at(&mut line, 0).ok()?;
        runnable(std::str::from_utf8(&line[..length]).ok()?)
    }
}

/// The number before the slash, which counts the threads that run or could: see proc_loadavg(5).
fn runnable(line: &str) -> Option<usize> {
    line.split_ascii_whitespace().nth(3)?.split_once('/')?.0.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernel_says_how_many_threads_could_run() {
        assert_eq!(runnable("0.20 0.18 0.12 3/80 11206\n"), Some(3));
        assert_eq!(runnable(""), None);
    }

    #[test]
    fn where_more_threads_run_than_there_are_cores_none_is_to_spare() {
        let mut cores = Cores::new();
        // This thread runs.
        assert!(cores.runnable().unwrap() >= 1);
        cores.count = 0;
        assert!(!cores.are_enough(Duration::ZERO));
    }
}
