//! Watches a program from outside, with ptrace, and has what happens written down.

use std::collections::VecDeque;
use std::io;
use std::process::Command;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::sys::ptrace::{self, Options};
use nix::unistd::Pid;

use crate::calls;
use crate::processes::{Processes, Requests};
use crate::recorder::{Next, Recorder};
use crate::sys::{self, News, Until};
use crate::trace::Trace;

/// Runs the command to the end of its last process.
///
/// # Errors
///
/// When the command cannot be started or the system does not let it be traced.
pub fn run(command: &mut Command, limit: Option<Duration>) -> io::Result<Trace> {
    let filter = calls::filter().map_err(io::Error::other)?;
    let requests = Requests::block()?;
    let started = sys::spawn_traced(command, filter, requests.original_mask);
    let root = started.map_err(explain)?.id() as i32;

    let clock = Instant::now();
    let processes = Processes::default();
    let mut recorder = Recorder::new(root, processes.clone());
    let pid = Pid::from_raw(root);
    if sys::news(true)? == News::NoneLeft {
        return Err(Errno::ECHILD.into());
    }
    ptrace::setoptions(
        pid,
        Options::PTRACE_O_TRACECLONE
            | Options::PTRACE_O_TRACEFORK
            | Options::PTRACE_O_TRACEVFORK
            | Options::PTRACE_O_TRACEEXEC
            | Options::PTRACE_O_TRACEEXIT
            | Options::PTRACE_O_TRACESYSGOOD
            | Options::PTRACE_O_TRACESECCOMP
            | Options::PTRACE_O_EXITKILL,
    )?;
    requests.watch(root, limit, processes);
    sys::resume(pid, Until::NextEvent, 0)?;

    // Hundreds of threads that look every 5 ms whether the interpreter lock is free would keep the
    // tracer from the one that holds it. So they go on when nobody else has anything to tell.
    let mut last_in_line = VecDeque::new();
    loop {
        match sys::news(last_in_line.is_empty())? {
            News::Stopped(pid, stop) => {
                let now = clock.elapsed();
                match recorder.stopped(pid.as_raw(), stop, now) {
                    Next::Resume(until, signal) => sys::resume(pid, until, signal)?,
                    Next::LastInLine => last_in_line.push_back(pid),
                    Next::Gone => {}
                }
            }
            News::Nothing => {
                if let Some(pid) = last_in_line.pop_front() {
                    recorder.called_up(pid.as_raw(), clock.elapsed());
                    sys::resume(pid, Until::NextEvent, 0)?;
                }
            }
            News::NoneLeft => break,
        }
    }
    Ok(recorder.finish(clock.elapsed()))
}

/// The error of a system that forbids to trace does not say so.
fn explain(error: io::Error) -> io::Error {
    if error.raw_os_error() == Some(Errno::EPERM as i32) {
        let reason = "it may not be traced here (ptrace is forbidden, or another tracer watches)";
        io::Error::other(reason)
    } else {
        error
    }
}
