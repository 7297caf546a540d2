//! Runs programs, and holds what they say against a [`Description`](says::Description).
//!
//! A lesson's test is a few lines, which [`tests!`] turns into the tests of a lesson.
//!
//! # Layout
//!
//! * [`Program`] and [`Running`]: a program is started, in a terminal or with pipes, heard, sent
//!   Ctrl-C, and waited for with all its children
//! * [`Lesson`] and [`tests!`]: both programs of a lesson, and its tests
//! * [`many_runs`]: what always happens has to happen in each of a thousand runs
//! * `signals`: a lesson is hit by signals at random moments (Unix)
//! * [`refused`]: wrong programs that the compiler has to refuse

mod lesson;
mod program;
pub mod refused;
mod repeat;
mod running;
#[cfg(unix)]
pub mod signals;

pub use lesson::Lesson;
pub use program::Program;
pub use repeat::{Cores, Fault, many_runs};
pub use running::Running;
