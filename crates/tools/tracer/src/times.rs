//! How long a thread had a core, and how long it waited for one.

use std::fs::File;
use std::io;
use std::os::fd::{AsRawFd, RawFd};
use std::os::unix::fs::FileExt;
use std::sync::OnceLock;
use std::time::Duration;

use nix::sys::resource::{Resource, getrlimit};

/// What the kernel has counted for a thread since its birth.
///
/// See `/proc/PID/schedstat` in the kernel's documentation of scheduler statistics. For a thread that
/// is stopped the numbers are exact; those of one that runs are some milliseconds old.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Times {
    /// For how long it had a core.
    pub running: Duration,
    /// For how long it could have gone on, but had no core.
    pub ready: Duration,
    /// How many times it was given a core.
    pub turns: u64,
}

/// The place where the kernel tells a thread's times.
#[derive(Debug)]
pub struct Clock {
    path: String,
    /// Kept open, where there may be so many files open at the same time.
    file: Option<File>,
}

impl Clock {
    /// The clock of a thread of a process.
    ///
    /// # Errors
    ///
    /// `NotFound` when the process has no such thread.
    pub fn open(pid: i32, tid: i32) -> io::Result<Clock> {
        // For the first thread of a process there is a shorter way to the same file.
        let path = if pid == tid {
            format!("/proc/{pid}/schedstat")
        } else {
            format!("/proc/{pid}/task/{tid}/schedstat")
        };
        match File::open(&path) {
            // The others can be opened when they are asked.
            Ok(file) => {
                Ok(Clock { path, file: Some(file).filter(|file| file.as_raw_fd() < most()) })
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Err(error),
            Err(_) => Ok(Clock { path, file: None }),
        }
    }

    /// The times until now. None when the thread is gone, or the kernel does not count.
    pub fn read(&self) -> Option<Times> {
        let mut line = [0; 64];
        let length = match &self.file {
            Some(file) => file.read_at(&mut line, 0),
            None => File::open(&self.path).and_then(|file| file.read_at(&mut line, 0)),
        };
        parse(std::str::from_utf8(&line[..length.ok()?]).ok()?)
    }
}

/// From this number on files are not kept open: some are needed for what is opened for a moment only.
fn most() -> RawFd {
    const SPARE: RawFd = 32;
    static MOST: OnceLock<RawFd> = OnceLock::new();
    *MOST.get_or_init(|| {
        let limit = getrlimit(Resource::RLIMIT_NOFILE).map_or(0, |(soft, _)| soft);
        RawFd::try_from(limit).unwrap_or(RawFd::MAX) - SPARE
    })
}

fn parse(line: &str) -> Option<Times> {
    let mut numbers = line.split_ascii_whitespace().map(str::parse);
    let mut next = || numbers.next()?.ok();
    Some(Times {
        running: Duration::from_nanos(next()?),
        ready: Duration::from_nanos(next()?),
        turns: next()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_the_kernel_is_three_numbers() {
        let times = parse("1500 30 2\n").unwrap();
        assert_eq!(times.running, Duration::from_nanos(1500));
        assert_eq!((times.ready, times.turns), (Duration::from_nanos(30), 2));
        assert_eq!(parse(""), None);
    }

    #[test]
    fn a_thread_that_computes_has_a_core() {
        let own = std::process::id() as i32;
        let clock = Clock::open(own, nix::unistd::gettid().as_raw()).unwrap();
        let before = clock.read().unwrap();
        let enough = before.running + Duration::from_millis(20);
        while clock.read().unwrap().running < enough {
            std::hint::spin_loop();
        }
        assert!(Clock::open(own, 0).is_err());
    }
}
