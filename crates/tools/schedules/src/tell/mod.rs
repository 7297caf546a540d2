//! What a reader sees: the report, a story, the game, and the same as data. Any world can be told.
//!
//! # Layout
//!
//! * [`Reader`]: in which language, and how wide
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

use text::{cut, wrap};
use words::Language;

/// How wide a text is at most, and where nobody says how wide it is to be.
const WIDTH: usize = 100;

/// A narrower text would be no easier to read, even in a narrower terminal.
const NARROWEST: usize = 40;

/// Who reads: in which language, and in lines of at most how many columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reader {
    /// The language.
    pub language: Language,
    /// The columns of a line. A Chinese character takes two.
    pub width: usize,
}

impl Reader {
    /// One whose terminal has so many columns. Without a terminal, and with a wide one, lines are 100
    /// columns wide, as in the book.
    pub fn new(language: Language, terminal: Option<usize>) -> Reader {
        let width = terminal.map_or(WIDTH, |columns| columns.clamp(NARROWEST, WIDTH));
        Reader { language, width }
    }

    /// The lines of a text, each broken where it is too long, and what comes after a break indented by so
    /// many columns.
    pub fn lines(self, text: &str, indent: usize) -> String {
        let lines = text.lines().flat_map(|line| wrap(line, self.width, indent));
        lines.map(|line| line + "\n").collect()
    }

    /// What a program has printed, behind a mark on each of its lines.
    pub(crate) fn printed(self, mark: &str, line: &str) -> String {
        let taken = mark.chars().count();
        let lines = wrap(&cut(line, WIDTH - taken), self.width - taken, 0);
        lines.iter().map(|line| format!("{mark}{line}").trim_end().to_string() + "\n").collect()
    }
}

impl From<Language> for Reader {
    fn from(language: Language) -> Reader {
        Reader::new(language, None)
    }
}
