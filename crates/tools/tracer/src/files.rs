//! What a process has open.
#![allow(unsafe_code)]

use std::fs;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::os::unix::fs::PermissionsExt;

use nix::libc;

/// A process by something that is not used again for another, as its number is. None if there is none.
pub fn open_process(pid: i32) -> Option<OwnedFd> {
    // SAFETY: the call gives a new descriptor or an error.
    let opened = unsafe { libc::syscall(libc::SYS_pidfd_open, pid, 0) } as i32;
    // SAFETY: nobody else owns it.
    (opened >= 0).then(|| unsafe { OwnedFd::from_raw_fd(opened) })
}

/// What a process has open under this number, as a descriptor of this process.
pub fn descriptor(process: &OwnedFd, fd: i32) -> Option<OwnedFd> {
    // SAFETY: the call gives a new descriptor or an error.
    let got = unsafe { libc::syscall(libc::SYS_pidfd_getfd, process.as_raw_fd(), fd, 0) } as i32;
    // SAFETY: nobody else owns it.
    (got >= 0).then(|| unsafe { OwnedFd::from_raw_fd(got) })
}

/// Whether one of these can be read or written without waiting, as poll(2) says. Each is a descriptor
/// of the process and the events that are waited for.
pub fn is_ready(process: &OwnedFd, waits: &[(i32, i16)]) -> bool {
    waits.iter().filter(|(fd, _)| *fd >= 0).any(|&(fd, events)| {
        // The call fails at once where there is no such descriptor.
        let Some(own) = descriptor(process, fd) else { return true };
        let mut poll = libc::pollfd { fd: own.as_raw_fd(), events, revents: 0 };
        // SAFETY: `poll` outlives the call.
        unsafe { libc::poll(&raw mut poll, 1, 0) };
        poll.revents != 0
    })
}

/// What a descriptor stands for, as the kernel writes it: a path, or `pipe:[number]`. Empty if there is
/// none.
pub fn link(tid: i32, fd: u64) -> String {
    let link = fs::read_link(format!("/proc/{tid}/fd/{fd}"));
    link.map(|link| link.to_string_lossy().into_owned()).unwrap_or_default()
}

/// Something that a process has open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Open {
    /// Under which number.
    pub fd: u64,
    /// What it is, as [`link`] has it.
    pub link: String,
    /// Whether it is open for reading.
    pub read: bool,
    /// Whether it is open for writing.
    pub written: bool,
}

/// What a process has open. Nothing if it has ended.
pub fn open_files(pid: i32) -> Vec<Open> {
    let Ok(list) = fs::read_dir(format!("/proc/{pid}/fd")) else { return Vec::new() };
    let open = list.filter_map(|entry| {
        let path = entry.ok()?.path();
        let fd = path.file_name()?.to_str()?.parse().ok()?;
        // The rights of the link's owner: how it was opened.
        let rights = path.symlink_metadata().ok()?.permissions().mode();
        let link = fs::read_link(path).ok()?.to_string_lossy().into_owned();
        Some(Open { fd, link, read: rights & 0o400 != 0, written: rights & 0o200 != 0 })
    });
    open.collect()
}

/// Whether a descriptor is closed when its process becomes another program. Not if there is none.
pub fn closes_at_exec(tid: i32, fd: u64) -> bool {
    flags(tid, fd).is_some_and(|flags| flags & libc::O_CLOEXEC != 0)
}

/// The flags of open(2) that a descriptor has: how it was opened, and what was set since. `None` if there
/// is none.
pub fn flags(tid: i32, fd: u64) -> Option<i32> {
    let info = fs::read_to_string(format!("/proc/{tid}/fdinfo/{fd}")).ok()?;
    let flags = info.lines().find_map(|line| line.strip_prefix("flags:"))?;
    i32::from_str_radix(flags.trim(), 8).ok()
}

/// What a descriptor of epoll(7) watches: descriptors, and the events that are waited for. Empty if it is
/// none.
pub fn watched(tid: i32, fd: u64) -> Vec<(i32, i16)> {
    let info = fs::read_to_string(format!("/proc/{tid}/fdinfo/{fd}")).unwrap_or_default();
    let one = |line: &str| {
        let mut words = line.strip_prefix("tfd:")?.split_whitespace();
        let fd = words.next()?.parse().ok()?;
        let events = words.skip_while(|word| *word != "events:").nth(1)?;
        // The lower half is what poll(2) has, too; the rest says how often it is told.
        Some((fd, u32::from_str_radix(events, 16).ok()? as i16))
    };
    info.lines().filter_map(one).collect()
}

/// The process that a descriptor of `pidfd_open` means. None if it is no such descriptor, or the process
/// has been reaped.
pub fn process_of(tid: i32, fd: u64) -> Option<i32> {
    let info = fs::read_to_string(format!("/proc/{tid}/fdinfo/{fd}")).ok()?;
    let pid = info.lines().find_map(|line| line.strip_prefix("Pid:")?.trim().parse().ok());
    pid.filter(|&pid| pid > 0)
}
