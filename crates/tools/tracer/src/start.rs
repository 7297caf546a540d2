//! Starts a program under the tracer.
#![allow(unsafe_code)]

use std::ffi::{CStr, CString, OsStr};
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::ptr;

use nix::errno::Errno;
use nix::fcntl::OFlag;
use nix::libc::{self, c_char, sock_filter};
use nix::sys::ptrace::{self, Options};
use nix::sys::signal::{SigSet, Signal, kill};
use nix::unistd::{self, ForkResult, Pid};

use crate::filter::Filter;
use crate::stop::{self, Stop, Until, Which};

/// Starts a program, traced by this thread together with all processes and threads that it makes.
/// It is stopped before its first instruction. When this thread ends, all of them are killed.
///
/// A command without a slash is looked for on `PATH`. `blocked` are the signals that the program
/// has blocked when it begins.
///
/// # Errors
///
/// Why the program does not start: `NotFound`, `PermissionDenied` and the others of exec. An error of
/// kind `Other` says that the system does not let it be traced.
pub fn start<S: AsRef<OsStr>>(command: &[S], filter: &Filter, blocked: &SigSet) -> io::Result<Pid> {
    let words: Vec<CString> = command
        .iter()
        .map(|word| CString::new(word.as_ref().as_bytes()))
        .collect::<Result<_, _>>()
        .map_err(|_| io::Error::new(io::ErrorKind::InvalidInput, "a word has a zero byte in it"))?;
    let mut arguments: Vec<*const c_char> = words.iter().map(|word| word.as_ptr()).collect();
    arguments.push(ptr::null());
    let filter = filter.program();
    let (may_go, go) = unistd::pipe2(OFlag::O_CLOEXEC)?;
    let (failure, fails) = unistd::pipe2(OFlag::O_CLOEXEC)?;

    // SAFETY: until exec the child makes system calls only, and allocates nothing.
    match unsafe { unistd::fork() }? {
        ForkResult::Child => {
            drop(go);
            let error = become_program(&words[0], &arguments, &filter, blocked, &may_go);
            let _ = unistd::write(&fails, &(error as i32).to_ne_bytes());
            // SAFETY: ends this process without running anything of its parent's.
            unsafe { libc::_exit(127) }
        }
        ForkResult::Parent { child } => {
            drop(may_go);
            drop(fails);
            if let Err(error) = ptrace::seize(child, options()) {
                let _ = kill(child, Signal::SIGKILL);
                let _ = nix::sys::wait::waitpid(child, None);
                let reason = match error {
                    Errno::EPERM => "it may not be traced here: the system forbids ptrace",
                    other => other.desc(),
                };
                return Err(io::Error::other(reason));
            }
            unistd::write(&go, &[1])?;
            until_loaded(child, &failure)
        }
    }
}

/// In the child: waits until it is traced, and becomes the program. Returns only what failed.
fn become_program(
    file: &CStr,
    arguments: &[*const c_char],
    filter: &[sock_filter],
    blocked: &SigSet,
    may_go: &OwnedFd,
) -> Errno {
    if unistd::read(may_go, &mut [0]) != Ok(1) {
        return Errno::ECANCELED;
    }
    let prepared = blocked.thread_set_mask().and_then(|()| {
        // Rust ignores the signal of a closed pipe, which no other program expects.
        // SAFETY: the default action is no handler that could do harm.
        Errno::result(unsafe { libc::signal(libc::SIGPIPE, libc::SIG_DFL) } as isize)?;
        install(filter)
    });
    if let Err(error) = prepared {
        return error;
    }
    // SAFETY: both are terminated by a zero, as the call wants it.
    unsafe { libc::execvp(file.as_ptr(), arguments.as_ptr()) };
    Errno::last()
}

/// Has the kernel use the filter for this process and all that it makes.
fn install(filter: &[sock_filter]) -> nix::Result<()> {
    let program = libc::sock_fprog { len: filter.len() as u16, filter: filter.as_ptr().cast_mut() };
    let install = || {
        // SAFETY: the kernel copies the filter, which lives until then.
        let result = unsafe {
            libc::prctl(libc::PR_SET_SECCOMP, libc::SECCOMP_MODE_FILTER, &raw const program)
        };
        Errno::result(result).map(drop)
    };
    // Only the administrator may do it without giving up that programs like sudo gain rights.
    install().or_else(|_| {
        nix::sys::prctl::set_no_new_privs()?;
        install()
    })
}

fn options() -> Options {
    Options::PTRACE_O_TRACECLONE
        | Options::PTRACE_O_TRACEFORK
        | Options::PTRACE_O_TRACEVFORK
        | Options::PTRACE_O_TRACEEXEC
        | Options::PTRACE_O_TRACESYSGOOD
        | Options::PTRACE_O_TRACESECCOMP
        | Options::PTRACE_O_EXITKILL
}

/// Waits until exec has loaded the program or failed.
fn until_loaded(child: Pid, failure: &OwnedFd) -> io::Result<Pid> {
    loop {
        match stop::wait(Which::Thread(child), true)? {
            Some((_, Stop::Event(libc::PTRACE_EVENT_EXEC))) => return Ok(child),
            Some((_, Stop::Exited { .. })) => {
                stop::reap(child)?;
                let mut error = [0; 4];
                let read = unistd::read(failure, &mut error);
                return Err(match read {
                    Ok(4) => io::Error::from_raw_os_error(i32::from_ne_bytes(error)),
                    _ => io::Error::other("it ended before it began"),
                });
            }
            Some((_, Stop::Killed { signal })) => {
                stop::reap(child)?;
                return Err(io::Error::other(format!("signal {signal} came before it began")));
            }
            Some((_, Stop::Signal(signal))) => stop::resume(child, Until::NextEvent, signal)?,
            _ => stop::resume(child, Until::NextEvent, 0)?,
        }
    }
}
