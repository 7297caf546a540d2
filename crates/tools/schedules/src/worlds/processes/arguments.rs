//! How many arguments the calls of x86-64 have.

use nix::libc::{self, c_long};

/// How many arguments a call has at most: what else is in the registers says nothing.
pub(super) fn count(call: c_long) -> usize {
    match call {
        libc::SYS_fork
        | libc::SYS_vfork
        | libc::SYS_getpid
        | libc::SYS_getppid
        | libc::SYS_gettid
        | libc::SYS_getuid
        | libc::SYS_geteuid
        | libc::SYS_getgid
        | libc::SYS_getegid
        | libc::SYS_getpgrp
        | libc::SYS_sched_yield
        | libc::SYS_pause
        | libc::SYS_rt_sigreturn
        | libc::SYS_setsid
        | libc::SYS_sync => 0,
        libc::SYS_close
        | libc::SYS_exit
        | libc::SYS_exit_group
        | libc::SYS_pipe
        | libc::SYS_brk
        | libc::SYS_set_tid_address
        | libc::SYS_unlink
        | libc::SYS_rmdir
        | libc::SYS_chdir
        | libc::SYS_fchdir
        | libc::SYS_dup
        | libc::SYS_umask
        | libc::SYS_fsync
        | libc::SYS_fdatasync
        | libc::SYS_alarm
        | libc::SYS_uname
        | libc::SYS_sysinfo
        | libc::SYS_times
        | libc::SYS_epoll_create
        | libc::SYS_epoll_create1
        | libc::SYS_time
        | libc::SYS_getpgid
        | libc::SYS_getsid
        | libc::SYS_sched_getscheduler => 1,
        libc::SYS_munmap
        | libc::SYS_fstat
        | libc::SYS_stat
        | libc::SYS_lstat
        | libc::SYS_dup2
        | libc::SYS_nanosleep
        | libc::SYS_kill
        | libc::SYS_tkill
        | libc::SYS_getcwd
        | libc::SYS_access
        | libc::SYS_mkdir
        | libc::SYS_chmod
        | libc::SYS_fchmod
        | libc::SYS_rename
        | libc::SYS_link
        | libc::SYS_symlink
        | libc::SYS_clock_gettime
        | libc::SYS_clock_getres
        | libc::SYS_gettimeofday
        | libc::SYS_setpgid
        | libc::SYS_getrlimit
        | libc::SYS_setrlimit
        | libc::SYS_getrusage
        | libc::SYS_set_robust_list
        | libc::SYS_eventfd2
        | libc::SYS_pipe2
        | libc::SYS_clone3
        | libc::SYS_sigaltstack
        | libc::SYS_statfs
        | libc::SYS_fstatfs
        | libc::SYS_ftruncate
        | libc::SYS_truncate
        | libc::SYS_getitimer
        | libc::SYS_pidfd_open
        | libc::SYS_rt_sigsuspend
        | libc::SYS_rt_sigpending
        | libc::SYS_listen
        | libc::SYS_shutdown
        | libc::SYS_memfd_create
        | libc::SYS_arch_prctl
        | libc::SYS_inotify_rm_watch
        | libc::SYS_sched_getparam => 2,
        libc::SYS_read
        | libc::SYS_write
        | libc::SYS_open
        | libc::SYS_lseek
        | libc::SYS_mprotect
        | libc::SYS_ioctl
        | libc::SYS_readv
        | libc::SYS_writev
        | libc::SYS_poll
        | libc::SYS_execve
        | libc::SYS_fcntl
        | libc::SYS_getdents
        | libc::SYS_getdents64
        | libc::SYS_madvise
        | libc::SYS_msync
        | libc::SYS_readlink
        | libc::SYS_connect
        | libc::SYS_bind
        | libc::SYS_accept
        | libc::SYS_getsockname
        | libc::SYS_getpeername
        | libc::SYS_sendmsg
        | libc::SYS_recvmsg
        | libc::SYS_tgkill
        | libc::SYS_getrandom
        | libc::SYS_sched_setaffinity
        | libc::SYS_sched_getaffinity
        | libc::SYS_mknod
        | libc::SYS_chown
        | libc::SYS_fchown
        | libc::SYS_mincore
        | libc::SYS_setresuid
        | libc::SYS_getresuid
        | libc::SYS_getresgid
        | libc::SYS_dup3
        | libc::SYS_unlinkat
        | libc::SYS_mkdirat
        | libc::SYS_socket
        | libc::SYS_sched_setscheduler
        | libc::SYS_pidfd_getfd
        | libc::SYS_membarrier
        | libc::SYS_close_range => 3,
        libc::SYS_wait4
        | libc::SYS_rt_sigaction
        | libc::SYS_rt_sigprocmask
        | libc::SYS_openat
        | libc::SYS_newfstatat
        | libc::SYS_prlimit64
        | libc::SYS_pread64
        | libc::SYS_pwrite64
        | libc::SYS_clock_nanosleep
        | libc::SYS_socketpair
        | libc::SYS_accept4
        | libc::SYS_epoll_ctl
        | libc::SYS_epoll_wait
        | libc::SYS_sendfile
        | libc::SYS_readlinkat
        | libc::SYS_rseq
        | libc::SYS_rt_sigtimedwait
        | libc::SYS_pidfd_send_signal
        | libc::SYS_utimensat
        | libc::SYS_faccessat
        | libc::SYS_faccessat2
        | libc::SYS_fallocate
        | libc::SYS_fadvise64 => 4,
        libc::SYS_clone
        | libc::SYS_prctl
        | libc::SYS_select
        | libc::SYS_mremap
        | libc::SYS_statx
        | libc::SYS_waitid
        | libc::SYS_ppoll
        | libc::SYS_setsockopt
        | libc::SYS_getsockopt
        | libc::SYS_linkat
        | libc::SYS_renameat2
        | libc::SYS_execveat => 5,
        _ => 6,
    }
}
