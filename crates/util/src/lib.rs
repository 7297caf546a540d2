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
//! As with Python's start method *spawn*, a child is the same program started again. It stops at
//! [`main_guard!`], runs the target there instead of the rest of `main`, and ends. So a child has
//! no copy of its parent's variables: every `static` starts with its first value, and what the
//! target is to know comes in its arguments. They travel as JSON, so every type that implements
//! [`Serialize`](serde_core::Serialize) and [`DeserializeOwned`](serde_core::de::DeserializeOwned) will do that JSON can express: no
//! infinite or undefined floating-point number, and no map whose keys are not strings or numbers.
//!
//! # How a child ends
//!
//! With its target, or by [`Child::terminate`], or because its parent is gone: when the parent has
//! ended in any way, even by `kill -9`, each of its children ends within moments. When
//! `main` ends, daemons are terminated and the other children are joined, as in Python. Ctrl-C
//! ends the program and all its children, with exit status 130 and no traceback.
//!
//! # Python's names
//!
//! | Python | here |
//! | --- | --- |
//! | `if __name__ == "__main__":` | [`main_guard!`] |
//! | `Process(target=f, args=(1,), name="x", daemon=True)` | [`Process::new`]`(f, (1,)).name("x").daemon(true)` |
//! | `p.start()`, `p.join()`, `p.terminate()`, `p.exitcode` | [`Process::start`], [`Child::join`], [`Child::terminate`], [`Child::exit_code`] |
//! | `current_process().name`, `os.getppid()` | [`current_process`]`().name()`, [`parent_id`] |
//! | `Pool(4)`, `pool.apply_async(f, (1,))`, `pool.close()`, `pool.join()` | [`Pool::new`], [`Pool::apply_async`], [`Pool::close`], [`ClosedPool::join`] |

#![forbid(unsafe_code)]

mod channel;
mod child_side;
mod children;
mod current;
mod frame;
mod guard;
mod interrupt;
mod pool;
mod process;
mod target;

pub use current::{CurrentProcess, current_process, parent_id};
pub use guard::MainGuard;
pub use pool::{AsyncResult, ClosedPool, Pool, TaskError};
pub use process::{Child, Process};
pub use target::Target;

#[doc(hidden)]
pub mod __private {
    pub use crate::guard::enter;
    pub use crate::target::Registered;
}
