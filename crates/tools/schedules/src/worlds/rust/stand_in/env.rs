//! [`std::env`](mod@std::env), with the arguments that the program was given, and not those of the search.

pub use ::std::env::*;

use ::std::sync::OnceLock;
use ::std::vec::IntoIter;

static ARGUMENTS: OnceLock<Vec<String>> = OnceLock::new();

/// Gives the program its arguments, its own name first. Only the first call counts.
pub fn set_args(arguments: Vec<String>) {
    // A second search in one process is of the same program.
    let _ = ARGUMENTS.set(arguments);
}

/// The arguments of the program, its own name first.
pub fn args() -> IntoIter<String> {
    ARGUMENTS.get_or_init(|| vec!["main".to_string()]).clone().into_iter()
}
