//! Runs a thread lesson's own `main.rs` under every schedule.
//!
//! A race that shows up by luck teaches luck. Here the scheduler is not the system's: it tries every
//! order in which the threads of a lesson can go, and collects what the lesson can come to. A locked
//! account keeps every deposit in all of them, an account without a lock loses one in some, and of
//! those the simplest is told as a story in the lesson's own lines.
//!
//! ```
//! use schedules::{every_schedule, lessons};
//!
//! let lesson = lessons::find("bank_no_lock").unwrap();
//! let search = every_schedule(&lesson.small);
//! assert!(search.complete);
//! assert_eq!(search.outputs(), ["账户余额：1 元\n", "账户余额：2 元\n"]);
//! ```
//!
//! On the command line, `cargo run -p schedules -- bank_no_lock` tells all of it, and
//! `cargo run -p schedules -- play bank_no_lock` lets a student be the scheduler.
//!
//! # How
//!
//! A lesson's file is included as it is, with this crate's [`std`](mod@std) in place of Rust's. There,
//! each call that another thread could notice is a *step*: taking or giving back a lock, reading or
//! writing an atomic, printing, sleeping, sending, receiving, joining. Threads run one at a time, on
//! the coroutines of the crate shuttle, and change only before a step. Starting a thread is no place
//! to choose: no thread could tell whether another one was started a little later.
//!
//! A complete search is possible for short programs with two or three threads. For a lesson that is
//! longer, the build script writes a second source in which a number or two are smaller. The search
//! says which source it ran: [`Lesson::small`](lessons::Lesson) is searched whole, of
//! [`Lesson::whole`](lessons::Lesson) a sample is drawn at random.
//!
//! # What it cannot see
//!
//! * **Weak memory order.** All accesses to atomics come in one order that all threads agree on,
//!   whatever `Ordering` the lesson asks for. What a processor or the compiler may reorder beyond that
//!   is not tried.
//! * **Time.** A sleep may be over at any moment, and a timeout fires only where no thread could go on
//!   without it. That a sleep makes an order likely is not seen, and this is meant: a sleep never
//!   guarantees one.
//! * **How likely an ending is.** The schedules that lead to an ending are counted, but they are not
//!   equally likely, on no real machine.
//! * **What happens between two steps.** Code without a step runs in one go. In Rust without `unsafe`
//!   no other thread can see into it.
//! * **Processes**, files, and whatever else goes on outside of the program.
//! * **The rest of std.** Condition variables, barriers, reader-writer locks, `try_lock`, `park` and
//!   `is_finished` are missing: a lesson that uses them does not compile here. Sending never fails,
//!   even where the receiver is gone. The value in a `Mutex` must be `Clone` and `Debug`, because it
//!   starts anew in every schedule and is shown in stories. Statics of other types keep their value
//!   from one schedule to the next.
//! * **A loop that waits for another thread** without a lock or a join has schedules without end. Such
//!   a schedule is given up after [`STEP_LIMIT`] steps, and the complete search would not finish.

pub mod answer;
#[cfg(feature = "command")]
pub mod lessons;
pub mod program;
#[cfg(feature = "command")]
pub mod project;
#[cfg(feature = "command")]
pub mod refused;
pub mod search;
pub mod step;
pub mod tell;
pub mod world;
pub mod worlds;
