use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;
use std::time::Duration;

use crate::pattern::Values;
use crate::says::Reading;
use crate::{Says, Transcript};

/// What every run of a lesson says, however its processes and threads are scheduled.
#[derive(Debug, Clone)]
pub struct Description {
    says: Says,
    pub(crate) exit_code: i32,
    sleeps: f64,
    takes: Option<Range<f64>>,
    pub(crate) ctrl_c_after: Option<Duration>,
    checks: Vec<(&'static str, Check)>,
}

type Check = fn(&Said<'_>) -> bool;

impl Description {
    /// A program that says this, whole, and ends with exit code 0.
    pub fn new(says: Says) -> Self {
        Self {
            says,
            exit_code: 0,
            sleeps: 0.0,
            takes: None,
            ctrl_c_after: None,
            checks: Vec::new(),
        }
    }

    /// The exit code where it is not 0.
    pub fn exits_with(mut self, code: i32) -> Self {
        self.exit_code = code;
        self
    }

    /// The seconds that the program sleeps, counting sleeps at the same time once. The whole run
    /// takes as long, and at most two seconds more.
    pub fn sleeps(mut self, seconds: f64) -> Self {
        self.sleeps = seconds;
        self.takes(seconds..seconds + 2.0)
    }

    /// The seconds that the whole run takes.
    pub fn takes(mut self, seconds: Range<f64>) -> Self {
        self.takes = Some(seconds);
        self
    }

    /// However long the whole run takes.
    pub(crate) fn at_any_pace(mut self) -> Self {
        self.takes = None;
        self
    }

    /// The seconds given to [`sleeps`](Self::sleeps), else 0.
    pub fn sleep_seconds(&self) -> f64 {
        self.sleeps
    }

    /// Whether the program sleeps for most of its time, so that many can run side by side.
    pub fn mostly_sleeps(&self) -> bool {
        self.sleeps > 0.0 || self.ctrl_c_after.is_some()
    }

    /// A program without an end: it gets [Ctrl-C](crate::Running::ctrl_c) after so many seconds, and
    /// ends within one more second, with status 130, or with that of a killed program on Windows.
    ///
    /// Of a Python program only what it says until then is looked at, because a traceback follows.
    pub fn until_ctrl_c(mut self, seconds: f64) -> Self {
        self.ctrl_c_after = Some(Duration::from_secs_f64(seconds));
        self.exits_with(if cfg!(windows) { 1 } else { 130 }).takes(seconds..seconds + 1.0)
    }

    /// One more thing that always holds, in words and as a test.
    pub fn check(mut self, always: &'static str, test: Check) -> Self {
        self.checks.push((always, test));
        self
    }

    /// Holds a transcript against the description.
    ///
    /// # Errors
    ///
    /// What is not as described, in words.
    pub fn examine(&self, transcript: &Transcript) -> Result<(), Complaint> {
        let complain =
            |what: String| Err(Complaint { what, text: transcript.text() + &transcript.stderr });

        let (says, reading) = self.read(transcript);
        let (said, rest) = transcript.text.split_at(reading.position);
        if !rest.is_empty() {
            let number = said.iter().filter(|byte| **byte == b'\n').count() + 1;
            let rest = String::from_utf8_lossy(rest);
            let next: String =
                rest.split_inclusive('\n').next().unwrap_or_default().chars().take(60).collect();
            let why = match (reading.wrong_pause, says.next()) {
                (Some((pause, bounds)), _) => {
                    format!("came {pause:.2} s after the piece before it, not {bounds:.2?} s")
                }
                (None, next) if next.is_empty() => "nothing may follow there".to_owned(),
                (None, next) => format!("expected {}", next.join(" or ")),
            };
            return complain(format!("line {number}: {next:?}: {why}"));
        }
        if !says.is_complete() {
            let next = says.next().join(" or ");
            let end =
                transcript.exit_code.map_or(String::new(), |code| format!(", exit code {code}"));
            return complain(format!("the end is missing: expected {next}{end}"));
        }

        let said = Said { reading: &reading };
        if let Some((always, _)) = self.checks.iter().find(|(_, test)| !test(&said)) {
            return complain(format!("not so: {always}"));
        }
        if let Some(code) = transcript.exit_code.filter(|code| *code != self.exit_code) {
            return complain(format!("exit code {code}, not {}", self.exit_code));
        }
        let took = transcript.took.as_secs_f64();
        match &self.takes {
            Some(seconds) if !seconds.contains(&took) => {
                complain(format!("took {took:.2} s, not {seconds:?} s"))
            }
            _ => Ok(()),
        }
    }

    /// The process ids that the description's names stand for, in alphabetical order of the names.
    pub(crate) fn ids(&self, transcript: &Transcript) -> BTreeMap<String, u64> {
        self.read(transcript).1.values.ids
    }

    /// Has all that was said so far been as described? Whether the end is missing is left aside.
    pub(crate) fn begins_with(&self, transcript: &Transcript) -> bool {
        self.read(transcript).1.position == transcript.text.len()
    }

    /// Reads as far as the transcript is as described; gives what may still be said, and where
    /// the reading stopped.
    fn read<'a>(&self, transcript: &'a Transcript) -> (Says, Reading<'a>) {
        let mut says = self.says.clone();
        let mut reading = Reading {
            text: &transcript.text,
            at: &transcript.at,
            position: 0,
            values: Values::default(),
            wrong_pause: None,
        };
        if transcript.pid != 0 {
            reading.values.ids.insert("main".to_owned(), transcript.pid.into());
        }
        while says.read(&mut reading, Duration::ZERO, None) {
            reading.wrong_pause = None;
        }
        (says, reading)
    }
}

/// What was said, for a [`Description::check`].
pub struct Said<'a> {
    reading: &'a Reading<'a>,
}

impl Said<'_> {
    /// How many times a text occurs.
    pub fn count(&self, text: &str) -> usize {
        String::from_utf8_lossy(self.reading.text).matches(text).count()
    }

    /// The number that a name in the description stands for.
    ///
    /// # Panics
    ///
    /// When no `{name:low..high}` of that name has been read.
    pub fn number(&self, name: &str) -> f64 {
        *self
            .reading
            .values
            .numbers
            .get(name)
            .unwrap_or_else(|| panic!("no number is named {name}"))
    }
}

/// Why a transcript does not fit its description.
#[derive(Debug, Clone)]
pub struct Complaint {
    what: String,
    text: String,
}

impl Complaint {
    /// What is not as described, in one line.
    pub fn what(&self) -> &str {
        &self.what
    }
}

impl fmt::Display for Complaint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "{}", self.what)?;
        writeln!(formatter, "The whole of what was said:")?;
        for (number, line) in self.text.lines().enumerate() {
            writeln!(formatter, "{:4} {line}", number + 1)?;
        }
        Ok(())
    }
}

impl std::error::Error for Complaint {}
