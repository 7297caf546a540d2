//! The system call that a stopped thread is in.
#![allow(unsafe_code)]

use nix::errno::Errno;
use nix::libc;
use nix::sys::ptrace;
use nix::unistd::Pid;

use crate::filter::MACHINE;

/// The number and the arguments of the system call at whose beginning a thread stopped.
///
/// # Errors
///
/// When it did not stop there, or has been killed in the meantime.
pub fn begun(pid: Pid) -> nix::Result<(i64, [u64; 6])> {
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

/// The result of the system call at whose end a thread stopped: negative for an error number.
///
/// # Errors
///
/// When it did not stop there, or has been killed in the meantime.
pub fn result(pid: Pid) -> nix::Result<i64> {
    let info = ptrace::syscall_info(pid)?;
    match info.op {
        // SAFETY: `op` says which member of the union was written.
        libc::PTRACE_SYSCALL_INFO_EXIT => Ok(unsafe { info.u.exit }.sval),
        _ => Err(Errno::EINVAL),
    }
}

/// Whether a stopped thread runs a program for another processor than this one, such as a 32-bit one,
/// whose calls have other numbers. False when it has been killed in the meantime.
pub fn is_foreign(pid: Pid) -> bool {
    ptrace::syscall_info(pid).is_ok_and(|info| info.arch != MACHINE)
}
