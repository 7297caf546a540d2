//! What Python's `multiprocessing` has and Rust's standard library lacks: a child process that
//! runs a function of the same program.
//!
//! ```no_run
//! use util::Process;
//!
//! fn main() -> std::io::Result<()> {
//!     let _main = util::main_guard!(run);
//!     let child = Process::new(run, ("sunck".to_string(),)).start()?;
//!     child.join()
//! }
//!
//! fn run(name: String) {
//!     println!("{name} runs in process {}", std::process::id());
//! }
//! ```
//!
//! # How a child starts
//!
//! As with Python's start method *spawn*, a child is the same program started again, with the same
//! arguments. It stops at [`main_guard!`], runs the target there instead of the rest of `main`, and
//! ends. So a child has no copy of its parent's variables: every `static` starts with its first
//! value, and what the target is to know comes in its arguments.
//!
//! They travel in a format of this crate's own, so every type that implements
//! [`Serialize`](serde_core::Serialize) and [`DeserializeOwned`](serde_core::de::DeserializeOwned)
//! will do. Each value arrives as it was, or there is an error: where a type refuses to be written,
//! or where a value is nested more than 400 levels deep (200 on Windows, where main has less stack).
//!
//! # How a child ends
//!
//! With its target, or by [`Child::terminate`], or because its parent is gone: when the parent has
//! ended in any way, even by `kill -9`, each of its children ends within moments. When
//! `main` ends, daemons are terminated and the other children are joined, as in Python. Ctrl-C
//! ends the program and all its children, with exit status 130 and no traceback.
//!
//! A program that wants to see to Ctrl-C itself sets its handler before [`main_guard!`], with the
//! ctrlc crate or otherwise; it is left in peace then, and each child has the handler, too. Behind the
//! guard the ctrlc crate answers that there is a handler already.
//!
//! # Python's names
//!
//! | Python | here |
//! | --- | --- |
//! | `if __name__ == "__main__":` | [`main_guard!`] |
//! | `Process(target=f, args=(1,), name="x", daemon=True)` | [`Process::new`]`(f, (1,)).name("x").daemon(true)` |
//! | `p.start()`, `p.join()`, `p.join(3)`, `p.terminate()`, `p.kill()` | [`Process::start`], [`Child::join`], [`Child::join_timeout`], [`Child::terminate`], [`Child::kill`] |
//! | `p.is_alive()`, `p.exitcode`, `p.pid`, `p.name` | [`Child::is_alive`], [`Child::exit_code`], [`Child::pid`], [`Child::name`] |
//! | `connection.wait([p.sentinel, q.sentinel])` | [`wait`]`([&p, &q], None)` |
//! | `current_process().name`, `parent_process()`, `os.getppid()`, `active_children()` | [`current_process`]`().name()`, [`parent_process`], [`parent_id`], [`active_children`] |
//! | `Pool(4)`, `pool.close()`, `pool.join()`, `pool.terminate()` | [`Pool::new`], [`Pool::close`], [`ClosedPool::join`], [`Pool::terminate`] |
//! | `pool.apply(f, (1,))`, `pool.apply_async(f, (1,))` | [`Pool::apply`], [`Pool::apply_async`] |
//! | `pool.map(f, values)`, `pool.starmap(f, tuples)` | [`Pool::map`], [`Pool::starmap`] |
//! | `pool.imap(f, values)`, `pool.imap_unordered(f, values)` | [`Pool::imap`], [`Pool::imap_unordered`] |
//! | `result.get()`, `result.get(3)`, `result.wait(3)`, `result.ready()` | [`AsyncResult::get`], [`AsyncResult::get_timeout`], [`AsyncResult::wait`], [`AsyncResult::ready`] |
//! | `Queue()`, `Queue(3)` | [`Queue::new`], [`Queue::bounded`] |
//! | `q.put(x)`, `q.get()`, `q.get(timeout=3)`, `q.get_nowait()` | [`Queue::put`], [`Queue::get`], [`Queue::get_timeout`], [`Queue::try_get`] |
//!
//! # What is left out
//!
//! | Python | what to use |
//! | --- | --- |
//! | `Value`, `Array`, `shared_memory` | Values in messages: arguments, results and a [`Queue`]. What has to be shared belongs to threads, with `std::sync`; memory that two processes write to cannot be safe in Rust. |
//! | `Manager` and its proxies | One process that owns the data, and a [`Queue`] of what is to be done to it. |
//! | `Lock`, `Semaphore`, `Condition`, `Event`, `Barrier` between processes | A [`Queue`] with as many values in it as may be held at once; the locks of `std::sync` between threads; `std::fs::File` with a lock of the system for files. A lock that dies with its holder cannot hang anybody, one that does not can. |
//! | `Pipe`, `Listener`, `Client` | A [`Queue`] for each direction; `std::net` between programs. |
//! | the start methods *fork* and *forkserver* | There is one, *spawn*, on every system. |
//! | subclasses of `Process`, `initializer`, `maxtasksperchild` | A function that begins with what has to be done first. |
//!
//! # Tests
//!
//! A child is the same program started again, and the main of a test program belongs to the test
//! harness. So [`main_guard!`] refuses to stand in a test: test the functions by themselves, or the
//! whole program by starting it, in a file in `tests/`:
//!
//! ```no_run
//! # fn main() {
//! # /*
//! let output = std::process::Command::new(env!("CARGO_BIN_EXE_name-of-the-program")).output()?;
//! # */
//! # }
//! ```
//!
//! A test program with `harness = false` in Cargo.toml has a main of its own, and so a guard; the
//! tests of this crate are such programs.
//!
//! # Layout
//!
//! ```text
//! src/
//!   guard.rs     main_guard!: where main begins, and a child branches off
//!   current.rs   what a process can ask about itself and its family
//!   process.rs   Process and Child
//!   pool/        Pool: its tasks, the threads that tend its workers, map and imap
//!   queue/       Queue: the process that owns it, and those that were given it
//!   target/      the functions that a child can run: how they are listed, found, and named in advice
//!   child/       the child's side: what a child does in place of the rest of main
//!   parent/      the parent's side: starting a child, its end, Ctrl-C, stdout before a start
//!   exchange/    what the two exchange: orders and tasks, the link between them, values as bytes
//!   program.rs   what a process knows of itself: who it is, where it is in its life, its children
//! ```
//!
//! The upper six are for everybody, the rest is for this crate. Each calls only what stands below
//! it: `program.rs` keeps what the others have given it, and calls nobody.

#![forbid(unsafe_code)]

mod child;
mod current;
mod exchange;
mod guard;
mod parent;
mod pool;
mod process;
mod program;
mod queue;
mod target;

pub use current::{
    active_children, current_process, parent_id, parent_process, CurrentProcess, ParentProcess,
};
pub use guard::MainGuard;
pub use pool::{AsyncResult, ClosedPool, Imap, ImapUnordered, Pool, TaskError};
pub use process::{wait, Child, Process};
pub use queue::{Queue, QueueError};
pub use target::Target;

#[doc(hidden)]
pub mod __private {
    pub use crate::guard::{enter, name_of_value};
    pub use crate::target::probe::{travels, Borrows, HowToEnd, HowToWrite, Probe};
    pub use crate::target::Registered;
}
