//! The lowest part: a program under ptrace, stopped by a seccomp filter at the calls that matter, its
//! registers and its memory.
//!
//! Nothing here knows of schedules. nix has most of these calls too, but loses stops by real-time
//! signals, and waits that are not for one thread alone.
#![allow(unsafe_code)]

use std::ffi::{CString, OsStr, OsString};
use std::fs;
use std::io::{self, IoSlice, IoSliceMut};
use std::os::fd::{FromRawFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::ptr;

use nix::errno::Errno;
use nix::fcntl::OFlag;
use nix::libc::{self, c_char, c_long, sock_filter, user_regs_struct};
use nix::sys::ptrace::{self, Options};
use nix::sys::uio::{RemoteIoVec, process_vm_readv, process_vm_writev};
use nix::unistd::{self, ForkResult, Pid};

/// What a process has to be told on this processor, as the kernel's audit numbers it. Calls of another
/// kind of program, such as a 32-bit one, have other numbers.
const MACHINE: u32 = 0xc000_003e;

/// Why a program did not start.
#[derive(Debug)]
pub(super) enum NotStarted {
    /// The system does not let it be traced.
    Untraceable,
    /// exec says why.
    Exec(io::Error),
}

/// How a program is started.
pub(super) struct Launch<'a> {
    pub(super) command: &'a [OsString],
    pub(super) environment: &'a [(&'static str, Option<&'static str>)],
    pub(super) input: OwnedFd,
    pub(super) output: OwnedFd,
    pub(super) errors: OwnedFd,
    pub(super) stops: &'a [c_long],
}

/// Starts a program, traced by this thread together with all that it starts. It is stopped before its
/// first instruction. When this thread ends, all of them are killed.
pub(super) fn start(launch: &Launch<'_>) -> Result<i32, NotStarted> {
    let exec = |error: Errno| NotStarted::Exec(error.into());
    let text = |text: &OsStr| CString::new(text.as_bytes()).map_err(|_| exec(Errno::EINVAL));
    let words: Vec<CString> =
        launch.command.iter().map(|word| text(word)).collect::<Result<_, _>>()?;
    let replaced = |name: &OsStr| launch.environment.iter().any(|(other, _)| name == *other);
    let kept = std::env::vars_os().filter(|(name, _)| !replaced(name));
    let added = launch
        .environment
        .iter()
        .filter_map(|(name, value)| Some((OsString::from(name), OsString::from((*value)?))));
    let variables = kept.chain(added).map(|(mut name, value)| {
        name.push("=");
        name.push(value);
        text(&name)
    });
    let variables: Vec<CString> = variables.collect::<Result<_, _>>()?;
    let null_terminated = |list: &[CString]| -> Vec<*const c_char> {
        list.iter().map(|text| text.as_ptr()).chain([ptr::null()]).collect()
    };
    let (words, variables) = (null_terminated(&words), null_terminated(&variables));
    let filter = filter(launch.stops);
    let (may_go, go_on) = unistd::pipe2(OFlag::O_CLOEXEC).map_err(exec)?;
    let (failure, fails) = unistd::pipe2(OFlag::O_CLOEXEC).map_err(exec)?;

    // SAFETY: until exec the child makes system calls only, and allocates nothing.
    match unsafe { unistd::fork() }.map_err(exec)? {
        ForkResult::Child => {
            drop(go_on);
            let failed = become_program(launch, &words, &variables, &filter, &may_go);
            let (part, error) = failed;
            let mut message = [0; 8];
            message[..4].copy_from_slice(&part.to_ne_bytes());
            message[4..].copy_from_slice(&(error as i32).to_ne_bytes());
            let _ = unistd::write(&fails, &message);
            // SAFETY: ends this process without running anything of its parent's.
            unsafe { libc::_exit(127) }
        }
        ForkResult::Parent { child } => {
            drop((may_go, fails));
            let options = Options::PTRACE_O_TRACECLONE
                | Options::PTRACE_O_TRACEFORK
                | Options::PTRACE_O_TRACEVFORK
                | Options::PTRACE_O_TRACEEXEC
                | Options::PTRACE_O_TRACESYSGOOD
                | Options::PTRACE_O_TRACESECCOMP
                | Options::PTRACE_O_EXITKILL;
            let tid = child.as_raw();
            if ptrace::seize(child, options).is_err() {
                kill(tid);
                wait(tid);
                return Err(NotStarted::Untraceable);
            }
            unistd::write(&go_on, &[1]).map_err(exec)?;
            loop {
                match wait(tid) {
                    Some(Stop::Exec) => return Ok(tid),
                    Some(Stop::Ended(_)) | None => break,
                    Some(Stop::Signal(signal)) => go(tid, signal),
                    Some(_) => go(tid, 0),
                }
            }
            let mut message = [0; 8];
            match unistd::read(&failure, &mut message) {
                Ok(8) if message[..4] == BEFORE_EXEC.to_ne_bytes() => Err(NotStarted::Untraceable),
                Ok(8) => {
                    let [_, _, _, _, error @ ..] = message;
                    Err(NotStarted::Exec(io::Error::from_raw_os_error(i32::from_ne_bytes(error))))
                }
                _ => Err(NotStarted::Exec(io::Error::other("it ended before it began"))),
            }
        }
    }
}

/// Where a child failed to become the program: in what makes it traceable, or in exec.
const BEFORE_EXEC: i32 = 0;
const IN_EXEC: i32 = 1;

/// In the child: waits until it is traced, and becomes the program. Returns only what failed.
fn become_program(
    launch: &Launch<'_>,
    words: &[*const c_char],
    variables: &[*const c_char],
    filter: &[sock_filter],
    may_go: &OwnedFd,
) -> (i32, Errno) {
    if unistd::read(may_go, &mut [0]) != Ok(1) {
        return (IN_EXEC, Errno::ECANCELED);
    }
    let standard = || {
        unistd::dup2_stdin(&launch.input)?;
        unistd::dup2_stdout(&launch.output)?;
        unistd::dup2_stderr(&launch.errors)?;
        // A Ctrl-C on the terminal is for the tool alone.
        unistd::setsid()?;
        nix::sys::signal::SigSet::empty().thread_set_mask()?;
        // Rust ignores the signal of a closed pipe, which no other program expects.
        // SAFETY: the default action is no handler that could do harm.
        unsafe { libc::signal(libc::SIGPIPE, libc::SIG_DFL) };
        // Addresses are the same in every run.
        // SAFETY: it reads nothing but its argument.
        unsafe { libc::personality(libc::ADDR_NO_RANDOMIZE as _) };
        Ok(())
    };
    let install = || {
        nix::sys::prctl::set_no_new_privs()?;
        let program =
            libc::sock_fprog { len: filter.len() as u16, filter: filter.as_ptr().cast_mut() };
        // SAFETY: the kernel copies the filter, which lives until then.
        let installed = unsafe {
            libc::prctl(libc::PR_SET_SECCOMP, libc::SECCOMP_MODE_FILTER, &raw const program)
        };
        Errno::result(installed).map(drop)
    };
    if let Err(error) = standard() {
        return (IN_EXEC, error);
    }
    if let Err(error) = install() {
        return (BEFORE_EXEC, error);
    }
    // SAFETY: all of them end with a zero, as the call wants it.
    unsafe { libc::execvpe(words[0], words.as_ptr(), variables.as_ptr()) };
    (IN_EXEC, Errno::last())
}

/// Has a thread stop at these calls, and at no other.
fn filter(calls: &[c_long]) -> Vec<sock_filter> {
    let step = |code: u32, jt, jf, k| sock_filter { code: code as u16, jt, jf, k };
    let load = |offset| step(libc::BPF_LD | libc::BPF_W | libc::BPF_ABS, 0, 0, offset);
    let answer = |what| step(libc::BPF_RET | libc::BPF_K, 0, 0, what);
    let equal = |value, yes, no| step(libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K, yes, no, value);
    // Where the two lie in the kernel's `struct seccomp_data`.
    let (number, machine) = (0, 4);
    // The lower half of the fourth argument.
    let flags = 16 + 8 * 3;
    let length = calls.len() as u8;
    let mut program = vec![load(machine), equal(MACHINE, 0, length + 4), load(number)];
    let jumps = calls.iter().zip((3..length + 3).rev());
    program.extend(jumps.map(|(call, trace)| equal(*call as u32, trace + 1, 0)));
    // Memory that other processes may have too.
    program.push(equal(libc::SYS_mmap as u32, 0, 2));
    program.push(load(flags));
    let shared = libc::MAP_SHARED as u32;
    program.push(step(libc::BPF_JMP | libc::BPF_JSET | libc::BPF_K, 1, 0, shared));
    program.push(answer(libc::SECCOMP_RET_ALLOW));
    program.push(answer(libc::SECCOMP_RET_TRACE));
    program
}

/// Why a thread is not running.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// It has ended: the exit code, negative for a signal.
    Ended(i32),
    /// It is about to make a call of the filter.
    Call,
    /// It is at the end of a call.
    CallEnd,
    /// It has started a process or a thread, which lives on its own.
    Born { tid: i32, vfork: bool },
    /// It has become another program.
    Exec,
    /// A signal is about to be delivered.
    Signal(i32),
    /// Something that is of no interest.
    Other,
}

/// Waits until a thread is not running. `None` if there is no such thread.
pub(super) fn wait(tid: i32) -> Option<Stop> {
    let mut status = 0;
    loop {
        // SAFETY: `status` outlives the call.
        let waited = unsafe { libc::waitpid(tid, &raw mut status, libc::__WALL) };
        match Errno::result(waited) {
            Ok(_) => break,
            Err(Errno::EINTR) => {}
            Err(_) => return None,
        }
    }
    if libc::WIFEXITED(status) {
        return Some(Stop::Ended(libc::WEXITSTATUS(status)));
    }
    if libc::WIFSIGNALED(status) {
        return Some(Stop::Ended(-libc::WTERMSIG(status)));
    }
    let born = |vfork| match ptrace::getevent(Pid::from_raw(tid)) {
        Ok(new) => Stop::Born { tid: new as i32, vfork },
        Err(_) => Stop::Other,
    };
    Some(match status >> 16 {
        libc::PTRACE_EVENT_SECCOMP => Stop::Call,
        libc::PTRACE_EVENT_FORK | libc::PTRACE_EVENT_CLONE => born(false),
        libc::PTRACE_EVENT_VFORK => born(true),
        libc::PTRACE_EVENT_EXEC => Stop::Exec,
        0 => match libc::WSTOPSIG(status) {
            signal if signal == libc::SIGTRAP | 0x80 => Stop::CallEnd,
            libc::SIGTRAP => Stop::Other,
            signal => Stop::Signal(signal),
        },
        _ => Stop::Other,
    })
}

/// Lets a stopped thread go on to its next stop, with a signal delivered unless it is 0.
pub(super) fn go(tid: i32, signal: i32) {
    request(libc::PTRACE_CONT, tid, signal);
}

/// Lets a stopped thread go on, at most to the end of the call that it is in.
pub(super) fn go_to_end_of_call(tid: i32) {
    request(libc::PTRACE_SYSCALL, tid, 0);
}

fn request(request: libc::c_uint, tid: i32, signal: i32) {
    let (unused, signal): (c_long, c_long) = (0, signal.into());
    // That it was killed in the meantime it reports by itself.
    // SAFETY: these requests read no memory of this process.
    unsafe { libc::ptrace(request, tid, unused, signal) };
}

/// Ends a process at once.
pub(super) fn kill(pid: i32) {
    let _ = nix::sys::signal::kill(Pid::from_raw(pid), nix::sys::signal::Signal::SIGKILL);
}

/// Takes the last note of an orphan that has ended.
pub(super) fn reap(pid: i32) {
    let flags = nix::sys::wait::WaitPidFlag::WNOHANG;
    let _ = nix::sys::wait::waitpid(Pid::from_raw(pid), Some(flags));
}

/// The registers of a stopped thread. `None` if it was killed.
pub(super) fn registers(tid: i32) -> Option<user_regs_struct> {
    ptrace::getregs(Pid::from_raw(tid)).ok()
}

/// Writes the registers of a stopped thread.
pub(super) fn set_registers(tid: i32, registers: user_regs_struct) {
    let _ = ptrace::setregs(Pid::from_raw(tid), registers);
}

/// The number and the arguments of the call that a thread is in.
pub(super) fn call(registers: &user_regs_struct) -> (c_long, [u64; 6]) {
    let r = registers;
    (r.orig_rax as c_long, [r.rdi, r.rsi, r.rdx, r.r10, r.r8, r.r9])
}

/// The call that a thread is about to make will not be made, but seem to give this.
pub(super) fn skip(tid: i32, result: i64) {
    if let Some(mut registers) = registers(tid) {
        registers.orig_rax = u64::MAX;
        registers.rax = result as u64;
        set_registers(tid, registers);
    }
}

/// What lies in a thread's memory, as far as there is any.
pub(super) fn memory(tid: i32, at: u64, length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    let remote = [RemoteIoVec { base: at as usize, len: length }];
    let local = &mut [IoSliceMut::new(&mut bytes)];
    let read = process_vm_readv(Pid::from_raw(tid), local, &remote).unwrap_or(0);
    bytes.truncate(read);
    bytes
}

/// Writes to a thread's memory.
pub(super) fn set_memory(tid: i32, at: u64, bytes: &[u8]) {
    let remote = [RemoteIoVec { base: at as usize, len: bytes.len() }];
    let _ = process_vm_writev(Pid::from_raw(tid), &[IoSlice::new(bytes)], &remote);
}

/// The number at an address, 0 if there is none.
pub(super) fn u64_at(tid: i32, at: u64) -> u64 {
    memory(tid, at, 8).try_into().map_or(0, u64::from_ne_bytes)
}

/// The number at an address, 0 if there is none.
pub(super) fn u32_at(tid: i32, at: u64) -> u32 {
    memory(tid, at, 4).try_into().map_or(0, u32::from_ne_bytes)
}

/// Hides the page from which a program reads clocks without a call, and the random bytes that each
/// program begins with.
pub(super) fn make_the_same(tid: i32) {
    let Some(registers) = registers(tid) else { return };
    // The stack of a new program: the arguments, the environment, the auxiliary vector.
    let mut at = registers.rsp;
    at += 8 * (u64_at(tid, at) + 2);
    while u64_at(tid, at) != 0 {
        at += 8;
    }
    at += 8;
    loop {
        match u64_at(tid, at) {
            0 => return,
            libc::AT_SYSINFO_EHDR => set_memory(tid, at, &libc::AT_IGNORE.to_ne_bytes()),
            libc::AT_RANDOM => set_memory(tid, u64_at(tid, at + 8), &[0x5a; 16]),
            _ => {}
        }
        at += 16;
    }
}

/// A process by something that is not reused, as its number is.
pub(super) fn open_process(pid: i32) -> Option<OwnedFd> {
    // SAFETY: the call gives a new descriptor or an error.
    let opened = unsafe { libc::syscall(libc::SYS_pidfd_open, pid, 0) } as i32;
    // SAFETY: nobody else owns it.
    (opened >= 0).then(|| unsafe { OwnedFd::from_raw_fd(opened) })
}

/// What a process has open under this number.
pub(super) fn descriptor(process: &OwnedFd, fd: i32) -> Option<OwnedFd> {
    use std::os::fd::AsRawFd;
    // SAFETY: the call gives a new descriptor or an error.
    let got = unsafe { libc::syscall(libc::SYS_pidfd_getfd, process.as_raw_fd(), fd, 0) } as i32;
    // SAFETY: nobody else owns it.
    (got >= 0).then(|| unsafe { OwnedFd::from_raw_fd(got) })
}

/// Whether one of these can be read or written without waiting, as poll says.
pub(super) fn is_ready(process: &OwnedFd, waits: &[(i32, i16)]) -> bool {
    use std::os::fd::AsRawFd;
    waits.iter().filter(|(fd, _)| *fd >= 0).any(|&(fd, events)| {
        // The call fails at once where there is no such descriptor.
        let Some(own) = descriptor(process, fd) else { return true };
        let mut poll = libc::pollfd { fd: own.as_raw_fd(), events, revents: 0 };
        // SAFETY: `poll` outlives the call.
        unsafe { libc::poll(&raw mut poll, 1, 0) };
        poll.revents != 0
    })
}

/// What a descriptor stands for, as the kernel writes it: a path, or `pipe:[number]`.
pub(super) fn link(tid: i32, fd: u64) -> String {
    let link = fs::read_link(format!("/proc/{tid}/fd/{fd}"));
    link.map(|link| link.to_string_lossy().into_owned()).unwrap_or_default()
}

/// What a process has open for writing, or for reading, as [`link`] has it.
pub(super) fn open_files(pid: i32, written: bool) -> Vec<String> {
    use std::os::unix::fs::PermissionsExt;
    let Ok(list) = fs::read_dir(format!("/proc/{pid}/fd")) else { return Vec::new() };
    // The rights of the link's owner: how it was opened.
    let right = if written { 0o200 } else { 0o400 };
    let open = list.filter_map(|entry| {
        let path = entry.ok()?.path();
        let rights = path.symlink_metadata().ok()?.permissions().mode();
        let link = fs::read_link(path).ok()?;
        (rights & right != 0).then(|| link.to_string_lossy().into_owned())
    });
    open.collect()
}

/// The process that a descriptor of `pidfd_open` means, -1 if it is none.
pub(super) fn process_of(tid: i32, fd: u64) -> i32 {
    let info = fs::read_to_string(format!("/proc/{tid}/fdinfo/{fd}")).unwrap_or_default();
    let pid = info.lines().find_map(|line| line.strip_prefix("Pid:")?.trim().parse().ok());
    pid.unwrap_or(-1)
}

/// The signals of a thread and its process: bit 0 is signal 1.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Signals {
    pub(super) pending: u64,
    pub(super) blocked: u64,
    pub(super) ignored: u64,
    pub(super) caught: u64,
}

/// The signals of a thread as they are.
pub(super) fn signals(tid: i32) -> Signals {
    let status = fs::read_to_string(format!("/proc/{tid}/status")).unwrap_or_default();
    let mut signals = Signals::default();
    for line in status.lines() {
        let Some((name, value)) = line.split_once(':') else { continue };
        let set = match name {
            "SigPnd" | "ShdPnd" => &mut signals.pending,
            "SigBlk" => &mut signals.blocked,
            "SigIgn" => &mut signals.ignored,
            "SigCgt" => &mut signals.caught,
            _ => continue,
        };
        *set |= u64::from_str_radix(value.trim(), 16).unwrap_or(0);
    }
    signals
}

/// What a thread is doing as the kernel writes it: R runs, S waits, t is stopped by its tracer, Z has
/// ended; and for how many ticks it has had a core.
pub(super) fn state(tid: i32) -> Option<(char, u64)> {
    let stat = fs::read_to_string(format!("/proc/{tid}/stat")).ok()?;
    // The name before it may hold anything.
    let mut fields = stat.rsplit(") ").next()?.split_whitespace();
    let state = fields.next()?.chars().next()?;
    let (user, system) =
        (fields.nth(10)?.parse::<u64>().ok()?, fields.next()?.parse::<u64>().ok()?);
    Some((state, user + system))
}

/// The number of the call in which a thread waits in the kernel.
pub(super) fn call_in_kernel(tid: i32) -> Option<c_long> {
    let call = fs::read_to_string(format!("/proc/{tid}/syscall")).ok()?;
    call.split_whitespace().next()?.parse().ok()
}

/// The other threads of a thread's process, without the first.
pub(super) fn threads(tid: i32) -> Vec<i32> {
    let status = fs::read_to_string(format!("/proc/{tid}/status")).unwrap_or_default();
    let first = status.lines().find_map(|line| line.strip_prefix("Tgid:")?.trim().parse().ok());
    let list = fs::read_dir(format!("/proc/{tid}/task")).into_iter().flatten().flatten();
    let threads = list.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    threads.filter(|&thread| thread != tid && Some(thread) != first).collect()
}

/// Whether a process has a thread of this number.
pub(super) fn has_thread(pid: i32, tid: i32) -> bool {
    fs::exists(format!("/proc/{pid}/task/{tid}")).unwrap_or(false)
}
