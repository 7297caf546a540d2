//! Reads and writes the memory of a thread.

use std::fs::File;
use std::io::{IoSlice, IoSliceMut};
use std::os::unix::fs::FileExt;

use nix::sys::uio::{RemoteIoVec, process_vm_readv, process_vm_writev};
use nix::unistd::Pid;

/// What a thread's memory holds at an address, as far as there is any.
pub fn bytes(tid: i32, address: u64, length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    let read = read(tid, address, &mut bytes);
    bytes.truncate(read);
    bytes
}

/// The number that lies at an address.
pub fn u32_at(tid: i32, address: u64) -> Option<u32> {
    let mut bytes = [0; 4];
    (read(tid, address, &mut bytes) == 4).then(|| u32::from_ne_bytes(bytes))
}

/// The number that lies at an address.
pub fn u64_at(tid: i32, address: u64) -> Option<u64> {
    let mut bytes = [0; 8];
    (read(tid, address, &mut bytes) == 8).then(|| u64::from_ne_bytes(bytes))
}

/// The two numbers that lie at an address, such as a `timespec` or an `iovec`.
pub fn u64_pair_at(tid: i32, address: u64) -> Option<(u64, u64)> {
    let mut bytes = [0; 16];
    if read(tid, address, &mut bytes) != 16 {
        return None;
    }
    let [first, second] = [0, 8].map(|at| {
        let mut number = [0; 8];
        number.copy_from_slice(&bytes[at..at + 8]);
        u64::from_ne_bytes(number)
    });
    Some((first, second))
}

/// Writes into a thread's memory, as far as there is any.
pub fn write(tid: i32, address: u64, bytes: &[u8]) {
    let remote = RemoteIoVec { base: address as usize, len: bytes.len() };
    // That it was killed in the meantime it reports by itself.
    let _ = process_vm_writev(Pid::from_raw(tid), &[IoSlice::new(bytes)], &[remote]);
}

fn read(tid: i32, address: u64, bytes: &mut [u8]) -> usize {
    let remote = RemoteIoVec { base: address as usize, len: bytes.len() };
    let length = bytes.len();
    let read = process_vm_readv(Pid::from_raw(tid), &mut [IoSliceMut::new(bytes)], &[remote]);
    let read = read.unwrap_or(0);
    if read == length {
        return read;
    }
    // What the thread itself may not read its tracer still can here.
    let rest = File::open(format!("/proc/{tid}/mem"))
        .and_then(|memory| memory.read_at(&mut bytes[read..], address + read as u64));
    read + rest.unwrap_or(0)
}
