//! What a page tells under *Try, in order*: each step as a change to a program and what comes of it.
//!
//! `docs/try/NAME.txt` has the steps of the page `NAME`. A line `== 2` begins the second step, and
//! `== 2a`, `== 2b` are two programs of one step. `== 2 on 1` starts from the first step's program.
//! Below it stand:
//!
//! * the change: lines that begin with `- ` are replaced by those that begin with `+ `, and stand in
//!   the program once; in `~ old => new` the text is replaced wherever it stands;
//! * `python`, if the Python program is changed and run;
//! * what comes of it, a line for each:
//!
//! | line | meaning |
//! | --- | --- |
//! | `refused E0382` | the compiler refuses it with these errors and no others |
//! | `warns` | it compiles with a warning; without this line it must not warn |
//! | `> 余额：{1..99}` | prints these lines and no others; `{1..99}` is a number in this range, `{}` is anything |
//! | `has …`, `lacks …` | one of the lines reads so, or none does |
//! | `first …`, `last …` | the first line or the last reads so |
//! | `count 2 …` | the text occurs twice in what is printed; `2..5` is a range |
//! | `error …` | the text is among what goes to the standard error |
//! | `exits 1` | the exit code; without this line it is 0 |
//! | `takes 1.5` | seconds, at the least |
//! | `sooner` | in less time than the unchanged program takes |
//! | `in time` | who sleeps less is sooner: a busy machine that holds somebody up for too long gets up to five tries |
//! | `hangs` | it still runs after three seconds, and is ended |
//! | `until …` | it is ended when this text has been printed |
//! | `args …` | the command line, split as a shell does |
//! | `release` | it is built with `--release` |
//! | `says …` | a word of the page that is no part of the program |
//! | `by hand …` | no test tries it, and why not |
//!
//! A line that begins with `#` is a comment.

use std::collections::BTreeSet;
use std::fmt;
use std::ops::RangeInclusive;

/// A part of a page's step that is one program.
#[derive(Debug, Default)]
pub struct Step {
    /// The step's number on the page, and a letter if it has several programs.
    pub name: String,
    /// Whether it is about the Python program.
    pub python: bool,
    changes: Vec<Change>,
    says: Vec<String>,
    /// What comes of it.
    pub outcome: Outcome,
}

#[derive(Clone, Debug)]
enum Change {
    Once(String, String),
    Everywhere(String, String),
}

/// What comes of a change.
#[derive(Debug, Default)]
pub struct Outcome {
    /// The compiler's errors.
    pub refused: BTreeSet<String>,
    /// Whether the compiler warns.
    pub warns: bool,
    /// All lines that are printed.
    pub lines: Vec<String>,
    /// What is said of what is printed.
    pub claims: Vec<Claim>,
    /// The exit code, if the program ends by itself.
    pub exit_code: i32,
    /// Seconds that it takes at least.
    pub takes: f64,
    /// Whether it takes less time than the unchanged program.
    pub sooner: bool,
    /// Whether it comes only where nobody is held up for long.
    pub in_time: bool,
    /// How it is ended.
    pub ending: Ending,
    /// The command line.
    pub args: Vec<String>,
    /// Whether it is built with optimisations.
    pub release: bool,
    /// Why no test tries it.
    pub by_hand: Option<String>,
}

/// Who ends a program.
#[derive(Debug, Default, PartialEq, Eq)]
pub enum Ending {
    /// The program itself.
    #[default]
    Itself,
    /// The test, when it has seen that it still runs.
    Hangs,
    /// The test, when this has been printed.
    Until(String),
}

/// A sentence about what is printed.
#[derive(Debug)]
pub enum Claim {
    /// One of the lines reads so.
    Has(String),
    /// None of the lines reads so.
    Lacks(String),
    /// The first line reads so.
    First(String),
    /// The last line reads so.
    Last(String),
    /// The text occurs so often.
    Count(RangeInclusive<usize>, String),
    /// The text is among what goes to the standard error.
    Error(String),
}

impl fmt::Display for Claim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}

/// Reads the steps of a page.
///
/// # Errors
///
/// Says which line is not understood.
pub fn steps(text: &str) -> Result<Vec<Step>, String> {
    let mut steps: Vec<Step> = Vec::new();
    // The lines of a change that is not complete yet.
    let mut old: Vec<&str> = Vec::new();
    let mut new: Vec<&str> = Vec::new();
    for line in text.lines().chain(["# the end"]) {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        if word == "-" && new.is_empty() {
            old.push(rest);
            continue;
        }
        if word == "+" {
            new.push(rest);
            continue;
        }
        if !old.is_empty() {
            let lines = |lines: &[&str]| lines.iter().map(|line| format!("{line}\n")).collect();
            let step = steps.last_mut().ok_or("a change before the first step")?;
            step.changes.push(Change::Once(lines(&old), lines(&new)));
            (old, new) = (Vec::new(), Vec::new());
        }
        match word {
            "-" => old.push(rest),
            "" | "#" => {}
            "==" => {
                let (name, base) = rest.split_once(" on ").unwrap_or((rest, ""));
                let mut step = Step { name: name.to_owned(), ..Step::default() };
                if !base.is_empty() {
                    let base = steps.iter().find(|step| step.name == base);
                    let base = base.ok_or(format!("no step before `{line}` has that name"))?;
                    step.changes.clone_from(&base.changes);
                    step.python = base.python;
                }
                steps.push(step);
            }
            _ => {
                let step = steps.last_mut().ok_or("an outcome before the first step")?;
                step.read(word, rest).ok_or(format!("what does `{line}` mean?"))?;
            }
        }
    }
    Ok(steps)
}

impl Step {
    /// The number on the page.
    pub fn number(&self) -> usize {
        self.name.trim_end_matches(char::is_alphabetic).parse().unwrap_or(0)
    }

    /// Everything that is said of the change, for a look whether the page says the same.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        let changed = self.changes.iter().flat_map(|change| match change {
            Change::Once(old, new) | Change::Everywhere(old, new) => [old.as_str(), new.as_str()],
        });
        let claimed = self.outcome.claims.iter().map(|claim| match claim {
            Claim::Has(text)
            | Claim::Lacks(text)
            | Claim::First(text)
            | Claim::Last(text)
            | Claim::Count(_, text)
            | Claim::Error(text) => text.as_str(),
        });
        let until = match &self.outcome.ending {
            Ending::Until(text) => Some(text.as_str()),
            _ => None,
        };
        let lines = self.outcome.lines.iter().map(String::as_str);
        let args = self.outcome.args.iter().map(String::as_str);
        let says = self.says.iter().map(String::as_str);
        changed.chain(claimed).chain(until).chain(lines).chain(args).chain(says)
    }

    fn read(&mut self, word: &str, rest: &str) -> Option<()> {
        let outcome = &mut self.outcome;
        let text = || (!rest.is_empty()).then(|| rest.to_owned());
        match word {
            "~" => {
                let (old, new) =
                    rest.split_once(" => ").or(rest.strip_suffix(" =>").map(|old| (old, "")))?;
                self.changes.push(Change::Everywhere(old.to_owned(), new.to_owned()));
            }
            "python" => self.python = true,
            "refused" => outcome.refused.extend(text()?.split(' ').map(str::to_owned)),
            "warns" => outcome.warns = true,
            ">" => outcome.lines.push(rest.to_owned()),
            "has" => outcome.claims.push(Claim::Has(text()?)),
            "lacks" => outcome.claims.push(Claim::Lacks(text()?)),
            "first" => outcome.claims.push(Claim::First(text()?)),
            "last" => outcome.claims.push(Claim::Last(text()?)),
            "error" => outcome.claims.push(Claim::Error(text()?)),
            "count" => {
                let (times, text) = rest.split_once(' ')?;
                let (least, most) = times.split_once("..").unwrap_or((times, times));
                let most = if most.is_empty() { usize::MAX } else { most.parse().ok()? };
                outcome.claims.push(Claim::Count(least.parse().ok()?..=most, text.to_owned()));
            }
            "exits" => outcome.exit_code = rest.parse().ok()?,
            "takes" => outcome.takes = rest.parse().ok()?,
            "sooner" => outcome.sooner = true,
            "in" => outcome.in_time = (rest == "time").then_some(true)?,
            "says" => self.says.push(text()?),
            "hangs" => outcome.ending = Ending::Hangs,
            "until" => outcome.ending = Ending::Until(text()?),
            "args" => {
                let parts = rest.split('"').enumerate();
                outcome.args = parts
                    .flat_map(|(at, part)| match at % 2 {
                        0 => part.split_whitespace().map(str::to_owned).collect(),
                        _ => vec![part.to_owned()],
                    })
                    .collect();
            }
            "release" => outcome.release = true,
            "by" => outcome.by_hand = Some(rest.strip_prefix("hand ")?.to_owned()),
            _ => return None,
        }
        Some(())
    }

    /// The program after the change.
    ///
    /// # Errors
    ///
    /// Names the text that is not there, or stands there more than once.
    pub fn apply(&self, program: &str) -> Result<String, String> {
        let mut program = program.to_owned();
        for change in &self.changes {
            let (old, new) = match change {
                Change::Once(old, new) => {
                    let times = program.matches(old.as_str()).count();
                    if times != 1 {
                        return Err(format!(
                            "step {}: {times} times and not once: {old}",
                            self.name
                        ));
                    }
                    (old, new)
                }
                Change::Everywhere(old, new) => {
                    if !program.contains(old.as_str()) {
                        return Err(format!("step {}: not there: {old}", self.name));
                    }
                    (old, new)
                }
            };
            program = program.replace(old.as_str(), new);
        }
        Ok(program)
    }
}

/// Whether a line reads as a pattern says: `{1..9}` is a number in a range, `{}` is anything.
pub fn reads(line: &str, pattern: &str) -> bool {
    let Some((before, rest)) = pattern.split_once('{') else { return line == pattern };
    let Some((hole, after)) = rest.split_once('}') else { return line == pattern };
    let Some(line) = line.strip_prefix(before) else { return false };
    if let Some((least, most)) = hole.split_once("..") {
        let end = line.find(|c: char| !c.is_ascii_digit() && c != '-' && c != '.');
        let (number, line) = line.split_at(end.unwrap_or(line.len()));
        let within = |number: f64| {
            least.parse().is_ok_and(|least: f64| least <= number)
                && most.parse().is_ok_and(|most: f64| number <= most)
        };
        // A full stop behind a number ends the sentence.
        let stop = if number.ends_with('.') { "." } else { "" };
        let number = number.trim_end_matches('.');
        number.parse().is_ok_and(within) && reads(&format!("{stop}{line}"), after)
    } else {
        hole.is_empty()
            && line
                .char_indices()
                .map(|(at, _)| at)
                .chain([line.len()])
                .any(|at| reads(&line[at..], after))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_changes_a_program_and_says_what_comes_of_it() {
        let steps = steps(
            "== 1\n- one\n- two\n+ three\nrefused E0001 E0002\n\n== 2 on 1\n~ e => i\nwarns\n> thrii {1..9}\nargs a \"b c\"\n",
        )
        .unwrap();
        assert_eq!(steps[0].apply("zero\none\ntwo\n").unwrap(), "zero\nthree\n");
        assert_eq!(steps[0].outcome.refused.len(), 2);
        assert_eq!(steps[1].apply("zero\none\ntwo\n").unwrap(), "ziro\nthrii\n");
        assert_eq!(steps[1].outcome.args, ["a", "b c"]);
        assert!(steps[1].outcome.warns && steps[1].number() == 2);
        assert!(steps[0].apply("one\n").is_err(), "what is not there cannot be replaced");
        assert!(super::steps("== 1\nshouts hello\n").is_err());
    }

    #[test]
    fn a_pattern_has_numbers_and_anything() {
        assert!(reads("left: 12 of 100", "left: {1..99} of 100"));
        assert!(!reads("left: 0 of 100", "left: {1..99} of 100"));
        assert!(reads("child 12 says 1.5.", "child {} says {1.0..2.0}."));
        assert!(!reads("child says", "child {}!"));
    }
}
