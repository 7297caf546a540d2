//! The language that is asked for, and a command line in it.

use std::env;
use std::ffi::OsString;
use std::io::{self, IsTerminal, Write};
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

/// Prints a help as wide as the terminal.
fn show(error: &clap::Error, language: Language) {
    let stdout = io::stdout();
    let set = |name| env::var_os(name).is_some_and(|value| !value.is_empty());
    let dumb = env::var_os("TERM").is_none_or(|term| term == "dumb");
    let plain = error.to_string();
    let styled = match stdout.is_terminal() && !set("NO_COLOR") && !dumb {
        true => error.render().ansi().to_string(),
        false => plain.clone(),
    };
    let [plain, styled] = [plain, styled].map(|text| match language {
        Language::En => text,
        Language::Zh => chinese::help(&text),
    });
    let width = text::terminal_width(&stdout).unwrap_or(WIDTH).clamp(NARROWEST, WIDTH);
    let lines = plain.lines().zip(styled.lines());
    let fitted = lines.map(|(plain, styled)| fitted(plain, styled, width) + "\n");
    // Whoever reads may have seen enough.
    let _ = stdout.lock().write_all(fitted.collect::<String>().as_bytes());
}

/// How wide a help is at most, and where nobody says how wide it is to be.
const WIDTH: usize = 100;

/// A narrower help would be no easier to read.
const NARROWEST: usize = 40;

/// A line of a help, broken where it is too long; what comes after a break stands below the explanation. A
/// command that can be typed stays whole. The explanation itself has no style.
fn fitted(plain: &str, styled: &str, width: usize) -> String {
    if text::width(plain) <= width || plain.contains("cargo run ") {
        return styled.to_owned();
    }
    let indented = plain.len() - plain.trim_start().len();
    // Where an explanation stands beside its option, two blanks part them.
    let beside = plain
        .trim_start()
        .split_once("  ")
        .filter(|_| plain.trim_start().starts_with(['-', '<', '[']));
    let head = beside.map_or(indented, |(_, told)| plain.len() - told.trim_start().len());
    let told = &plain[head..];
    let indent = text::width(&plain[..head]);
    let mut lines =
        text::wrap(told, width.saturating_sub(indent).max(NARROWEST / 2), 0).into_iter();
    let first = styled.strip_suffix(told).unwrap_or(&plain[..head]).to_owned();
    let first = first + &lines.next().unwrap_or_default();
    let rest = lines.map(|line| format!("{}{line}", " ".repeat(indent)));
    [first].into_iter().chain(rest).collect::<Vec<_>>().join("\n")
}

/// The same of other words than those that were typed. The first is the command's name.
pub fn parse_from<T: Parser>(typed: Vec<OsString>) -> T {
    let language = Language::asked_for();
    T::try_parse_from(typed).unwrap_or_else(|error| {
        match (error.use_stderr(), language) {
            (true, Language::En) => error.exit(),
            (true, Language::Zh) => eprintln!("{}", chinese::wrong(&error)),
            (false, language) => show(&error, language),
        }
        process::exit(error.exit_code())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_help_is_as_wide_as_the_terminal() {
        let option = "      --one <N>  Run it so many times, and stop at the first";
        let styled = option.replace("--one", "\u{1b}[1m--one\u{1b}[0m");
        let fits = fitted(option, &styled, 40);
        assert_eq!(
            fits,
            "      \u{1b}[1m--one\u{1b}[0m <N>  Run it so many times,\n                 and stop at the first"
        );
        assert_eq!(fitted(option, &styled, 100), styled);
        let below =
            "          一次运行留下的内容会被下一次运行看到：如果这有影响，请让程序先清理文件夹";
        let fits = fitted(below, below, 60);
        assert!(fits.lines().all(|line| text::width(line) <= 60), "{fits}");
        assert!(
            fits.lines().count() == 2 && fits.lines().all(|line| line.starts_with("          "))
        );
        let typed = "  cargo run -p timeline -- --html bank.html python3 bank_lock.py";
        assert_eq!(fitted(typed, typed, 40), typed);
    }

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
