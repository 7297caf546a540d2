//! What a reader sees: the report, a story, the game, and the same as data. Any world can be told.
//!
//! # Layout
//!
//! * [`words`]: every sentence, in English and in Chinese
//! * [`source`]: the program's own lines
//! * [`board`]: how things stand after some steps: who holds what, and the values
//! * [`story`]: one run, a column for each actor
//! * [`report`]: all endings
//! * [`progress`]: how far a search has come
//! * [`play`]: the game in which one is the scheduler
//! * [`json`]: the report as data
//! * [`game`]: the data with which a page plays it
//! * [`html`]: the same as a file that needs nothing else
//! * [`page`]: the stories and the games in the book

pub mod board;
pub mod game;
pub mod html;
pub mod json;
#[cfg(feature = "command")]
pub mod page;
pub mod play;
pub mod progress;
pub mod report;
pub mod source;
pub mod story;
pub mod words;

/// How wide a story or a game is.
pub(crate) const WIDTH: usize = 100;
