//! What a program's system calls say about it.

use std::collections::BTreeMap;
use std::fs;
use std::io::IoSliceMut;
use std::os::unix::fs::{FileTypeExt, MetadataExt};

use nix::libc::{self, c_long};
use nix::sys::uio::{RemoteIoVec, process_vm_readv};
use nix::time::{ClockId, clock_gettime};
use nix::unistd::Pid;
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
    SeccompRule,
};

use crate::trace::{Futex, State};

/// The calls that may make a thread wait, whatever their arguments are.
const WAITS: &[c_long] = &[
    libc::SYS_futex,
    libc::SYS_clock_nanosleep,
    libc::SYS_nanosleep,
    libc::SYS_wait4,
    libc::SYS_waitid,
    libc::SYS_read,
    libc::SYS_readv,
    libc::SYS_recvfrom,
    libc::SYS_recvmsg,
    libc::SYS_accept,
    libc::SYS_accept4,
    libc::SYS_ppoll,
    libc::SYS_pselect6,
    libc::SYS_epoll_pwait,
    libc::SYS_rt_sigsuspend,
    libc::SYS_rt_sigtimedwait,
    libc::SYS_restart_syscall,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_poll,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_select,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_epoll_wait,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_pause,
];

/// Of one print, no more than this is kept.
const LONGEST_TEXT: usize = 4096;

/// The kernel cuts the name of a thread to so many bytes.
const LONGEST_NAME: usize = 15;

/// The filter that makes the kernel stop a thread at the calls that matter here and at no other.
pub fn filter() -> Result<BpfProgram, String> {
    let first_argument_is = |value: u64| {
        let is = SeccompCondition::new(0, SeccompCmpArgLen::Dword, SeccompCmpOp::Eq, value);
        is.and_then(|is| SeccompRule::new(vec![is]))
    };
    let build = || {
        let mut rules: BTreeMap<i64, Vec<SeccompRule>> = BTreeMap::new();
        rules.extend(WAITS.iter().map(|&call| (call, Vec::new())));
        for call in [libc::SYS_write, libc::SYS_writev] {
            rules.insert(call, vec![first_argument_is(1)?, first_argument_is(2)?]);
        }
        rules.insert(libc::SYS_prctl, vec![first_argument_is(libc::PR_SET_NAME as u64)?]);
        SeccompFilter::new(
            rules,
            SeccompAction::Allow,
            SeccompAction::Trace(0),
            std::env::consts::ARCH.try_into()?,
        )?
        .try_into()
    };
    build()
        .map_err(|error: seccompiler::BackendError| format!("cannot watch system calls: {error}"))
}

/// What a thread asks of the system.
#[derive(Debug, Clone, PartialEq)]
pub enum Call {
    Wait {
        state: State,
        futex: Option<Futex>,
    },
    /// Goes on with a wait that a signal interrupted.
    Restart,
    Wake(Futex),
    Print(Vec<u8>),
    Rename(String),
}

/// What is known of a process, to understand its calls.
#[derive(Debug, Clone, Default)]
pub struct Process {
    /// Whether CPython runs in it.
    pub python: bool,
    /// Where threads wait for CPython's interpreter lock, once one did.
    interpreter_lock: Option<u64>,
}

impl Process {
    pub fn new(pid: i32) -> Process {
        let program = fs::read_link(format!("/proc/{pid}/exe")).unwrap_or_default();
        let name = program.file_name().unwrap_or_default().to_string_lossy();
        Process { python: name.starts_with("python"), interpreter_lock: None }
    }
}

/// Says what a call means, or None where it is of no interest.
pub fn understand(
    process: &mut Process,
    pid: i32,
    tid: i32,
    number: c_long,
    args: &[u64; 6],
) -> Option<Call> {
    let wait = |state| Some(Call::Wait { state, futex: None });
    match number {
        libc::SYS_futex => futex(process, pid, tid, args),
        libc::SYS_clock_nanosleep | libc::SYS_nanosleep => wait(State::Sleeping),
        libc::SYS_wait4 => may_wait(args[2]).then(|| wait(State::ProcessEnd))?,
        libc::SYS_waitid => may_wait(args[3]).then(|| wait(State::ProcessEnd))?,
        libc::SYS_read | libc::SYS_readv => may_block(tid, args[0]).then(|| wait(State::Input))?,
        libc::SYS_write => Some(Call::Print(start_of(tid, args[1], args[2]))),
        libc::SYS_writev => Some(Call::Print(gathered(tid, args[1], args[2]))),
        libc::SYS_prctl => Some(Call::Rename(name(tid, args[1]))),
        libc::SYS_restart_syscall => Some(Call::Restart),
        libc::SYS_ppoll => wait(poll(tid, args)),
        libc::SYS_pselect6 => wait(select(args)),
        #[cfg(target_arch = "x86_64")]
        libc::SYS_poll => wait(poll(tid, args)),
        #[cfg(target_arch = "x86_64")]
        libc::SYS_select => wait(select(args)),
        _ => wait(State::Input),
    }
}

fn may_wait(options: u64) -> bool {
    options & libc::WNOHANG as u64 == 0
}

/// Whether a read of this descriptor may have to wait: not so for a file on a disk or for a device
/// like `/dev/urandom`.
fn may_block(tid: i32, descriptor: u64) -> bool {
    /// The major number of the devices that are nothing but memory.
    const MEMORY: u32 = 1;
    fs::metadata(format!("/proc/{tid}/fd/{descriptor}")).is_ok_and(|found| {
        let kind = found.file_type();
        let terminal = kind.is_char_device() && libc::major(found.rdev()) != MEMORY;
        kind.is_fifo() || kind.is_socket() || terminal
    })
}

/// A poll of nothing is a sleep, and a poll of a process a wait for its end.
fn poll(tid: i32, args: &[u64; 6]) -> State {
    if args[1] == 0 {
        return State::Sleeping;
    }
    let first = u32_at(tid, args[0]).unwrap_or(u32::MAX);
    let file = fs::read_link(format!("/proc/{tid}/fd/{first}")).unwrap_or_default();
    if file.to_string_lossy() == "anon_inode:[pidfd]" { State::ProcessEnd } else { State::Input }
}

fn select(args: &[u64; 6]) -> State {
    if args[0] == 0 { State::Sleeping } else { State::Input }
}

fn futex(process: &mut Process, pid: i32, tid: i32, args: &[u64; 6]) -> Option<Call> {
    let [address, operation, value, timeout, ..] = *args;
    let operation = operation as i32;
    let private = operation & libc::FUTEX_PRIVATE_FLAG != 0;
    let futex = Futex { pid: if private { pid } else { 0 }, address };
    match operation & libc::FUTEX_CMD_MASK {
        libc::FUTEX_WAKE => Some(Call::Wake(futex)),
        libc::FUTEX_WAIT | libc::FUTEX_WAIT_BITSET => {
            // The kernel clears the word that holds a thread's number when the thread ends.
            let joins = !private && is_thread(pid, value as u32);
            let state = if joins {
                State::ThreadEnd
            } else if process.python && is_interpreter_lock(process, tid, address, timeout) {
                State::Interpreter
            } else {
                waits_for(process.python, value as u32)
            };
            Some(Call::Wait { state, futex: Some(futex) })
        }
        _ => None,
    }
}

/// What the value says that a thread expects to find in a futex.
fn waits_for(python: bool, value: u32) -> State {
    /// A `Mutex` of std and of the C library, locked and waited for.
    const CONTENDED: u32 = 2;
    /// The two upper bits of a `RwLock` of std say who waits. Both and all others: a parked thread.
    const RWLOCK_WAITED_FOR: u32 = 1 << 30;
    match value {
        u32::MAX => State::Wakeup,
        CONTENDED => State::Lock,
        value if value >= RWLOCK_WAITED_FOR => State::Lock,
        // CPython's locks are semaphores of the C library, with nothing left to take.
        0 if python => State::Lock,
        _ => State::Wakeup,
    }
}

fn is_thread(pid: i32, tid: u32) -> bool {
    tid != 0 && fs::exists(format!("/proc/{pid}/task/{tid}")).unwrap_or(false)
}

/// Threads that wait for the interpreter lock look at it again every 5 ms, which nothing else does.
fn is_interpreter_lock(process: &mut Process, tid: i32, address: u64, timeout: u64) -> bool {
    /// The mutex and the condition of the lock lie side by side.
    const NEAR: u64 = 256;
    const LOOKS_AGAIN: i64 = 5_500_000;

    if process.interpreter_lock.is_none() && timeout != 0 {
        let left = u64_at(tid, timeout)
            .zip(u64_at(tid, timeout + 8))
            .zip(clock_gettime(ClockId::CLOCK_MONOTONIC).ok())
            .map(|((seconds, nanos), now)| {
                (seconds as i64 - now.tv_sec()) * 1_000_000_000 + nanos as i64 - now.tv_nsec()
            });
        if left.is_some_and(|left| left <= LOOKS_AGAIN) {
            process.interpreter_lock = Some(address);
        }
    }
    process.interpreter_lock.is_some_and(|lock| lock.abs_diff(address) < NEAR)
}

fn start_of(tid: i32, address: u64, length: u64) -> Vec<u8> {
    let length = usize::try_from(length).unwrap_or(usize::MAX);
    memory(tid, address, length.min(LONGEST_TEXT))
}

/// What a `writev` writes: several pieces of memory, named by a list of addresses and lengths.
fn gathered(tid: i32, list: u64, pieces: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    for piece in 0..pieces.min(64) {
        let at = list + 16 * piece;
        if let Some((address, length)) = u64_at(tid, at).zip(u64_at(tid, at + 8)) {
            bytes.extend(start_of(tid, address, length));
        }
    }
    bytes
}

fn name(tid: i32, address: u64) -> String {
    let bytes = memory(tid, address, LONGEST_NAME);
    let name = bytes.split(|&byte| byte == 0).next().unwrap_or_default();
    String::from_utf8_lossy(name).into_owned()
}

fn u32_at(tid: i32, address: u64) -> Option<u32> {
    let bytes = memory(tid, address, 4);
    Some(u32::from_ne_bytes(bytes.try_into().ok()?))
}

fn u64_at(tid: i32, address: u64) -> Option<u64> {
    let bytes = memory(tid, address, 8);
    Some(u64::from_ne_bytes(bytes.try_into().ok()?))
}

/// What a thread's memory holds at an address, as far as there is any.
fn memory(tid: i32, address: u64, length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    let remote = RemoteIoVec { base: address as usize, len: length };
    let read = process_vm_readv(Pid::from_raw(tid), &mut [IoSliceMut::new(&mut bytes)], &[remote]);
    bytes.truncate(read.unwrap_or(0));
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_futex_is_follows_from_its_value() {
        let cases = [
            ("Mutex of std, contended", false, 2, State::Lock),
            ("parked thread of std", false, u32::MAX, State::Wakeup),
            ("Condvar of std, new", false, 0, State::Wakeup),
            ("Condvar of std, after some calls", false, 7, State::Wakeup),
            ("RwLock of std, readers wait", false, (1 << 30) + 1, State::Lock),
            ("RwLock of std, writers wait", false, (1 << 31) + 1, State::Lock),
            ("Lock of CPython", true, 0, State::Lock),
            ("Mutex of the C library in CPython", true, 2, State::Lock),
        ];
        for (what, python, value, state) in cases {
            assert_eq!(waits_for(python, value), state, "{what}");
        }
    }

    #[test]
    fn a_poll_of_nothing_is_a_sleep() {
        assert_eq!(select(&[0; 6]), State::Sleeping);
        assert_eq!(select(&[4, 0, 0, 0, 0, 0]), State::Input);
    }

    #[test]
    fn the_filter_can_be_built_for_this_machine() {
        assert!(!filter().unwrap().is_empty());
    }
}
