//! Runs a thread lesson's own `main.rs` under every schedule.

pub mod lessons;
mod prelude;
mod run;
mod search;
pub mod std;

pub use run::{Action, End, Run, STEP_LIMIT, Step, Thread};
pub use search::{Ending, Found, Lesson, Search, every_schedule, follow, some_schedules};
