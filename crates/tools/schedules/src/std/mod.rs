//! The standard library as a lesson sees it under test: the same names, but each call that another
//! thread could notice is a step, before which the scheduler chooses who goes next.
//!
//! Everything that takes no part in this is std's own. What could block and is not here (condition
//! variables, barriers, reader-writer locks) is missing on purpose: a lesson that uses it
//! does not compile here, instead of waiting for ever behind the scheduler's back.

pub use ::std::*;

mod fresh;
pub mod io;
pub mod process;
pub mod sync;
pub mod thread;
