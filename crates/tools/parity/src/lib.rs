//! Says what a lesson may print, and holds a run against it.
//!
//! A lesson and its Python twin are run and compared with one and the same [`Description`]: the
//! pieces that always come, their order within each process or thread, what may come in any
//! order, process ids that must agree, and times within bounds. A test in
//! `crates/lessons/NAME/tests/NAME.rs` reads like this:
//!
//! ```
//! use parity::*;
//!
//! pub fn description() -> Description {
//!     Description::new(in_order([
//!         line("启动主进程"),
//!         together([
//!             in_order([line("启动子进程"), pause(3.0), line("结束子进程")]),
//!             in_order([line("启动子进程2"), pause(3.0), line("结束子进程2")]),
//!         ]),
//!         line("结束主进程"),
//!     ]))
//! }
//! ```
//!
//! [`tests!`] turns a description into the lesson's tests. The rest of this crate is what they
//! stand on: [`Program`] runs an executable in a terminal or with pipes, and a [`Transcript`] is
//! what it said, and when.

mod always;
pub mod assignment;
mod broken;
mod description;
#[cfg(unix)]
pub mod faults;
mod lesson;
mod pattern;
mod program;
pub mod refused;
pub mod sample;
mod says;
mod transcript;

pub use always::{Cores, always, many_runs};
pub use broken::{Broken, exit_code, ids, replaced, swapped, taking, torn, without};
pub use description::{Complaint, Description, Said};
pub use lesson::{Lesson, find_python};
pub use program::{Program, Running};
pub use says::{Says, in_order, line, pause, times, together, word};
pub use transcript::Transcript;
