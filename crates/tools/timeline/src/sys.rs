//! The system calls for which no crate here has a safe wrapper.
#![allow(unsafe_code)]

use std::io;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command};

use nix::errno::Errno;
use nix::libc;
use nix::sys::ptrace;
use nix::sys::signal::SigSet;
use nix::unistd::Pid;
use seccompiler::BpfProgram;

/// Starts the command so that this thread traces it, stopped at its first instruction, with the
/// given signals blocked.
///
/// # Errors
///
/// What `Command::spawn` says, and `EPERM` where the system forbids to trace.
pub fn spawn_traced(
    command: &mut Command,
    filter: BpfProgram,
    blocked: SigSet,
) -> io::Result<Child> {
    let prepare = move || {
        blocked.thread_set_mask()?;
        ptrace::traceme()?;
        // The filter is the last step: the calls that it stops at fail until the tracer is ready,
        // which it is after exec.
        seccompiler::apply_filter(&filter).map_err(|_| io::Error::from(Errno::last()))
    };
    // SAFETY: between fork and exec the closure makes four system calls and allocates nothing
    // while it succeeds, so it cannot meet a lock that another thread held at the fork.
    unsafe { command.pre_exec(prepare) }.spawn()
}

/// Why a traced thread stopped, or that it is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    Exited {
        code: i32,
    },
    Killed {
        signal: i32,
    },
    /// One of the `PTRACE_EVENT` numbers.
    Event(i32),
    /// The end of a system call.
    CallEnd,
    /// A signal is about to be delivered.
    Signal(i32),
}

/// What there is to know of the traced threads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum News {
    Stopped(Pid, Stop),
    /// All that live are running or waiting.
    Nothing,
    /// All are gone.
    NoneLeft,
}

/// Asks for the next stop of any traced thread. With `patient`, waits until there is one.
///
/// nix has this call too, but loses a stop whose signal is a real-time signal.
pub fn news(patient: bool) -> io::Result<News> {
    let mut status = 0;
    let options = libc::__WALL | if patient { 0 } else { libc::WNOHANG };
    let pid = loop {
        // SAFETY: `status` outlives the call, which writes nothing else.
        let result = Errno::result(unsafe { libc::waitpid(-1, &raw mut status, options) });
        match result {
            Ok(0) => return Ok(News::Nothing),
            Ok(pid) => break Pid::from_raw(pid),
            Err(Errno::EINTR) => {}
            Err(Errno::ECHILD) => return Ok(News::NoneLeft),
            Err(error) => return Err(error.into()),
        }
    };
    let stop = if libc::WIFEXITED(status) {
        let code = libc::WEXITSTATUS(status);
        Stop::Exited { code }
    } else if libc::WIFSIGNALED(status) {
        let signal = libc::WTERMSIG(status);
        Stop::Killed { signal }
    } else if status >> 16 != 0 {
        Stop::Event(status >> 16)
    } else if libc::WSTOPSIG(status) == libc::SIGTRAP | 0x80 {
        Stop::CallEnd
    } else {
        Stop::Signal(libc::WSTOPSIG(status))
    };
    Ok(News::Stopped(pid, stop))
}

/// How far a stopped thread goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Until {
    NextEvent,
    /// To the end of the system call that it is in.
    CallEnd,
}

/// Lets a stopped thread go on, with a signal delivered unless it is 0.
///
/// nix has these calls too, but cannot pass a real-time signal on.
pub fn resume(pid: Pid, until: Until, signal: i32) -> io::Result<()> {
    let request = match until {
        Until::NextEvent => libc::PTRACE_CONT,
        Until::CallEnd => libc::PTRACE_SYSCALL,
    };
    let (unused, signal): (libc::c_long, libc::c_long) = (0, signal.into());
    // SAFETY: these two requests read no memory of this process.
    let result = unsafe { libc::ptrace(request, pid.as_raw(), unused, signal) };
    match Errno::result(result) {
        // A thread that was killed in the meantime reports its end by itself.
        Ok(_) | Err(Errno::ESRCH) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// The number and the arguments of the system call that a thread stopped in.
pub fn call_begun(pid: Pid) -> nix::Result<(i64, [u64; 6])> {
    let info = ptrace::syscall_info(pid)?;
    match info.op {
        libc::PTRACE_SYSCALL_INFO_SECCOMP => {
            // SAFETY: `op` says which member of the union was written.
            let call = unsafe { info.u.seccomp };
            Ok((call.nr as i64, call.args))
        }
        _ => Err(Errno::EINVAL),
    }
}

/// The result of the system call at whose end a thread stopped.
pub fn call_result(pid: Pid) -> nix::Result<i64> {
    let info = ptrace::syscall_info(pid)?;
    match info.op {
        // SAFETY: `op` says which member of the union was written.
        libc::PTRACE_SYSCALL_INFO_EXIT => Ok(unsafe { info.u.exit }.sval),
        _ => Err(Errno::EINVAL),
    }
}

/// How many characters fit beside each other in the terminal at standard error.
pub fn terminal_width() -> Option<usize> {
    let mut size = libc::winsize { ws_row: 0, ws_col: 0, ws_xpixel: 0, ws_ypixel: 0 };
    // SAFETY: the request writes a `winsize` to the place given.
    let result = unsafe { libc::ioctl(libc::STDERR_FILENO, libc::TIOCGWINSZ, &raw mut size) };
    (result == 0 && size.ws_col > 0).then(|| usize::from(size.ws_col))
}
