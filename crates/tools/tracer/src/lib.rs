//! Watches and steers the processes and threads of any program on Linux, with ptrace.
//!
//! Nothing here knows what a program is watched for: `timeline` draws what it did, `schedules` lets its
//! processes go one at a time.
//!
//! # Layout
//!
//! * [`filter`]: at which system calls a thread stops, decided by the kernel
//! * [`start`]: starts a program under the tracer
//! * [`stop`]: waits for threads to stop, and lets them go on
//! * [`call`]: the system call that a stopped thread is in
//! * `registers` (x86-64): the registers of a stopped thread, to change the call that it is in
//! * [`memory`]: reads and writes the memory of a thread
//! * [`files`]: what a process has open
//! * [`status`]: what the kernel tells of a thread in `/proc`
//! * [`times`]: how long a thread had a core, and how long it waited for one
#![cfg(target_os = "linux")]

pub mod call;
pub mod files;
pub mod filter;
pub mod memory;
#[cfg(target_arch = "x86_64")]
pub mod registers;
pub mod start;
pub mod status;
pub mod stop;
pub mod times;
