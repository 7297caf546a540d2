//! What holds for a run as a whole, and what is wrong with one.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use crate::part::Reading;
use crate::pattern::Values;
use crate::{Part, Transcript};

/// What every run of a program says, however its processes and threads are scheduled.
#[derive(Debug, Clone)]
pub struct Description {
    says: Part,
    exit_code: i32,
    sleeps: f64,
    takes_at_least: f64,
    takes_less_than: f64,
    needs_ctrl_c: bool,
    checks: Vec<Check>,
}

#[derive(Debug, Clone, Copy)]
struct Check {
    always: &'static str,
    chinese: &'static str,
    test: fn(&Said<'_>) -> bool,
    about_time: bool,
}

impl Description {
    /// A program that says this, whole, and ends with exit code 0.
    pub fn new(says: Part) -> Self {
        Self {
            says,
            exit_code: 0,
            sleeps: 0.0,
            takes_at_least: 0.0,
            takes_less_than: f64::INFINITY,
            needs_ctrl_c: false,
            checks: Vec::new(),
        }
    }

    /// The exit code where it is not 0.
    pub fn exits_with(mut self, code: i32) -> Self {
        self.exit_code = code;
        self
    }

    /// The seconds that the program sleeps, counting sleeps at the same time once. The whole run
    /// takes at least as long.
    pub fn sleeps(mut self, seconds: f64) -> Self {
        self.sleeps = seconds;
        self.takes_at_least(seconds)
    }

    /// The whole run takes at least so many seconds.
    pub fn takes_at_least(mut self, seconds: f64) -> Self {
        self.takes_at_least = seconds;
        self
    }

    /// The whole run takes less than so many seconds: for a program that is about being quicker than
    /// something. A busy machine may hold up any program, so a run that takes longer is
    /// [about time](Complaint::is_about_time) and worth another try.
    pub fn takes_less_than(mut self, seconds: f64) -> Self {
        self.takes_less_than = seconds;
        self
    }

    /// A program without an end: it gets Ctrl-C as soon as it has said all that it must, and ends with
    /// status 130, or with that of a killed program on Windows.
    ///
    /// Of a Python program only what it says until then is looked at, because a traceback follows.
    pub fn until_ctrl_c(mut self) -> Self {
        self.needs_ctrl_c = true;
        self.exits_with(if cfg!(windows) { 1 } else { 130 })
    }

    /// One more thing that always holds, in English, in Chinese and as a test.
    pub fn check(
        mut self,
        always: &'static str,
        chinese: &'static str,
        test: fn(&Said<'_>) -> bool,
    ) -> Self {
        self.checks.push(Check { always, chinese, test, about_time: false });
        self
    }

    /// One more thing that holds unless a busy machine holds the program up, in English, in Chinese and as
    /// a test.
    pub fn check_times(
        mut self,
        always: &'static str,
        chinese: &'static str,
        test: fn(&Said<'_>) -> bool,
    ) -> Self {
        self.checks.push(Check { always, chinese, test, about_time: true });
        self
    }

    /// The same for a run whose pace means nothing, such as one of many side by side.
    pub fn at_any_pace(mut self) -> Self {
        self.takes_at_least = 0.0;
        self.takes_less_than = f64::INFINITY;
        self.checks.retain(|check| !check.about_time);
        self
    }

    /// The exit code.
    pub fn exit_code(&self) -> i32 {
        self.exit_code
    }

    /// The seconds given to [`sleeps`](Self::sleeps), else 0.
    pub fn sleep_seconds(&self) -> f64 {
        self.sleeps
    }

    /// Whether the program has [no end](Self::until_ctrl_c) of its own.
    pub fn needs_ctrl_c(&self) -> bool {
        self.needs_ctrl_c
    }

    /// Whether the program sleeps for most of its time, so that many can run side by side.
    pub fn mostly_sleeps(&self) -> bool {
        self.sleeps > 0.0 || self.needs_ctrl_c
    }

    /// Holds a transcript against the description.
    ///
    /// # Errors
    ///
    /// What is not as described, in words.
    pub fn examine(&self, transcript: &Transcript) -> Result<(), Complaint> {
        let complaint = |what: String, chinese: String, about_time: bool| {
            let text = transcript.text() + &transcript.stderr;
            Err(Complaint { what, chinese, text, about_time })
        };
        let wrong = |what, chinese| complaint(what, chinese, false);
        let at_a_wrong_time = |what, chinese| complaint(what, chinese, true);

        let (says, reading) = self.read(transcript);
        let (said, rest) = transcript.text.split_at(reading.position);
        if !rest.is_empty() {
            let number = said.iter().filter(|byte| **byte == b'\n').count() + 1;
            let rest = String::from_utf8_lossy(rest);
            let next: String =
                rest.split_inclusive('\n').next().unwrap_or_default().chars().take(60).collect();
            let here = format!("line {number}: {next:?}");
            let chinese = format!("第 {number} 行：{next:?}");
            return match (reading.too_early, says.next()) {
                (Some((pause, least)), _) => at_a_wrong_time(
                    format!(
                        "{here}: came {pause:.2} s after the piece before it, not {least:.2} s or more"
                    ),
                    format!("{chinese}：只比前一段晚 {pause:.2} 秒，应至少晚 {least:.2} 秒"),
                ),
                (None, next) if next.is_empty() => wrong(
                    format!("{here}: nothing may follow there"),
                    format!("{chinese}：这里不应再有内容"),
                ),
                (None, next) => wrong(
                    format!("{here}: expected {}", next.join(" or ")),
                    format!("{chinese}：应为 {}", next.join(" 或 ")),
                ),
            };
        }
        if !says.is_complete() {
            let next = says.next();
            let code = transcript.exit_code;
            let end = code.map_or(String::new(), |code| format!(", exit code {code}"));
            let chinese = code.map_or(String::new(), |code| format!("，退出码 {code}"));
            return wrong(
                format!("the end is missing: expected {}{end}", next.join(" or ")),
                format!("缺少结尾：应为 {}{chinese}", next.join(" 或 ")),
            );
        }

        let said = Said { reading: &reading };
        if let Some(check) = self.checks.iter().find(|check| !(check.test)(&said)) {
            let what = format!("not so: {}", check.always);
            let chinese = format!("不成立：{}", check.chinese);
            return complaint(what, chinese, check.about_time);
        }
        if let Some(code) = transcript.exit_code.filter(|code| *code != self.exit_code) {
            let expected = self.exit_code;
            return wrong(
                format!("exit code {code}, not {expected}"),
                format!("退出码是 {code}，应为 {expected}"),
            );
        }
        let took = transcript.took.as_secs_f64();
        if took < self.takes_at_least {
            let least = self.takes_at_least;
            return at_a_wrong_time(
                format!("took {took:.2} s, not {least} s or more"),
                format!("用了 {took:.2} 秒，应至少 {least} 秒"),
            );
        }
        if took >= self.takes_less_than {
            let most = self.takes_less_than;
            return at_a_wrong_time(
                format!("took {took:.2} s, not less than {most} s"),
                format!("用了 {took:.2} 秒，应少于 {most} 秒"),
            );
        }
        Ok(())
    }

    /// The process ids that the description's names stand for, in alphabetical order of the names.
    pub(crate) fn ids(&self, transcript: &Transcript) -> BTreeMap<String, u64> {
        self.read(transcript).1.values.ids
    }

    /// Whether all that was said so far is as described. The end may be missing.
    pub fn begins_with(&self, transcript: &Transcript) -> bool {
        self.read(transcript).1.position == transcript.text.len()
    }

    /// Whether all has been said that must be, whenever it was said. More may follow.
    pub fn is_fulfilled_by(&self, transcript: &Transcript) -> bool {
        let untimed = Transcript { pid: transcript.pid, ..Transcript::of(&transcript.text()) };
        self.read(&untimed).0.is_complete()
    }

    /// Reads as far as the transcript is as described; gives what may still be said, and where
    /// the reading stopped.
    fn read<'a>(&self, transcript: &'a Transcript) -> (Part, Reading<'a>) {
        let mut says = self.says.clone();
        let mut reading = Reading {
            text: &transcript.text,
            at: &transcript.at,
            position: 0,
            values: Values::default(),
            too_early: None,
        };
        if transcript.pid != 0 {
            reading.values.ids.insert("main".to_owned(), transcript.pid.into());
        }
        while says.read(&mut reading, Duration::ZERO, None) {
            reading.too_early = None;
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

    /// The seconds from the start of the program to the last that it said, if they are known.
    pub fn seconds(&self) -> Option<f64> {
        self.reading.at.last().map(Duration::as_secs_f64)
    }
}

/// Why a transcript does not fit its description.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Complaint {
    what: String,
    chinese: String,
    text: String,
    about_time: bool,
}

impl Complaint {
    /// What is not as described, in one line of English.
    pub fn what(&self) -> &str {
        &self.what
    }

    /// The same in Chinese.
    pub fn what_in_chinese(&self) -> &str {
        &self.chinese
    }

    /// All that was said, with a number before each line.
    pub fn whole(&self) -> String {
        let lines = self.text.lines().enumerate();
        lines.map(|(number, line)| format!("{:4} {line}\n", number + 1)).collect()
    }

    /// Whether what was said is as described, and only the moment was wrong at which it was said.
    /// Then a busy machine may be the reason.
    pub fn is_about_time(&self) -> bool {
        self.about_time
    }
}

impl fmt::Display for Complaint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "{}", self.what)?;
        writeln!(formatter, "The whole of what was said:")?;
        formatter.write_str(&self.whole())
    }
}

impl std::error::Error for Complaint {}
