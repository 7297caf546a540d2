//! The language that a reader wants, and a command line in it.
//!
//! An option is explained in both languages in one place, where it is declared:
//! `#[arg(long, help = say("Print one JSON object", "打印一个 JSON 对象"))]`. What clap says itself is put
//! into Chinese here, once for all commands.
//!
//! # Layout
//!
//! * [`Language`]: a language, and a sentence in it
//! * [`fn@system`]: what the system says
//!
//! With the feature `command`:
//!
//! * [`Choice`], [`say`]: which language is asked for
//! * [`parse`]: what was typed, or `--help`, or what is wrong with it, in that language
//! * [`not_built`], [`no_python`] in `course`: what cannot be had of the course
//! * `chinese`: what clap says itself
//! * [`mod@test`]: what the tests of the commands share

#[cfg(feature = "command")]
mod chinese;
#[cfg(feature = "command")]
mod command;
#[cfg(feature = "command")]
mod course;
mod system;
#[cfg(feature = "command")]
pub mod test;

use std::env;

#[cfg(feature = "command")]
pub use self::command::{Choice, parse, parse_from, say};
#[cfg(feature = "command")]
pub use self::course::{no_python, not_built};
pub use self::system::{system, system_in_chinese};

/// A language that the commands speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "command", derive(clap::ValueEnum))]
pub enum Language {
    /// English.
    En,
    /// Chinese.
    Zh,
}

impl Language {
    /// The one that the user's environment asks for, as POSIX has it: the first of `LC_ALL`,
    /// `LC_MESSAGES` and `LANG` that is not empty.
    pub fn of_the_environment() -> Language {
        let set = |name| env::var(name).ok().filter(|value| !value.is_empty());
        let asked = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().find_map(set);
        if asked.is_some_and(|language| language.starts_with("zh")) { Self::Zh } else { Self::En }
    }

    /// What is said in this language.
    pub fn choose<T>(self, english: T, chinese: T) -> T {
        match self {
            Self::En => english,
            Self::Zh => chinese,
        }
    }
}
