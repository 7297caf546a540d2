//! What keeps the whole in order: README, books, lessons and lists.
//!
//! Its tests hold for all lessons together: each is complete, each stands in every list, and each is
//! as simple as it was. What is found missing here is made by the command of the same name.
//!
//! # Layout
//!
//! * [`dependencies`]: what each crate costs who builds a process lesson for the first time
//! * [`sample`]: what a page of the book shows of a run
//! * [`new_lesson`]: the files and the rows of a lesson that is added
//! * `tests/lessons.rs`: every lesson, and every list of lessons
//! * `tests/book.rs`: both books
//! * `tests/assignment.rs`: what a student is told to do with a lesson
//! * `tests/rooms.rs`: who depends on whom, on which compiler, and that each crate has a *Layout*

pub mod dependencies;
pub mod new_lesson;
pub mod sample;
