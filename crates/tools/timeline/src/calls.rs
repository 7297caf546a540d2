//! What a program's system calls say about it.

use std::ffi::OsStr;
use std::fs;
use std::ops::Range;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::Path;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use nix::libc::{self, c_long};
use nix::time::{ClockId, clock_gettime};
use tracer::filter::Filter;
use tracer::memory::{self, u32_at};

use crate::trace::{Futex, State};

/// The calls that may make a thread wait, whatever their arguments are.
const WAITS: &[c_long] = &[
    libc::SYS_futex,
    libc::SYS_futex_waitv,
    libc::SYS_clock_nanosleep,
    libc::SYS_nanosleep,
    libc::SYS_wait4,
    libc::SYS_waitid,
    libc::SYS_readv,
    libc::SYS_recvfrom,
    libc::SYS_recvmsg,
    libc::SYS_recvmmsg,
    libc::SYS_accept,
    libc::SYS_accept4,
    libc::SYS_connect,
    libc::SYS_ppoll,
    libc::SYS_pselect6,
    libc::SYS_epoll_pwait,
    libc::SYS_epoll_pwait2,
    libc::SYS_rt_sigsuspend,
    libc::SYS_rt_sigtimedwait,
    libc::SYS_restart_syscall,
    libc::SYS_flock,
    libc::SYS_msgrcv,
    libc::SYS_msgsnd,
    libc::SYS_semop,
    libc::SYS_semtimedop,
    libc::SYS_mq_timedreceive,
    libc::SYS_mq_timedsend,
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

/// At the calls that matter here a thread stops, and at no other.
pub fn filter() -> Filter {
    /// So much of each library is read by the loader of glibc, for every program that is started. Who
    /// asks for as much and has to wait is found by looking at it.
    const START_OF_LIBRARY: u32 = 832;
    let locks = [libc::F_SETLKW, libc::F_OFD_SETLKW].map(|command| command as u32);
    let traces = [libc::PTRACE_TRACEME, libc::PTRACE_ATTACH, libc::PTRACE_SEIZE];
    Filter::new()
        .at(WAITS)
        .at_unless(libc::SYS_read, 2, START_OF_LIBRARY)
        .at_if(libc::SYS_write, 0, &[1, 2])
        .at_if(libc::SYS_writev, 0, &[1, 2])
        .at_if(libc::SYS_prctl, 0, &[libc::PR_SET_NAME as u32])
        .at_if(libc::SYS_fcntl, 1, &locks)
        .at_if(libc::SYS_ptrace, 0, &traces)
}

/// What a thread asks of the system.
#[derive(Debug, Clone, PartialEq)]
pub enum Call {
    Wait(Wait),
    /// Goes on with a wait that a signal interrupted.
    Restart,
    /// Wakes so many threads at most.
    Wake(Futex, u32),
    Print(Vec<u8>),
    Rename(String),
    /// To be a tracer itself, or to be traced by its parent.
    Trace,
}

/// A call in which a thread may have to wait.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Wait {
    pub state: State,
    pub futex: Option<Futex>,
    pub sleep: Option<Sleep>,
    /// Whether the state is more than a guess.
    pub certain: bool,
}

/// How long a thread asks to sleep.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sleep {
    For(Duration),
    Until(Instant),
}

impl Wait {
    pub fn on(state: State) -> Wait {
        Wait { state, futex: None, sleep: None, certain: false }
    }

    /// Whether the end of the call has to be seen. Without that, its end follows from how long the
    /// thread had no core until it stops for another reason.
    pub fn end_matters(&self) -> bool {
        let known =
            [State::Sleeping, State::ProcessEnd, State::Output, State::Start, State::Stopped];
        !known.contains(&self.state)
    }
}

/// What is known of a process, to understand its calls.
#[derive(Debug, Clone, Default)]
pub struct Process {
    /// Whether CPython runs in it, once somebody asked.
    python: Option<bool>,
    /// The memory of CPython's own variables, once somebody asked.
    variables: Option<Range<u64>>,
    /// Where threads wait for CPython's interpreter lock, once one did.
    interpreter_lock: Option<u64>,
}

impl Process {
    fn is_python(&mut self, pid: i32) -> bool {
        *self.python.get_or_insert_with(|| {
            let program = fs::read_link(format!("/proc/{pid}/exe")).unwrap_or_default();
            let name = program.file_name().unwrap_or_default();
            name.to_string_lossy().starts_with("python")
        })
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
    let wait = |state| Some(Call::Wait(Wait::on(state)));
    match number {
        libc::SYS_futex => futex(process, pid, args),
        libc::SYS_nanosleep => sleep(length(tid, args[0]).map(Sleep::For)),
        libc::SYS_clock_nanosleep => sleep(until(tid, args)),
        libc::SYS_wait4 => may_wait(args[2]).then(|| wait(State::ProcessEnd))?,
        libc::SYS_waitid => may_wait(args[3]).then(|| wait(State::ProcessEnd))?,
        libc::SYS_read | libc::SYS_readv => wait(channel(tid, args[0])?.wait_to_read()),
        libc::SYS_write | libc::SYS_writev => {
            if is_own_output(tid, args[0]) {
                let text = match number {
                    libc::SYS_write => start_of(tid, args[1], args[2]),
                    _ => gathered(tid, args[1], args[2]),
                };
                return Some(Call::Print(text));
            }
            channel(tid, args[0]).and_then(|_| wait(State::Output))
        }
        libc::SYS_prctl => Some(Call::Rename(name(tid, args[1]))),
        libc::SYS_ptrace => Some(Call::Trace),
        libc::SYS_restart_syscall => Some(Call::Restart),
        libc::SYS_flock | libc::SYS_fcntl => wait(State::FileLock),
        libc::SYS_recvfrom
        | libc::SYS_recvmsg
        | libc::SYS_recvmmsg
        | libc::SYS_accept
        | libc::SYS_accept4
        | libc::SYS_connect => wait(State::Socket),
        libc::SYS_msgrcv
        | libc::SYS_msgsnd
        | libc::SYS_semop
        | libc::SYS_semtimedop
        | libc::SYS_mq_timedreceive
        | libc::SYS_mq_timedsend => wait(State::Message),
        // A signal is what wakes here: the shell's `wait` waits so for its children.
        libc::SYS_futex_waitv | libc::SYS_rt_sigsuspend | libc::SYS_rt_sigtimedwait => {
            wait(State::Wakeup)
        }
        #[cfg(target_arch = "x86_64")]
        libc::SYS_pause => wait(State::Wakeup),
        libc::SYS_ppoll => poll(tid, args, length(tid, args[2])),
        libc::SYS_pselect6 => select(args, length(tid, args[4])),
        #[cfg(target_arch = "x86_64")]
        libc::SYS_poll => {
            poll(tid, args, u64::try_from(args[2] as i32).ok().map(Duration::from_millis))
        }
        #[cfg(target_arch = "x86_64")]
        libc::SYS_select => select(args, pair(tid, args[4], 1000)),
        _ => wait(State::Input),
    }
}

/// A call that a thread is found in, and the first of its arguments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InKernel {
    pub number: c_long,
    pub args: [u64; 3],
}

/// By its number and its first argument a call is told from the next one.
pub type Place = (c_long, u64);

impl InKernel {
    pub fn place(&self) -> Place {
        (self.number, self.args[0])
    }
}

/// What a thread waits for that sits in a call which is let through unseen.
pub fn stuck_in(tid: i32, call: &InKernel) -> State {
    let InKernel { number, args } = *call;
    let here = libc::AT_FDCWD as u64;
    match number {
        libc::SYS_write | libc::SYS_writev | libc::SYS_splice | libc::SYS_tee
            if channel(tid, args[0]).is_some() =>
        {
            State::Output
        }
        libc::SYS_sendto | libc::SYS_sendmsg | libc::SYS_sendmmsg => State::Output,
        libc::SYS_read => channel(tid, args[0]).map_or(State::System, Channel::wait_to_read),
        #[cfg(target_arch = "x86_64")]
        libc::SYS_open => open(tid, here, args[0], args[1]),
        libc::SYS_openat => open(tid, args[0], args[1], args[2]),
        _ => State::System,
    }
}

/// Whoever opens a named pipe waits until another opens its other end.
fn open(tid: i32, folder: u64, path: u64, flags: u64) -> State {
    let path = memory::bytes(tid, path, LONGEST_TEXT);
    let path = OsStr::from_bytes(path.split(|&byte| byte == 0).next().unwrap_or_default());
    let folder = match folder as i32 {
        libc::AT_FDCWD => format!("/proc/{tid}/cwd"),
        descriptor => format!("/proc/{tid}/fd/{descriptor}"),
    };
    let reads = flags as i32 & libc::O_ACCMODE == libc::O_RDONLY;
    match fs::metadata(Path::new(&folder).join(path)) {
        Ok(found) if found.file_type().is_fifo() && reads => State::Input,
        Ok(found) if found.file_type().is_fifo() => State::Wakeup,
        _ => State::System,
    }
}

fn may_wait(options: u64) -> bool {
    options & libc::WNOHANG as u64 == 0
}

/// What data comes from or goes to that may have to wait for another process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Channel {
    Socket,
    /// A pipe, a terminal, a counter of events.
    Other,
}

impl Channel {
    fn wait_to_read(self) -> State {
        match self {
            Channel::Socket => State::Socket,
            Channel::Other => State::Input,
        }
    }
}

/// None for a file on a disk and for a device like `/dev/urandom`: it never has to wait for another.
pub fn channel(tid: i32, descriptor: u64) -> Option<Channel> {
    /// The major number of the devices that are nothing but memory.
    const MEMORY: u32 = 1;
    let found = fs::metadata(format!("/proc/{tid}/fd/{descriptor}")).ok()?;
    let kind = found.file_type();
    if kind.is_socket() {
        return Some(Channel::Socket);
    }
    let terminal = kind.is_char_device() && libc::major(found.rdev()) != MEMORY;
    let nameless = found.mode() & libc::S_IFMT == 0;
    (kind.is_fifo() || terminal || nameless).then_some(Channel::Other)
}

/// Whether a write goes where the output of the whole program goes, and not into a file or to the
/// next program in a pipeline.
fn is_own_output(tid: i32, descriptor: u64) -> bool {
    static OWN: OnceLock<Vec<(u64, u64)>> = OnceLock::new();
    let place = |path: String| fs::metadata(path).ok().map(|found| (found.dev(), found.ino()));
    let own = OWN.get_or_init(|| {
        [1, 2].iter().filter_map(|own| place(format!("/proc/self/fd/{own}"))).collect()
    });
    place(format!("/proc/{tid}/fd/{descriptor}")).is_some_and(|place| own.contains(&place))
}

fn sleep(length: Option<Sleep>) -> Option<Call> {
    Some(Call::Wait(Wait { sleep: length, ..Wait::on(State::Sleeping) }))
}

/// A length of time in the program's memory, in seconds and a smaller unit of so many nanoseconds.
fn pair(tid: i32, address: u64, unit: u64) -> Option<Duration> {
    let (seconds, parts) = memory::u64_pair_at(tid, address)?;
    let parts = Duration::from_nanos(parts.saturating_mul(unit));
    Duration::from_secs(seconds).checked_add(parts)
}

fn length(tid: i32, address: u64) -> Option<Duration> {
    if address == 0 { None } else { pair(tid, address, 1) }
}

/// How long a `clock_nanosleep` is to sleep, which may ask for a moment instead.
fn until(tid: i32, args: &[u64; 6]) -> Option<Sleep> {
    let asked = length(tid, args[2])?;
    if args[1] as i32 & libc::TIMER_ABSTIME == 0 {
        return Some(Sleep::For(asked));
    }
    let here = Instant::now();
    let now = clock_gettime(ClockId::from_raw(args[0] as libc::clockid_t)).ok()?;
    let now = Duration::new(now.tv_sec() as u64, now.tv_nsec() as u32);
    here.checked_add(asked.saturating_sub(now)).map(Sleep::Until)
}

/// A poll of nothing is a sleep, and a poll of a process a wait for its end.
fn poll(tid: i32, args: &[u64; 6], timeout: Option<Duration>) -> Option<Call> {
    if timeout == Some(Duration::ZERO) {
        return None;
    }
    if args[1] == 0 {
        return sleep(timeout.map(Sleep::For));
    }
    let first = u32_at(tid, args[0]).unwrap_or(u32::MAX);
    let file = fs::read_link(format!("/proc/{tid}/fd/{first}")).unwrap_or_default();
    let file = file.to_string_lossy();
    let state = match &*file {
        // What ends may also be a pipe that a process has inherited, and its end is seen at once.
        "anon_inode:[pidfd]" => return Some(Call::Wait(Wait::on(State::ProcessEnd))),
        file if file.starts_with("socket:") => State::Socket,
        _ => State::Input,
    };
    Some(Call::Wait(Wait::on(state)))
}

fn select(args: &[u64; 6], timeout: Option<Duration>) -> Option<Call> {
    match (args[0], timeout) {
        (_, Some(Duration::ZERO)) => None,
        (0, timeout) => sleep(timeout.map(Sleep::For)),
        _ => Some(Call::Wait(Wait::on(State::Input))),
    }
}

fn futex(process: &mut Process, pid: i32, args: &[u64; 6]) -> Option<Call> {
    let [address, operation, value, timeout, ..] = *args;
    let operation = operation as i32;
    let private = operation & libc::FUTEX_PRIVATE_FLAG != 0;
    let futex = Futex { pid: if private { pid } else { 0 }, address };
    let wait = |state| Some(Call::Wait(Wait { futex: Some(futex), ..Wait::on(state) }));
    match operation & libc::FUTEX_CMD_MASK {
        libc::FUTEX_WAKE
        | libc::FUTEX_WAKE_BITSET
        | libc::FUTEX_WAKE_OP
        | libc::FUTEX_REQUEUE
        | libc::FUTEX_CMP_REQUEUE => Some(Call::Wake(futex, value as u32)),
        libc::FUTEX_UNLOCK_PI => Some(Call::Wake(futex, 1)),
        libc::FUTEX_LOCK_PI | libc::FUTEX_LOCK_PI2 => wait(State::Lock),
        libc::FUTEX_WAIT_REQUEUE_PI => wait(State::Wakeup),
        libc::FUTEX_WAIT | libc::FUTEX_WAIT_BITSET => {
            // The kernel clears the word that holds a thread's number when the thread ends.
            let joins = !private && is_thread(pid, value as u32);
            let python = !joins && process.is_python(pid);
            let state = if joins {
                State::ThreadEnd
            } else if python && is_interpreter_lock(process, pid, address, timeout) {
                State::Interpreter
            } else {
                waits_for(python, value as u32)
            };
            // Only CPython uses its locks for something else, too.
            let certain = state == State::Lock && !python;
            let futex = Some(futex);
            Some(Call::Wait(Wait { futex, certain, ..Wait::on(state) }))
        }
        _ => None,
    }
}

/// The value of a `Mutex` of std and of the C library that is locked and waited for.
const CONTENDED: u32 = 2;

/// Whether a futex that had the value [`CONTENDED`] may be a mutex, if it has this value when a wait for
/// it has ended: a condition has counted one call more.
pub fn is_mutex(value: u32) -> bool {
    value <= CONTENDED || value >= RWLOCK_WAITED_FOR
}

/// The two upper bits of a `RwLock` of std say who waits. Both and all others: a parked thread.
const RWLOCK_WAITED_FOR: u32 = 1 << 30;

/// What the value says that a thread expects to find in a futex.
fn waits_for(python: bool, value: u32) -> State {
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

/// Threads that wait for the interpreter lock look at it again every few milliseconds. It is a variable of
/// CPython itself, and the locks that a program makes are not.
fn is_interpreter_lock(process: &mut Process, pid: i32, address: u64, timeout: u64) -> bool {
    /// The mutex and the condition of the lock lie side by side.
    const NEAR: u64 = 256;
    if process.interpreter_lock.is_none() && timeout != 0 {
        let variables = process.variables.get_or_insert_with(|| variables_of_python(pid));
        if variables.contains(&address) {
            process.interpreter_lock = Some(address);
        }
    }
    process.interpreter_lock.is_some_and(|lock| lock.abs_diff(address) < NEAR)
}

/// The memory in which CPython has its variables: that of the library or program, and what follows it for
/// the variables that begin with zeros.
fn variables_of_python(pid: i32) -> Range<u64> {
    let maps = fs::read_to_string(format!("/proc/{pid}/maps")).unwrap_or_default();
    variables_in(&maps).unwrap_or_default()
}

/// The same, from the list of a process's memory: see proc_pid_maps(5).
fn variables_in(maps: &str) -> Option<Range<u64>> {
    let mut found: Vec<(bool, Range<u64>)> = Vec::new();
    for line in maps.lines() {
        let mut words = line.split_ascii_whitespace();
        let (start, end) = words.next()?.split_once('-')?;
        let part = u64::from_str_radix(start, 16).ok()?..u64::from_str_radix(end, 16).ok()?;
        let file = words.nth(4).unwrap_or_default();
        let name = file.rsplit('/').next().unwrap_or_default();
        let library = name.starts_with("libpython");
        let python = library || name.starts_with("python");
        match found.last_mut() {
            Some((of_library, before))
                if before.end == part.start
                    && (file.is_empty() || python && *of_library == library) =>
            {
                before.end = part.end;
            }
            _ if python => found.push((library, part)),
            _ => {}
        }
    }
    // Where there is a library, the program does nothing but call it.
    found.into_iter().max_by_key(|(library, part)| (*library, part.end - part.start)).map(|it| it.1)
}

fn start_of(tid: i32, address: u64, length: u64) -> Vec<u8> {
    let length = usize::try_from(length).unwrap_or(usize::MAX);
    memory::bytes(tid, address, length.min(LONGEST_TEXT))
}

/// What a `writev` writes: several pieces of memory, named by a list of addresses and lengths.
fn gathered(tid: i32, list: u64, pieces: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    for piece in 0..pieces.min(64) {
        if bytes.len() >= LONGEST_TEXT {
            break;
        }
        let at = list + 16 * piece;
        if let Some((address, length)) = memory::u64_pair_at(tid, at) {
            bytes.extend(start_of(tid, address, length));
        }
    }
    bytes.truncate(LONGEST_TEXT);
    bytes
}

fn name(tid: i32, address: u64) -> String {
    let bytes = memory::bytes(tid, address, LONGEST_NAME);
    let name = bytes.split(|&byte| byte == 0).next().unwrap_or_default();
    String::from_utf8_lossy(name).into_owned()
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
    fn the_variables_of_python_are_not_what_a_program_makes() {
        let program = "\
            400000-7ff000 r--p 00000000 08:01 11 /usr/bin/python3.11\n\
            7ff000-a00000 rw-p 003ff000 08:01 11 /usr/bin/python3.11\n\
            a00000-a80000 rw-p 00000000 00:00 0 \n\
            a80000-b00000 rw-p 00000000 00:00 0 [heap]\n\
            c00000-c10000 r--p 00000000 08:01 12 /usr/lib/libc.so.6\n\
            c10000-c20000 rw-p 00000000 00:00 0 \n";
        assert_eq!(variables_in(program), Some(0x40_0000..0xa8_0000));
        let library = "\
            e00000-f00000 rw-p 00000000 00:00 0 \n\
            f00000-f10000 r--p 00000000 08:01 13 /opt/lib/libpython3.13.so.1.0\n\
            f10000-f20000 rw-p 00010000 08:01 13 /opt/lib/libpython3.13.so.1.0\n\
            f20000-f30000 rw-p 00000000 00:00 0 \n\
            f40000-f50000 rw-p 00000000 00:00 0 \n";
        assert_eq!(variables_in(&format!("{program}{library}")), Some(0xf0_0000..0xf3_0000));
        assert_eq!(variables_in("1000-2000 r--p 0 0:0 0 /bin/sh\n"), None);
    }

    #[test]
    fn a_poll_of_nothing_is_a_sleep() {
        let state = |call| match call {
            Some(Call::Wait(wait)) => Some(wait.state),
            _ => None,
        };
        assert_eq!(state(select(&[0; 6], None)), Some(State::Sleeping));
        assert_eq!(state(select(&[4, 0, 0, 0, 0, 0], None)), Some(State::Input));
        assert_eq!(state(select(&[4, 0, 0, 0, 0, 0], Some(Duration::ZERO))), None);
    }

    #[test]
    fn the_filter_can_be_built_for_this_machine() {
        assert!(!filter().program().is_empty());
    }
}
