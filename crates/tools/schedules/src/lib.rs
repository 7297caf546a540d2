//! Everything that a program can come to, and how.
//!
//! A race that shows up by luck teaches luck. Here the scheduler is not the system's: every order is tried
//! in which the threads of a program can go, and what it can come to is collected. A locked account keeps
//! every deposit in all of them, an account without a lock loses one in some, and of those the simplest is
//! told as a story in the program's own lines.
//!
//! ```
//! use std::time::Duration;
//!
//! use schedules::lessons;
//! use schedules::search::classes;
//!
//! let lesson = lessons::find("bank_no_lock").unwrap();
//! let found = classes::all(&mut &lesson.small.program, Duration::from_secs(60));
//! assert!(found.complete());
//! assert_eq!(found.outputs(), ["账户余额：1 元\n", "账户余额：2 元\n"]);
//! ```
//!
//! On the command line, `cargo run -p schedules -- bank_no_lock` tells all of it,
//! `cargo run -p schedules -- play bank_no_lock` lets a student be the scheduler, and
//! `cargo run -p schedules -- ../homework` does the same for a program of the student's own.
//!
//! # Layout
//!
//! * [`step`]: what an actor does next, where, and what it touches, as data
//! * [`world`]: the one interface between a search and what it searches
//! * [`search`]: finds all endings of any world
//! * [`worlds`]: the threads of a Rust program, on coroutines; those of a Python program, in an engine
//!   beside it; the processes of any program, which a tracer lets go on one at a time (Linux)
//! * [`tell`]: report, story, game and JSON, in English and in Chinese
//! * `lessons`: the course's thread lessons, compiled in; `smaller`: which of their numbers are made
//!   smaller, in both languages
//! * `prints`: where in its source a program of processes prints something, found by the words
//! * `project`, `refused`: a student's program from the outside: copied, looked through, compiled
//! * [`program`]: the same from the inside: it searches itself
//! * [`answer`]: a question, its answer and the exit code
//!
//! The command has the feature `command`. A student's program is compiled without it, against
//! `schedules-std`, which takes the place of std.
//!
//! # What a step is
//!
//! Each call into std that another thread could notice is a step: taking or giving back a lock, reading or
//! writing an atomic, printing, sleeping, sending, receiving, joining. Threads run one at a time, and
//! change only before a step. Starting a thread is no place to choose: no thread could tell whether
//! another one was started a little later. The end of a thread, and of a channel's end, comes together
//! with the step before, unless the program can notice it: then it is a step of its own.
//!
//! Steps that commute need not be tried in both orders: of all schedules that differ in nothing else one
//! is run, and the others are counted.
//!
//! A complete search is possible for short programs with a few threads. For a lesson that is longer, the
//! build script writes a second source in which a number or two are smaller: `Lesson::small` is searched
//! whole, of `Lesson::whole` a sample is drawn at random. For a student's program that is too large,
//! schedules with few switches between threads are tried first.
//!
//! # What it cannot see
//!
//! * **Weak memory order.** All accesses to atomics come in one order that all threads agree on, whatever
//!   `Ordering` is asked for. What a processor or the compiler may reorder beyond that is not tried.
//! * **Spurious wake-ups** of a condition variable are not tried.
//! * **Time.** A sleep may be over at any moment, and a timeout fires only where no thread could go on
//!   without it. That a sleep makes an order likely is not seen, and this is meant: a sleep never
//!   guarantees one.
//! * **How likely an ending is.** The schedules that lead to an ending are counted, but they are not
//!   equally likely, on no real machine.
//! * **What happens between two steps.** Code without a step runs in one go. In Rust without `unsafe` no
//!   other thread can see into it. When an owner of an `Arc` is gone is not seen either: a program that
//!   asks for it is refused.
//! * **A panic that unwinds** does so in one go: what is printed meanwhile comes with the step before.
//! * **Loops that only look.** After two looks at the same, a thread waits for a change. A loop that would
//!   give up after more looks may lose endings, and the report says so. A process waits so only where it
//!   was seen to look more than twenty times in a row.
//! * **Files, sockets** and whatever else goes on outside of a program with threads: refused by name.
//!   Where processes are searched, what a process's own threads do to its memory is not watched: who
//!   of them begins first is tried, and who gets a lock for which several wait.
//! * **Sockets with a name or an address** through which processes reach each other: who comes first to
//!   one, and what a look at it finds, is not tried, and the report says so. Of pipes and of pairs of
//!   sockets it is.
//! * **Large memory of several processes** (more than 64 KiB, or used hundreds of times in a run) comes in
//!   one go from one system call to the next, and the report says so. In smaller memory each access is a
//!   step.

pub mod answer;
#[cfg(feature = "command")]
pub mod both;
#[cfg(feature = "command")]
pub mod lessons;
#[cfg(feature = "command")]
pub mod prints;
pub mod program;
#[cfg(feature = "command")]
pub mod project;
#[cfg(feature = "command")]
pub mod refused;
pub mod search;
#[cfg(feature = "command")]
mod smaller;
pub mod step;
pub mod tell;
pub mod world;
pub mod worlds;
