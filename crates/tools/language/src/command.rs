//! The language that is asked for, and a command line in it.

use std::env;
use std::ffi::OsString;
use std::process;

use clap::{Args, Parser, ValueEnum};

use crate::{Language, chinese};

impl Language {
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
