//! Waits for traced threads to stop, and lets them go on.
#![allow(unsafe_code)]

use std::io;
use std::mem;

use nix::errno::Errno;
use nix::libc;
use nix::unistd::Pid;

/// Why a traced thread stopped, or that it has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// Ended, and not yet [`reap`]ed.
    Exited { code: i32 },
    /// Ended by a signal, and not yet [`reap`]ed.
    Killed { signal: i32 },
    /// One of the `PTRACE_EVENT` numbers.
    Event(i32),
    /// The end of a system call.
    CallEnd,
    /// A signal is about to be delivered.
    Signal(i32),
    /// A signal such as `SIGSTOP` has stopped the whole process, until another continues it.
    GroupStop(i32),
    /// A new thread before its first instruction, or one that is continued after a stop.
    Start,
}

/// Whom to wait for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    Any,
    Thread(Pid),
}

/// The next stop of a traced thread. With `patient`, waits until there is one; otherwise None when
/// all that live are running or waiting.
///
/// An end is reported until it is reaped, so that the dead thread can still be asked for its times.
///
/// # Errors
///
/// `ECHILD` when nothing is traced any more, and `ESRCH` when the one asked for is gone.
pub fn wait(which: Which, patient: bool) -> io::Result<Option<(Pid, Stop)>> {
    let patience = if patient { 0 } else { libc::WNOHANG };
    let (kind, id) = match which {
        Which::Any => (libc::P_ALL, 0),
        Which::Thread(pid) => (libc::P_PID, pid.as_raw() as libc::id_t),
    };
    let all = libc::WEXITED | libc::WSTOPPED;
    let Some(seen) = waitid(kind, id, all | libc::WNOWAIT | patience)? else {
        return Ok(None);
    };
    if !seen.ended() {
        // Takes note of the stop, so that it is not reported again. By now the thread may have been
        // killed, which is reported next.
        let how = libc::WSTOPPED | libc::WNOHANG;
        if let Some(taken) = waitid(libc::P_PID, seen.pid as libc::id_t, how)? {
            return Ok(Some(taken.tell()));
        }
    }
    Ok(Some(seen.tell()))
}

/// The next stop of any traced thread that has come already, without a look at those that have ended:
/// half the work of [`wait`], which is to be asked when there is none.
///
/// # Errors
///
/// None are known.
pub fn next_stop() -> io::Result<Option<(Pid, Stop)>> {
    match waitid(libc::P_ALL, 0, libc::WSTOPPED | libc::WNOHANG) {
        Ok(seen) => Ok(seen.map(|seen| seen.tell())),
        // All that are left have ended.
        Err(error) if error.raw_os_error() == Some(libc::ECHILD) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Waits until this thread stops or ends, and takes note of its end, too: it is [`reap`]ed. None if
/// there is no such thread.
///
/// For one who waits for one thread at a time: it takes half as many calls as [`wait`].
pub fn wait_for(pid: Pid) -> Option<Stop> {
    let mut status = 0;
    loop {
        // SAFETY: `status` outlives the call, which writes nothing else.
        let waited = unsafe { libc::waitpid(pid.as_raw(), &raw mut status, libc::__WALL) };
        match Errno::result(waited) {
            Ok(_) => break,
            Err(Errno::EINTR) => {}
            Err(_) => return None,
        }
    }
    Some(if libc::WIFEXITED(status) {
        Stop::Exited { code: libc::WEXITSTATUS(status) }
    } else if libc::WIFSIGNALED(status) {
        Stop::Killed { signal: libc::WTERMSIG(status) }
    } else {
        stopped(status >> 8)
    })
}

/// What a thread stopped for: the signal, and above it the number of the event.
fn stopped(status: i32) -> Stop {
    let signal = status & 0xff;
    match status >> 8 {
        0 if signal == libc::SIGTRAP | 0x80 => Stop::CallEnd,
        0 => Stop::Signal(signal),
        libc::PTRACE_EVENT_STOP if signal == libc::SIGTRAP => Stop::Start,
        libc::PTRACE_EVENT_STOP => Stop::GroupStop(signal),
        event => Stop::Event(event),
    }
}

/// The address that a thread, stopped by the signal `SIGSEGV`, may not use in the way in which it has
/// tried. None if it has stopped for another reason, or there is no memory at all.
pub fn forbidden_address(pid: Pid) -> Option<u64> {
    /// `SEGV_ACCERR` of sigaction(2): there is memory, and it may not be used so.
    const NOT_ALLOWED: i32 = 2;
    let info = nix::sys::ptrace::getsiginfo(pid).ok()?;
    let is_that = info.si_signo == libc::SIGSEGV && info.si_code == NOT_ALLOWED;
    // SAFETY: the kernel has filled in the address for this signal with this code.
    is_that.then(|| unsafe { info.si_addr() } as u64)
}

/// Takes the last note of a thread that has ended. Its number may then mean another.
///
/// # Errors
///
/// `ECHILD` when there is no such thread.
pub fn reap(pid: Pid) -> io::Result<()> {
    let how = libc::WEXITED | libc::WNOHANG;
    waitid(libc::P_PID, pid.as_raw() as libc::id_t, how).map(drop)
}

struct Seen {
    pid: i32,
    how: i32,
    status: i32,
}

impl Seen {
    fn ended(&self) -> bool {
        matches!(self.how, libc::CLD_EXITED | libc::CLD_KILLED | libc::CLD_DUMPED)
    }

    fn tell(&self) -> (Pid, Stop) {
        let stop = match self.how {
            libc::CLD_EXITED => Stop::Exited { code: self.status },
            libc::CLD_KILLED | libc::CLD_DUMPED => Stop::Killed { signal: self.status },
            _ => stopped(self.status),
        };
        (Pid::from_raw(self.pid), stop)
    }
}

/// nix has this call too, but loses a stop whose signal is a real-time signal.
fn waitid(kind: libc::idtype_t, id: libc::id_t, how: i32) -> io::Result<Option<Seen>> {
    loop {
        // SAFETY: the structure consists of numbers and pointers, for which zeros are valid.
        let mut info: libc::siginfo_t = unsafe { mem::zeroed() };
        // SAFETY: `info` outlives the call, which writes nothing else.
        match Errno::result(unsafe { libc::waitid(kind, id, &raw mut info, how | libc::__WALL) }) {
            Ok(_) => {
                // SAFETY: the call has filled in these fields, or left zeros.
                let (pid, status) = unsafe { (info.si_pid(), info.si_status()) };
                return Ok((pid != 0).then_some(Seen { pid, how: info.si_code, status }));
            }
            Err(Errno::EINTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
}

/// How far a stopped thread goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Until {
    NextEvent,
    /// To the end of the system call that it is in.
    CallEnd,
    /// To the end of one instruction, which is told as the signal `SIGTRAP`.
    Instruction,
    /// To the signal that continues its process: after a [`Stop::GroupStop`].
    Continued,
}

/// Lets a stopped thread go on, with a signal delivered unless it is 0.
///
/// nix has these calls too, but cannot pass a real-time signal on.
///
/// # Errors
///
/// When the thread is not stopped. That it has been killed in the meantime is no error: it reports
/// its end by itself.
pub fn resume(pid: Pid, until: Until, signal: i32) -> io::Result<()> {
    let request = match until {
        Until::NextEvent => libc::PTRACE_CONT,
        Until::CallEnd => libc::PTRACE_SYSCALL,
        Until::Instruction => libc::PTRACE_SINGLESTEP,
        Until::Continued => libc::PTRACE_LISTEN,
    };
    let (unused, signal): (libc::c_long, libc::c_long) = (0, signal.into());
    // SAFETY: these requests read no memory of this process.
    let result = unsafe { libc::ptrace(request, pid.as_raw(), unused, signal) };
    match Errno::result(result) {
        Ok(_) | Err(Errno::ESRCH) => Ok(()),
        Err(error) => Err(error.into()),
    }
}
