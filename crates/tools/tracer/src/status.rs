//! What the kernel tells of a thread and its process, in `/proc`.

use std::fs;

use nix::libc::c_long;

/// The signals of a thread and its process: bit 0 is signal 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Signals {
    /// Those that have come and are not yet delivered.
    pub pending: u64,
    /// Those that are not delivered.
    pub blocked: u64,
    /// Those that do nothing.
    pub ignored: u64,
    /// Those for which there is a handler.
    pub caught: u64,
}

/// The signals of a thread as they are. None are set for a thread that is gone.
pub fn signals(tid: i32) -> Signals {
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
/// ended; and for how many ticks (a hundredth of a second each) it has had a core. See proc_pid_stat(5).
pub fn state(tid: i32) -> Option<(char, u64)> {
    let stat = fs::read_to_string(format!("/proc/{tid}/stat")).ok()?;
    // The name before it may hold anything.
    let mut fields = stat.rsplit(") ").next()?.split_whitespace();
    let state = fields.next()?.chars().next()?;
    let (user, system) =
        (fields.nth(10)?.parse::<u64>().ok()?, fields.next()?.parse::<u64>().ok()?);
    Some((state, user + system))
}

/// The number of the call in which a thread waits in the kernel. None if it runs.
pub fn call_in_kernel(tid: i32) -> Option<c_long> {
    let call = fs::read_to_string(format!("/proc/{tid}/syscall")).ok()?;
    call.split_whitespace().next()?.parse().ok()
}

/// The other threads of a thread's process, without the first.
pub fn threads(tid: i32) -> Vec<i32> {
    let status = fs::read_to_string(format!("/proc/{tid}/status")).unwrap_or_default();
    let first = status.lines().find_map(|line| line.strip_prefix("Tgid:")?.trim().parse().ok());
    let list = fs::read_dir(format!("/proc/{tid}/task")).into_iter().flatten().flatten();
    let threads = list.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    threads.filter(|&thread| thread != tid && Some(thread) != first).collect()
}

/// Whether a process has a thread of this number.
pub fn has_thread(pid: i32, tid: i32) -> bool {
    fs::exists(format!("/proc/{pid}/task/{tid}")).unwrap_or(false)
}
