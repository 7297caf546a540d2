//! What stands behind the books, beside mdBook.
//!
//! # Layout
//!
//! * [`beside`]: which lines of two programs stand beside each other.
//! * [`comments`]: the comments of a program, and their translations.
//! * [`play`]: the games in the pages.
//! * [`steps`]: what a page tells to try, as a change to a program and what comes of it.
//! * `main.rs`: a preprocessor of mdBook, which does with pages what the first three are about.

pub mod beside;
pub mod comments;
pub mod play;
pub mod steps;

use std::{fs, io};

/// The text of a file of the course.
///
/// # Errors
///
/// Those of reading a file, with the path in front.
pub fn read(path: &str) -> io::Result<String> {
    fs::read_to_string(course::root().join(path))
        .map_err(|error| io::Error::new(error.kind(), format!("{path}: {error}")))
}
