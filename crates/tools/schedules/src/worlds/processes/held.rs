//! What a task is held before: the calls that another process could notice, and those that could wait.

use nix::libc::{self, c_long};

use super::code::{Operation, Use};

/// The calls at which a task stops.
pub(super) const STOPS: &[c_long] = &[
    libc::SYS_write,
    libc::SYS_writev,
    libc::SYS_sendto,
    libc::SYS_sendmsg,
    libc::SYS_nanosleep,
    libc::SYS_clock_nanosleep,
    libc::SYS_exit,
    libc::SYS_exit_group,
    libc::SYS_kill,
    libc::SYS_tkill,
    libc::SYS_tgkill,
    libc::SYS_pidfd_send_signal,
    libc::SYS_wait4,
    libc::SYS_waitid,
    libc::SYS_futex,
    libc::SYS_read,
    libc::SYS_readv,
    libc::SYS_recvfrom,
    libc::SYS_recvmsg,
    libc::SYS_poll,
    libc::SYS_ppoll,
    libc::SYS_select,
    libc::SYS_pselect6,
    libc::SYS_epoll_wait,
    libc::SYS_epoll_pwait,
    libc::SYS_accept,
    libc::SYS_accept4,
    libc::SYS_pause,
    libc::SYS_rt_sigtimedwait,
    libc::SYS_rt_sigsuspend,
    libc::SYS_clock_gettime,
    libc::SYS_gettimeofday,
    libc::SYS_time,
    libc::SYS_getrandom,
    libc::SYS_getppid,
    libc::SYS_prctl,
    libc::SYS_pipe,
    libc::SYS_pipe2,
    libc::SYS_socketpair,
    libc::SYS_close,
    libc::SYS_close_range,
    libc::SYS_dup2,
    libc::SYS_dup3,
    libc::SYS_shutdown,
    libc::SYS_execve,
    libc::SYS_execveat,
    libc::SYS_fork,
    libc::SYS_vfork,
    libc::SYS_clone,
    libc::SYS_clone3,
];

/// Calls that would wait in the kernel, or by which processes notice each other, and that are not
/// modelled: a program that makes one is refused.
pub(super) const REFUSED: &[(c_long, &str)] = &[
    (libc::SYS_flock, "flock"),
    (libc::SYS_msgrcv, "msgrcv"),
    (libc::SYS_msgsnd, "msgsnd"),
    (libc::SYS_semop, "semop"),
    (libc::SYS_semtimedop, "semtimedop"),
    (libc::SYS_mq_timedreceive, "mq_receive"),
    (libc::SYS_mq_timedsend, "mq_send"),
    (libc::SYS_io_uring_enter, "io_uring_enter"),
    (libc::SYS_ptrace, "ptrace"),
    (libc::SYS_epoll_pwait2, "epoll_pwait2"),
    (libc::SYS_timerfd_settime, "timerfd_settime"),
    (libc::SYS_setitimer, "setitimer"),
    (libc::SYS_alarm, "alarm"),
    (libc::SYS_timer_settime, "timer_settime"),
];

/// Whether it is a call at which a task stops whatever it is given, or one that may map memory of others.
pub(super) fn is_known(call: c_long) -> bool {
    let refused = REFUSED.iter().any(|(number, _)| *number == call);
    STOPS.contains(&call) || refused || call == libc::SYS_mmap
}

/// What a call is called, for one who knows the manual.
pub(super) fn name(call: c_long) -> String {
    let known = REFUSED.iter().find(|(number, _)| *number == call);
    match call {
        libc::SYS_connect => "connect".to_string(),
        libc::SYS_execve => "execve".to_string(),
        libc::SYS_fcntl => "fcntl".to_string(),
        libc::SYS_ioctl => "ioctl".to_string(),
        libc::SYS_open => "open".to_string(),
        libc::SYS_openat => "openat".to_string(),
        libc::SYS_splice => "splice".to_string(),
        libc::SYS_sendfile => "sendfile".to_string(),
        libc::SYS_write => "write".to_string(),
        libc::SYS_read => "read".to_string(),
        _ => known.map_or_else(|| format!("number {call}"), |(_, name)| (*name).to_string()),
    }
}

/// A call that closes ends of pipes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Closing {
    /// Its name.
    pub(super) call: &'static str,
    /// The pipes, and whether it is the end for writing that is closed.
    pub(super) ends: Vec<(String, bool)>,
    /// Whether they are closed for all processes that have them, as by `shutdown`.
    pub(super) for_all: bool,
    /// Whether somebody could notice that.
    pub(super) noticed: bool,
}

impl Closing {
    /// Whether it is the start of another program: if that fails, nothing is closed.
    pub(super) fn is_exec(&self) -> bool {
        self.call == "exec"
    }
}

/// What others can change of what a wait for one of several sees when it goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Changes {
    Nothing,
    /// Whether somebody has the other end of a pipe open.
    Ends,
    /// What is in a pipe, too.
    All,
}

/// What a task is held before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Held {
    /// Its first instruction.
    Birth,
    /// To print this.
    Print(Vec<u8>),
    /// The end of a sleep.
    Sleep { nanoseconds: u64, until: u64 },
    /// To learn of the end of a child: of one, or of any if it is not positive.
    Wait { target: i32, patient: bool },
    /// Its end, or that of its whole process.
    Exit { code: i32, group: bool },
    /// Its process's end by a signal.
    Die(i32),
    /// To send a signal.
    Signal { to: i32, signal: i32 },
    /// To wait in the kernel unless the memory at this address holds another number.
    Futex {
        at: u64,
        value: u32,
        until: Option<u64>,
        /// Whether other processes may have this memory too.
        shared: bool,
        /// Whether another thread of the process has waited for the same meanwhile: who goes on first
        /// is a choice.
        contended: bool,
    },
    /// To read what may not be there yet. `contended`: other processes could read it too, or it does not
    /// wait and they could write it. `patient`: it waits until it is there.
    Read { fd: i32, contended: bool, patient: bool },
    /// To write where there may be no room. `contended`: other processes have this pipe too, and could
    /// write to it, or close it, or it does not wait and they could read from it. `patient`: it waits until
    /// there is room.
    Write { fd: i32, length: Option<u64>, contended: bool, patient: bool },
    /// To wait for one of several. Meanwhile these signals are blocked, if it says so. `contended`: others
    /// can change what it sees when it goes on.
    Poll { waits: Vec<(i32, i16)>, until: Option<u64>, blocked: Option<u64>, contended: Changes },
    /// To look, without waiting, whether there is something in a pipe that several processes have, or
    /// room in it.
    Look { waits: Vec<(i32, i16)> },
    /// To close its ends of pipes that several processes have.
    Close(Closing),
    /// To ask who its parent is.
    Parent,
    /// To be ended together with its parent from here on.
    DieWithParent,
    /// To wait for a signal that is not among these.
    Suspend { blocked: u64, until: Option<u64> },
    /// To go on after a call that was made, in a process that has memory of others: what it does there
    /// up to its next call is a step of its own. See [`Held::is_apart`].
    GoOn,
    /// To use memory that several processes have, with one instruction: so many bytes at this address,
    /// which are in these words of the object. The length is 0 if it is not known.
    Use { object: usize, at: u64, length: u64, words: (u64, u64), how: Use },
    /// To take, give or look at the semaphore at this address.
    Semaphore { object: usize, at: u64, operation: Operation },
}

impl Held {
    /// Whether the call is one step and what comes after it another, where that may come to memory of
    /// other processes: what one prints before it takes a lock says nothing about who gets the lock.
    pub(super) fn is_apart(&self) -> bool {
        matches!(
            self,
            Held::Print(_)
                | Held::Wait { .. }
                | Held::Signal { .. }
                | Held::Read { .. }
                | Held::Write { .. }
                | Held::Parent
                | Held::DieWithParent
        )
    }

    /// Whether it waits for nothing, and may find nothing: no data, no room, no child that has ended.
    pub(super) fn is_look(&self) -> bool {
        matches!(
            self,
            Held::Look { .. }
                | Held::Read { patient: false, .. }
                | Held::Write { patient: false, .. }
                | Held::Wait { patient: false, .. }
        )
    }

    /// Whether it is a call, which a signal can come before.
    pub(super) fn is_call(&self) -> bool {
        !matches!(
            self,
            Held::Birth | Held::GoOn | Held::Die(_) | Held::Use { .. } | Held::Semaphore { .. }
        )
    }

    /// When it gives up waiting, or the sleep is over.
    pub(super) fn until(&self) -> Option<u64> {
        match self {
            Held::Sleep { until, .. } => Some(*until),
            Held::Futex { until, .. } | Held::Poll { until, .. } | Held::Suspend { until, .. } => {
                *until
            }
            _ => None,
        }
    }
}
