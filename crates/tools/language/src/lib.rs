//! The language that a reader wants, and a command line in it.
//!
//! An option is explained in both languages in one place, where it is declared:
//! `#[arg(long, help = say("Print one JSON object", "打印一个 JSON 对象"))]`. What clap says itself is put
//! into Chinese here, once for all commands.
//!
//! # Layout
//!
//! * [`Language`], [`Choice`], [`say`]: which language is asked for, and a sentence in it
//! * [`parse`]: what was typed, or `--help`, or what is wrong with it, in that language
//! * `chinese`: what clap says itself
//! * [`mod@test`]: what the tests of the commands share

mod chinese;
pub mod test;

use std::env;
use std::ffi::OsString;
use std::process;

use clap::{Args, Parser, ValueEnum};

/// A language that the commands speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
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

    /// The one that `--language` names, and otherwise that of the environment. This is known before the
    /// command line is understood, and also of one that cannot be.
    pub fn asked_for() -> Language {
        let typed: Vec<_> = env::args_os().skip(1).collect();
        Self::typed(&typed).unwrap_or_else(Self::of_the_environment)
    }

    fn typed(typed: &[OsString]) -> Option<Language> {
        let options = typed.split(|word| word == "--").next()?;
        let read = |name: &str| Self::from_str(name, false).ok();
        options.iter().enumerate().find_map(|(at, word)| match word.to_str()? {
            "--language" => read(options.get(at + 1)?.to_str()?),
            word => read(word.strip_prefix("--language=")?),
        })
    }

    /// What is said in this language.
    pub fn choose<T>(self, english: T, chinese: T) -> T {
        match self {
            Self::En => english,
            Self::Zh => chinese,
        }
    }
}

/// A sentence of `--help` in the language that is asked for.
pub fn say(english: &'static str, chinese: &'static str) -> &'static str {
    Language::asked_for().choose(english, chinese)
}

/// The option `--language`.
#[derive(Debug, Clone, Copy, Args)]
pub struct Choice {
    #[arg(long = "language", value_name = "en|zh", hide_possible_values = true, help = say(
        "The language of what is told; if you do not say, that of your environment",
        "用哪种语言回答；不写时由环境变量 LANG 决定"))]
    chosen: Option<Language>,
}

impl Choice {
    /// The language that is asked for.
    pub fn language(self) -> Language {
        self.chosen.unwrap_or_else(Language::of_the_environment)
    }
}

/// What was typed. For `--help`, and where nothing can be made of it, this says so and exits, as
/// [`Parser::parse`] does, but in the language that is asked for.
pub fn parse<T: Parser>() -> T {
    parse_from(env::args_os().collect())
}

/// The same of other words than those that were typed. The first is the command's name.
pub fn parse_from<T: Parser>(typed: Vec<OsString>) -> T {
    let language = Language::asked_for();
    T::try_parse_from(typed).unwrap_or_else(|error| match language {
        Language::En => error.exit(),
        Language::Zh => {
            if error.use_stderr() {
                eprintln!("{}", chinese::wrong(&error));
            } else {
                print!("{}", chinese::help(&error.to_string()));
            }
            process::exit(error.exit_code())
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_is_found_wherever_it_is_typed() {
        for (typed, found) in [
            (&["--language", "zh", "--nonsense"][..], Some(Language::Zh)),
            (&["play", "--language=en", "x"], Some(Language::En)),
            (&["--help", "--language", "zh"], Some(Language::Zh)),
            (&["x", "--", "--language", "zh"], None),
            (&["--language"], None),
            (&["--language", "fr"], None),
            (&["zh"], None),
        ] {
            let typed: Vec<OsString> = typed.iter().map(Into::into).collect();
            assert_eq!(Language::typed(&typed), found, "{typed:?}");
        }
    }
}
