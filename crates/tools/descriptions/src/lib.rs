//! What each lesson says: the file `says.rs` of each, for those who ask about all lessons.
//!
//! # Layout
//!
//! * [`ALL`], which `build.rs` writes from the folders of the lessons
//! * [`of`]: one of them

use says::{Broken, Description};

/// A lesson, and what its `says.rs` says of it.
#[derive(Debug)]
pub struct Described {
    /// The name of the lesson.
    pub lesson: &'static str,
    /// What both of its programs say.
    pub description: fn() -> Description,
    /// What they must not say.
    pub broken: fn() -> Vec<Broken>,
}

include!(concat!(env!("OUT_DIR"), "/all.rs"));

/// What a lesson says, if there is such a lesson.
pub fn of(lesson: &str) -> Option<Description> {
    let found = ALL.iter().find(|described| described.lesson == lesson);
    found.map(|described| (described.description)())
}
