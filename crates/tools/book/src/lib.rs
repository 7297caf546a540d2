//! What stands behind the books, beside mdBook.
//!
//! # Layout
//!
//! * [`comments`]: the comments of a program, and their translations.
//! * [`steps`]: what a page tells to try, as a change to a program and what comes of it.
//! * `main.rs`: a preprocessor of mdBook, which shows programs with their comments in Chinese.

pub mod comments;
pub mod steps;

use std::path::{Path, PathBuf};
use std::{fs, io};

/// The folder of the course.
pub fn course() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../..")
}

/// The text of a file of the course.
///
/// # Errors
///
/// Those of reading a file, with the path in front.
pub fn read(path: &str) -> io::Result<String> {
    fs::read_to_string(course().join(path))
        .map_err(|error| io::Error::new(error.kind(), format!("{path}: {error}")))
}
