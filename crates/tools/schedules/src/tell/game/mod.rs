//! The data of a game in a page: every schedule of a program, as a graph in which schedules that go on
//! alike share what follows. No word of any language is in it; the page has the words.
//!
//! # The format
//!
//! One object. Its numbers lead into its own tables.
//!
//! | field | meaning |
//! | --- | --- |
//! | `program`, `kind` | what it is called, and what an actor is: `threads` or `processes` |
//! | `schedules` | how many schedules there are: exact, and a string, since there may be many |
//! | `actors` | their own names, or null |
//! | `things` | what they share: `kind`, `name` or null, `first`: the value before anybody wrote it, if it is known |
//! | `files` | `name`, `language`, `lines`: the lines to show, each with its number |
//! | `changed` | file, line and what the lesson says there, where a number was made smaller |
//! | `sleeps` | what a sleep promises, of processes |
//! | `caveats` | what was not tried |
//! | `steps` | those that were taken: `actor`, `at` (file and line), `does`, with what, and what came of it |
//! | `stands` | those before which actors stand: without actor and outcome |
//! | `begin` | the steps before the first choice, and its node |
//! | `nodes` | a choice: where all stand, and for each who can go the actor, the steps up to the next choice, and its node; or the end: where all stand, and its place in `ends`. What follows stands before |
//! | `ends` | `how`, with `code`, `message` or `prints`, and `uncaught` |
//! | `endings` | the simplest first: `output`, `end`, `schedules`, and `way`: who is chosen at each node |
//!
//! A stand of -1 is the end of an actor; one of -2, or that is not in the list, was not started yet. Actors
//! that take no step in any schedule are left out. The ways from `begin` to the ends are the schedules:
//! there are as many of the one as of the other.
//!
//! # Layout
//!
//! * `maker`: makes it, choice by choice
//! * `told`: how steps, things and ends are told in it
//! * here: what it is made of, and what comes of it

use std::error::Error;
use std::fmt;
use std::time::{Duration, Instant};

use serde_json::Value;

use self::maker::{Maker, Stop};
use super::source::Sources;
use super::words::{self, Language};
use crate::search::{Count, Ending, Findings};
use crate::world::{Fault, World};

mod maker;
mod told;

/// How many choices a game may have.
pub const MOST: usize = 10_000;

/// A program for a game.
pub struct Played<'a> {
    /// What it is called.
    pub name: &'a str,
    /// Its sources.
    pub sources: &'a Sources,
    /// The source of the lesson of which its only file is a version with smaller numbers.
    pub whole: Option<&'a str>,
}

/// How far a game may go.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// How many different choices there may be.
    pub choices: usize,
    /// How long making it may take.
    pub time: Duration,
    /// Whether choices that differ in nothing but the order of steps which commute are run once. What
    /// comes out is the same; this is for the test that says so.
    pub share: bool,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { choices: MOST, time: Duration::MAX, share: true }
    }
}

/// Why there is no game.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoGame {
    /// There are more choices than these.
    TooLarge(usize),
    /// Making it took too long.
    TooSlow,
    /// The search has not come to its end, so nobody knows what is impossible.
    Incomplete,
    /// Nobody but one can ever go.
    NoChoice,
    /// The program did not do the same when it was told the same.
    Diverged,
    /// The world has no run to give.
    Fault(Fault),
}

impl fmt::Display for NoGame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&words::no_game(Language::English, self))
    }
}

impl Error for NoGame {}

/// A game's data.
#[derive(Clone, Debug, PartialEq)]
pub struct Game {
    fields: Vec<(&'static str, Value)>,
    /// Who is chosen at each choice on the simplest way to each ending, with how many schedules lead
    /// there.
    pub endings: Vec<(Ending, Count)>,
}

/// Makes the data of a game of a program whose endings are known.
///
/// # Errors
///
/// When not every schedule was tried, when there is nothing to choose, or too much.
pub fn game(
    played: &Played<'_>,
    world: &mut dyn World,
    findings: &Findings,
    limits: Limits,
) -> Result<Game, NoGame> {
    if !findings.complete() {
        return Err(NoGame::Incomplete);
    }
    let deadline = Instant::now().checked_add(limits.time);
    loop {
        let mut maker = Maker::new(played, world, limits, deadline);
        match maker.follow(Vec::new(), 0) {
            Ok(begin) => return maker.finish(findings, begin),
            // The world has learned that it has more steps.
            Err(Stop::Again) => {}
            Err(Stop::No(reason)) => return Err(reason),
        }
    }
}

impl Game {
    /// One JSON object, a line for each field. No text in it can end the script of a page in which it
    /// stands, or be taken for something to be included there.
    pub fn to_json(&self) -> String {
        let fields = self.fields.iter().map(|(name, value)| {
            let value = match value {
                // A line for each entry where a reader may want to look for one.
                Value::Array(items) if matches!(*name, "steps" | "stands" | "endings") => {
                    let items: Vec<_> = items.iter().map(|item| format!("\n{item}")).collect();
                    format!("[{}]", items.join(","))
                }
                value => value.to_string(),
            };
            format!("\"{name}\":{}", guarded(&value))
        });
        format!("{{{}}}\n", fields.collect::<Vec<_>>().join(",\n"))
    }

    /// A field of the object.
    pub fn field(&self, name: &str) -> &Value {
        let field = self.fields.iter().find(|(field, _)| *field == name);
        field.map_or(&Value::Null, |(_, value)| value)
    }
}

/// JSON in which no text has a `<` or a `{`.
fn guarded(json: &str) -> String {
    let mut guarded = String::with_capacity(json.len());
    let (mut quoted, mut escaped) = (false, false);
    for c in json.chars() {
        match c {
            '<' if quoted => guarded.push_str("\\u003c"),
            '{' if quoted => guarded.push_str("\\u007b"),
            c => guarded.push(c),
        }
        quoted ^= c == '"' && !escaped;
        escaped = c == '\\' && !escaped;
    }
    guarded
}

#[cfg(test)]
mod tests {
    use super::guarded;

    #[test]
    fn no_text_of_a_program_can_end_the_script() {
        let json = r#"{"a":["</script>","\\","{{#x}}","\"<"]}"#;
        let guarded = guarded(json);
        assert!(!guarded.contains('<') && !guarded[1..].contains('{'), "{guarded}");
        let same: serde_json::Value = serde_json::from_str(&guarded).unwrap();
        assert_eq!(same, serde_json::from_str::<serde_json::Value>(json).unwrap());
    }
}
