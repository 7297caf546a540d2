//! The tracer as this world needs it: threads by their numbers, one at a time, at the calls that are
//! held.
//!
//! That a task was killed in the meantime is no error anywhere here: it reports its end by itself.

use nix::libc::{self, c_long};
use nix::unistd::Pid;
pub(super) use tracer::files::{
    Open, closes_at_exec, flags, is_ready, link, open_files, open_process, process_of, watched,
};
use tracer::filter::Filter;
pub(super) use tracer::memory::{bytes as memory, write as set_memory};
pub(super) use tracer::registers::Registers;
pub(super) use tracer::status::{call_in_kernel, has_thread, signals, state, threads};
pub(super) use tracer::stop::Stop;
use tracer::stop::{self, Until};

use super::held;

/// The upper half of all addresses of memory that is guarded. No other memory lies there.
pub(super) const GUARDED: u32 = 0x6100;

/// What a call has as its sixth argument that is the tool's own.
pub(super) const PASS: u32 = 0x7061_7373;

/// Where tasks stop.
pub(super) fn filter() -> Filter {
    let refused: Vec<c_long> = held::REFUSED.iter().map(|(call, _)| *call).collect();
    Filter::new()
        .at(held::STOPS)
        .at(&refused)
        .at_addresses(GUARDED, PASS)
        // Memory that other processes may have too.
        .at_if_bits(libc::SYS_mmap, 3, libc::MAP_SHARED as u32)
}

/// Waits until a thread is not running. `None` if there is no such thread.
pub(super) fn wait(tid: i32) -> Option<Stop> {
    stop::wait_for(Pid::from_raw(tid))
}

/// With which exit code a thread has ended, negative for a signal. `None` if it has not.
pub(super) fn ended(stop: Stop) -> Option<i32> {
    match stop {
        Stop::Exited { code } => Some(code),
        Stop::Killed { signal } => Some(-signal),
        _ => None,
    }
}

/// Lets a thread go on whenever it stops, up to its end. Its exit code as [`ended`] has it; `None` if
/// there is no such thread. `wait` waits for it.
pub(super) fn let_end(tid: i32, wait: impl Fn(i32) -> Option<Stop>) -> Option<i32> {
    loop {
        let code = ended(wait(tid)?);
        if code.is_some() {
            return code;
        }
        go(tid, 0);
    }
}

/// Lets a stopped thread go on to its next stop, with a signal delivered unless it is 0.
pub(super) fn go(tid: i32, signal: i32) {
    let _ = stop::resume(Pid::from_raw(tid), Until::NextEvent, signal);
}

/// Lets a stopped thread go on, at most to the end of the call that it is in.
pub(super) fn go_to_end_of_call(tid: i32) {
    let _ = stop::resume(Pid::from_raw(tid), Until::CallEnd, 0);
}

/// Lets a stopped thread go on for one instruction.
pub(super) fn go_one_instruction(tid: i32) {
    let _ = stop::resume(Pid::from_raw(tid), Until::Instruction, 0);
}

/// The address that a thread has stopped for trying to use it.
pub(super) fn forbidden_address(tid: i32) -> Option<u64> {
    stop::forbidden_address(Pid::from_raw(tid))
}

/// The device and the number of the file that a thread has open.
pub(super) fn file(tid: i32, fd: u64) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    let file = std::fs::metadata(format!("/proc/{tid}/fd/{fd}")).ok()?;
    Some((file.dev(), file.ino()))
}

/// What a thread has named itself.
pub(super) fn thread_name(tid: i32) -> String {
    let name = std::fs::read_to_string(format!("/proc/{tid}/comm")).unwrap_or_default();
    name.trim_end().to_string()
}

/// The thread or process that a stop announces.
pub(super) fn announced(tid: i32) -> Option<i32> {
    nix::sys::ptrace::getevent(Pid::from_raw(tid)).ok().map(|new| new as i32)
}

/// Ends a process at once.
pub(super) fn kill(pid: i32) {
    let _ = nix::sys::signal::kill(Pid::from_raw(pid), nix::sys::signal::Signal::SIGKILL);
}

/// Takes the last note of an orphan that has ended.
pub(super) fn reap(pid: i32) {
    let _ = stop::reap(Pid::from_raw(pid));
}

/// The registers of a stopped thread.
pub(super) fn registers(tid: i32) -> Option<Registers> {
    Registers::read(Pid::from_raw(tid)).ok()
}

/// Writes the registers of a stopped thread.
pub(super) fn set_registers(tid: i32, registers: &Registers) {
    let _ = registers.write(Pid::from_raw(tid));
}

/// The call that a thread is about to make will not be made, but seem to give this.
pub(super) fn skip(tid: i32, result: i64) {
    let _ = tracer::registers::skip(Pid::from_raw(tid), result);
}

/// Has a program that was just loaded see the same in every run.
pub(super) fn make_the_same(tid: i32) {
    let _ = tracer::registers::make_the_same(Pid::from_raw(tid));
}

/// The number at an address, 0 if there is none: then the call will fail anyway.
pub(super) fn u64_at(tid: i32, at: u64) -> u64 {
    tracer::memory::u64_at(tid, at).unwrap_or(0)
}

/// The number at an address, 0 if there is none.
pub(super) fn u32_at(tid: i32, at: u64) -> u32 {
    tracer::memory::u32_at(tid, at).unwrap_or(0)
}
