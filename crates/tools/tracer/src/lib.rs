//! Watches and steers the processes and threads of any program on Linux, with ptrace.
//!
//! Nothing here knows what a program is watched for: `timeline` draws what it did.
//!
//! # Layout
//!
//! * [`filter`]: at which system calls a thread stops, decided by the kernel
//! * [`start`]: starts a program under the tracer
//! * [`stop`]: waits for threads to stop, and lets them go on
//! * [`call`]: the system call that a stopped thread is in
//! * [`memory`]: reads the memory of a thread
//! * [`times`]: how long a thread had a core, and how long it waited for one
#![cfg(target_os = "linux")]

pub mod call;
pub mod filter;
pub mod memory;
pub mod start;
pub mod stop;
pub mod times;
