//! The answer to a question: the search, what is said of its findings, and the exit code.

use std::fs;
use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;
use std::time::Duration;

use serde_json::{Value, json as object};

use crate::search::{Completeness, Ending, Extent, Findings, Options, search};
use crate::tell::Reader;
use crate::tell::game::{Limits, Played, game};
use crate::tell::html::html;
use crate::tell::json::json;
use crate::tell::play::{Screen, has_choices, play};
use crate::tell::progress::Watched;
use crate::tell::report::{Subject, report};
use crate::tell::words::{Language, no_game, number, system};
use crate::world::{End, Fault, World};

/// What is asked of a program.
#[derive(Clone, Debug, PartialEq)]
pub struct Question {
    /// For how many seconds may be searched.
    pub seconds: f64,
    /// Only schedules with at most so many switches.
    pub switches: Option<usize>,
    /// Only so many schedules, drawn at random.
    pub schedules: Option<usize>,
    /// What random schedules depend on.
    pub seed: u64,
    /// The answer is one JSON object.
    pub json: bool,
    /// Outputs that differ are bad.
    pub one_output: bool,
    /// The answer is a game.
    pub play: bool,
    /// The answer is in Chinese.
    pub chinese: bool,
    /// How many columns the terminal has in which it is read.
    pub terminal: Option<usize>,
    /// The answer is a game in this file, for a browser.
    pub html: Option<PathBuf>,
}

impl Default for Question {
    /// Everything that can be found in ten seconds, in English.
    fn default() -> Self {
        Question {
            seconds: 10.0,
            switches: None,
            schedules: None,
            seed: 0,
            json: false,
            one_output: false,
            play: false,
            chinese: false,
            terminal: None,
            html: None,
        }
    }
}

/// How good a program is, as an exit code for scripts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Every ending that was found is good.
    Good = 0,
    /// One is not: a panic, a deadlock, an exit code, no end, or, if it was asked, another output.
    Bad = 1,
    /// There is no answer.
    None = 2,
    /// No ending that was found is bad, but not all was tried that was asked for: the time was up, or
    /// somebody has pressed Ctrl-C, or the program was not the same each time, or had no end.
    Unfinished = 3,
}

impl Verdict {
    /// Of two answers to one question the one that a script has to know of: something bad, then no
    /// answer, then that not all was tried.
    pub fn worse(self, other: Verdict) -> Verdict {
        let rank = |verdict| match verdict {
            Verdict::Good => 0,
            Verdict::Unfinished => 1,
            Verdict::None => 2,
            Verdict::Bad => 3,
        };
        if rank(other) > rank(self) { other } else { self }
    }
}

impl Question {
    /// The question as data, by which the command hands it to the program that it has built.
    pub fn to_json(&self) -> Value {
        object!({
            "seconds": self.seconds,
            "switches": self.switches,
            "schedules": self.schedules,
            "seed": self.seed,
            "json": self.json,
            "one_output": self.one_output,
            "play": self.play,
            "chinese": self.chinese,
            "terminal": self.terminal,
            "html": self.html.as_ref().map(|file| file.to_string_lossy()),
        })
    }

    /// The question from data, or `None` if it is none.
    pub fn from_json(value: &Value) -> Option<Question> {
        let number = |name: &str| value[name].as_u64().map(|number| number as usize);
        Some(Question {
            seconds: value["seconds"].as_f64()?,
            switches: number("switches"),
            schedules: number("schedules"),
            seed: value["seed"].as_u64()?,
            json: value["json"].as_bool()?,
            one_output: value["one_output"].as_bool()?,
            play: value["play"].as_bool()?,
            chinese: value["chinese"].as_bool()?,
            terminal: number("terminal"),
            html: value["html"].as_str().map(PathBuf::from),
        })
    }

    /// The language of the answer.
    pub fn language(&self) -> Language {
        if self.chinese { Language::Chinese } else { Language::English }
    }

    /// The one who reads the answer.
    pub fn reader(&self) -> Reader {
        Reader::new(self.language(), self.terminal)
    }

    fn options(&self) -> Options {
        let extent = match (self.switches, self.schedules) {
            (Some(switches), _) => Extent::Switches(switches),
            (None, Some(schedules)) => Extent::Random { schedules, seed: self.seed },
            (None, None) => Extent::Everything,
        };
        let time = Duration::try_from_secs_f64(self.seconds).unwrap_or(Duration::MAX);
        Options { extent, time }
    }

    /// Searches a program.
    pub fn search(&self, world: &mut dyn World) -> Findings {
        search(&mut Watched::new(world, self.language()), self.options())
    }

    /// Says what was found, or has a student find it.
    ///
    /// # Errors
    ///
    /// When `output` cannot be written, or the game's input not be read.
    pub fn tell(
        &self,
        subject: &Subject<'_>,
        world: &mut dyn World,
        findings: &Findings,
        output: &mut dyn Write,
    ) -> io::Result<()> {
        let language = self.language();
        if self.html.is_some() {
            let played = Played { name: subject.name, sources: subject.sources, whole: None };
            return self.write_html(&played, world, findings, output);
        }
        if self.json {
            return writeln!(output, "{}", json(subject.name, world, findings));
        }
        if !self.play {
            return write!(output, "{}", report(self.reader(), subject, world, findings));
        }
        if !has_choices(world, findings) {
            let name = subject.name;
            let nothing = language.say(
                format!("There is nothing to choose in {name}: in it, nobody can go but one.\n"),
                format!("{name} 里没有可选择的：每一步都只有一个线程能走。\n"),
            );
            write!(output, "{nothing}")?;
            return write!(output, "{}", report(self.reader(), subject, world, findings));
        }
        let input = io::stdin();
        let screen = Screen {
            reader: self.reader(),
            echo: !input.is_terminal(),
            redraw: input.is_terminal() && io::stdout().is_terminal(),
        };
        play(screen, subject, world, findings, input.lock(), output)
    }

    /// Writes the game into the file that was asked for, and says so.
    ///
    /// # Errors
    ///
    /// When there is no game, or the file or `output` cannot be written.
    pub fn write_html(
        &self,
        played: &Played<'_>,
        world: &mut dyn World,
        findings: &Findings,
        output: &mut dyn Write,
    ) -> io::Result<()> {
        let language = self.language();
        let Some(file) = &self.html else { return Ok(()) };
        let (name, shown) = (played.name, file.display());
        let limits = Limits { time: self.options().time, ..Limits::default() };
        let game = game(played, world, findings, limits).map_err(|reason| {
            let reason = no_game(language, &reason);
            io::Error::other(language.say(
                format!("no page is made of {name}: {reason}"),
                format!("没有为 {name} 生成页面：{reason}"),
            ))
        })?;
        fs::write(file, html(language, name, &game)).map_err(|error| {
            let why = system(language, &error);
            io::Error::other(language.say(
                format!("{shown} cannot be written: {why}"),
                format!("无法写入 {shown}：{why}"),
            ))
        })?;
        let endings = language.count(&game.endings.len().to_string(), "ending", "种结局");
        let schedules = findings.schedules.map_or(String::new(), |schedules| {
            let schedules = language.count(&number(language, schedules), "schedule", "个调度");
            language.say(format!(", {schedules}"), format!("，{schedules}"))
        });
        let said = language.say(
            format!("{name}: {endings}{schedules}. Open {shown} in a browser."),
            format!("{name}：{endings}{schedules}。请用浏览器打开 {shown}。"),
        );
        writeln!(output, "{said}")
    }

    /// What the findings say of the program. A game was played, and says nothing.
    pub fn verdict(&self, findings: &Findings) -> Verdict {
        if self.play || self.html.is_some() {
            return Verdict::Good;
        }
        let good = |end: &End| matches!(end, End::Returned | End::Exited(0) | End::Bounded(_));
        let outputs = findings.endings.keys().map(|ending| &ending.output);
        let outputs: std::collections::BTreeSet<_> = outputs.collect();
        let bad = |ending: &Ending| !good(&ending.end) || !ending.uncaught.is_empty();
        let differ = self.one_output && outputs.len() > 1;
        if findings.endings.keys().any(bad) || differ {
            Verdict::Bad
        } else if findings.fault.as_ref().is_some_and(Fault::is_refusal) {
            Verdict::None
        } else if self.is_finished(findings) {
            Verdict::Good
        } else {
            Verdict::Unfinished
        }
    }

    /// Whether all was tried that was asked for.
    pub fn is_finished(&self, findings: &Findings) -> bool {
        let whole = match findings.completeness {
            Completeness::All => true,
            Completeness::AllWithin(most) => self.switches.is_some_and(|asked| asked <= most),
            Completeness::Drawn(runs) => self.schedules.is_some_and(|asked| asked <= runs),
            Completeness::Stopped(_) => false,
        };
        whole && findings.flawless()
    }
}
