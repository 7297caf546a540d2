//! Describes what a program says, and holds what it has said against that.
//!
//! Processes and threads that run side by side print in another order in each run. A
//! [`Description`] says what is the same in all of them: the pieces that always come, their order
//! within each process or thread, what may come in any order, process ids that must agree. The file
//! `says.rs` beside a lesson's two programs, in Rust and in Python, holds for both:
//!
//! ```
//! use says::*;
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
//!
//! let said = "启动主进程\n启动子进程2\n启动子进程\n结束子进程\n结束子进程2\n结束主进程\n";
//! assert_eq!(description().examine(&Transcript::of(said)), Ok(()));
//! ```
//!
//! Nothing here starts a program or reads a file.
//!
//! # Layout
//!
//! * [`Part`] and the functions that make one: the language, and the reading of a text by it
//! * `pattern`: one piece of text with placeholders, such as `{child}`
//! * [`Description`]: a part, and what holds for a run as a whole
//! * [`Transcript`]: what a run has said, and when
//! * [`Broken`]: changes that make a good transcript a wrong one

mod broken;
mod description;
mod part;
mod pattern;
mod transcript;

pub use broken::{Broken, exit_code, ids, replaced, swapped, taking, torn, without};
pub use description::{Complaint, Description, Said};
pub use part::{Count, Part, beginning, in_order, line, pause, times, together, word};
pub use transcript::Transcript;
