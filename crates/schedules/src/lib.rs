//! Runs a thread lesson's own `main.rs` under every schedule.

pub mod lessons;
mod play;
mod prelude;
mod report;
mod run;
mod search;
mod source;
pub mod std;
mod story;
#[cfg(test)]
mod tests;
mod text;
mod words;

pub use play::play;
pub use report::report;
pub use run::{Action, Channel, End, Run, STEP_LIMIT, Step, Thread};
pub use search::{Ending, Found, Program, Search, every_schedule, follow, some_schedules};
pub use story::story;
