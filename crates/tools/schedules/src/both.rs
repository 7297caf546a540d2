//! A lesson in both languages: all that its program in Rust can come to, held against all that its
//! program in Python can come to. A port is faithful when these are the same.
//!
//! # Layout
//!
//! * a lesson about threads, and one about processes, started in both languages
//! * the two sets against each other
//! * what is said of it: one lesson with its stories, and a table of all lessons

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::fmt;
use std::io::{self, Write};
use std::path::PathBuf;
use std::rc::Rc;
use std::time::{Duration, Instant};

use serde_json::{Value, json as object};

use crate::answer::{Question, Verdict};
use crate::lessons;
use crate::prints::Prints;
use crate::search::{Ending, Findings, Found, follow};
use crate::tell::json::json;
use crate::tell::report::show;
use crate::tell::source::Sources;
use crate::tell::story::story;
use crate::tell::words::{self, Language};
use crate::world::{Fault, World};
use crate::worlds::processes::command::interrupt;
use crate::worlds::processes::lessons::{self as process_lessons, ProcessLesson};
use crate::worlds::processes::{Options, Processes, Sleeps};
use crate::worlds::python::twins;

/// What a lesson's two programs can come to.
#[derive(Debug)]
pub struct Both {
    name: &'static str,
    /// What a sleep promises to processes. `None` for threads, to which it promises nothing.
    sleeps: Option<Sleeps>,
    one_step_additions: bool,
    /// Whether times that were measured are left out.
    masked: bool,
    /// The program in Rust.
    pub rust: Side,
    /// The program in Python.
    pub python: Side,
}

/// A lesson's program in one of the two languages, and what it can come to.
pub struct Side {
    language: &'static str,
    remarks: String,
    sources: Sources,
    world: Box<dyn World>,
    /// What was found of it.
    pub findings: Findings,
    /// How long that took.
    pub time: Duration,
}

impl fmt::Debug for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct(self.language).field("findings", &self.findings).finish_non_exhaustive()
    }
}

/// How two sets of endings stand to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compared {
    /// All endings of both are known, and they are the same.
    Equal,
    /// One program has an ending that the other one cannot have.
    Different,
    /// Not everything was tried, and what was tried does not tell.
    Unknown,
}

/// What both programs are run with.
#[derive(Clone, Debug, Default)]
pub struct How {
    /// Takes `x += 1` in Python for one step.
    pub one_step_additions: bool,
    /// The Python, if not `python3`.
    pub interpreter: Option<PathBuf>,
    /// What a sleep promises to processes.
    pub sleeps: Sleeps,
    /// After so many prints processes are stopped, if not after the lesson's own number.
    pub prints: Option<usize>,
    /// Leaves out who comes first to what several processes use: the opposite of
    /// [`Options::contended`].
    pub in_turn: bool,
}

/// The names of all lessons of which both programs can be searched: those about threads first.
pub fn names() -> impl Iterator<Item = &'static str> {
    let threads = lessons::LESSONS.iter().map(|lesson| lesson.name);
    threads.chain(process_lessons::LESSONS.iter().map(|lesson| lesson.name))
}

impl Both {
    /// Searches both programs of a lesson: of one about threads with the numbers in them made smaller.
    ///
    /// # Errors
    ///
    /// When there is no such lesson, or a program does not start or gets no answer.
    pub fn search(name: &str, question: &Question, how: &How) -> Result<Both, String> {
        if let Some(lesson) = process_lessons::find(name) {
            return Both::of_processes(lesson, question, how);
        }
        Both::of_threads(name, question, how)
    }

    fn of_threads(name: &str, question: &Question, how: &How) -> Result<Both, String> {
        let language = question.language();
        let (Some(lesson), Some(twin)) = (lessons::find(name), twins::small(name, language)) else {
            return Err(words::no_pair(language, name, &names().collect::<Vec<_>>()));
        };
        let (mut program, changes) = twin?;
        program.one_step_additions = how.one_step_additions;
        program.interpreter.clone_from(&how.interpreter);
        let python = program.start_until(interrupt());
        let python = python.map_err(|fault| words::fault(language, &fault))?;
        let remarks = format!("Python {}\n{changes}", python.version());
        let source = program.source.unwrap_or_default();
        let python = Side::search(
            "Python",
            remarks,
            Sources::new([("main.py", source.as_str())]),
            Box::new(python),
            question,
        )?;
        let rust = Side::search(
            "Rust",
            format!("Rust\n{}", lesson.changes(language)),
            Sources::single(lesson.small.source),
            Box::new(&lesson.small.program),
            question,
        )?;
        let one_step_additions = how.one_step_additions;
        Ok(Both {
            name: lesson.name,
            sleeps: None,
            one_step_additions,
            masked: false,
            rust,
            python,
        })
    }

    fn of_processes(
        lesson: &'static ProcessLesson,
        question: &Question,
        how: &How,
    ) -> Result<Both, String> {
        let options = Options {
            sleeps: how.sleeps,
            prints: how.prints.or(lesson.prints),
            contended: !how.in_turn,
            interrupt: interrupt(),
            ..Options::default()
        };
        let interpreter = match &how.interpreter {
            Some(interpreter) => interpreter.clone(),
            None => {
                let missing = |missing| ::language::no_python(question.language().into(), missing);
                course::python().map_err(missing)?.to_path_buf()
            }
        };
        let side = |language: &'static str, command: Vec<OsString>, prints: Prints| {
            let arguments = lesson.arguments.iter().map(OsString::from);
            let command = command.into_iter().chain(arguments).collect();
            let world = Processes::new(command, options.clone())
                .map_err(|fault| words::fault(question.language(), &fault))?;
            let (remarks, sources) = (format!("{language}\n"), prints.sources());
            let world = world.with_prints(Rc::new(prints));
            let mut side = Side::search(language, remarks, sources, Box::new(world), question)?;
            side.forget_times(lesson);
            Ok::<_, String>(side)
        };
        let program = course::build(lesson.name)
            .map_err(|why| ::language::not_built(question.language().into(), &why))?;
        let twin: Vec<OsString> = vec![interpreter.into(), course::twin(lesson.name).into()];
        Ok(Both {
            name: lesson.name,
            sleeps: Some(how.sleeps),
            one_step_additions: false,
            masked: lesson.measures.is_some(),
            rust: side("Rust", vec![program.into()], Prints::of_lesson(lesson.name))?,
            python: side("Python", twin.clone(), Prints::of_command(&twin))?,
        })
    }

    /// The endings that only the program in Rust has, and those that only the one in Python has.
    pub fn difference(&self) -> (BTreeSet<&Ending>, BTreeSet<&Ending>) {
        let rust: BTreeSet<_> = self.rust.findings.endings.keys().collect();
        let python: BTreeSet<_> = self.python.findings.endings.keys().collect();
        (&rust - &python, &python - &rust)
    }

    /// How the two sets stand to each other, as far as is known.
    pub fn compared(&self) -> Compared {
        let (rust, python) = self.difference();
        let [all_of_rust, all_of_python] =
            [&self.rust, &self.python].map(|side| side.findings.complete());
        if all_of_python && !rust.is_empty() || all_of_rust && !python.is_empty() {
            // What only one was found to have, the other one cannot have.
            Compared::Different
        } else if all_of_rust && all_of_python {
            Compared::Equal
        } else {
            Compared::Unknown
        }
    }

    /// Whether every schedule of both was tried.
    pub fn complete(&self) -> bool {
        self.rust.findings.complete() && self.python.findings.complete()
    }

    /// Whether somebody has asked to stop.
    pub fn interrupted(&self) -> bool {
        let interrupted = |side: &Side| side.findings.fault == Some(Fault::Interrupted);
        interrupted(&self.rust) || interrupted(&self.python)
    }

    fn why(&self, question: &Question) -> Option<&'static str> {
        let why = twins::why_they_differ(self.name, question.chinese);
        why.filter(|_| self.compared() == Compared::Different)
    }

    /// Both sets as data: `{"program", "sleeps", "equal", "why", "rust", "python"}`. `equal` is null
    /// where it is not known; `rust` and `python` are as [`json`] has them.
    pub fn json(&mut self, question: &Question) -> Value {
        let equal = match self.compared() {
            Compared::Equal => Some(true),
            Compared::Different => Some(false),
            Compared::Unknown => None,
        };
        let why = self.why(question);
        let side = |side: &mut Side| json(self.name, side.world.as_mut(), &side.findings);
        object!({
            "program": self.name,
            "sleeps": self.sleeps.map(Sleeps::name),
            "equal": equal,
            "why": why,
            "rust": side(&mut self.rust),
            "python": side(&mut self.python),
        })
    }

    /// Shows both sets, each ending with its simplest schedule in either language.
    ///
    /// # Errors
    ///
    /// When `output` cannot be written.
    pub fn tell(&mut self, question: &Question, output: &mut dyn Write) -> io::Result<()> {
        let language = question.language();
        self.tell_heading(question, output)?;
        write!(output, "\n{}{}", self.rust.remarks, self.python.remarks)?;
        let mut endings: Vec<_> =
            self.rust.findings.by_simplicity().into_iter().map(|(e, _)| e.clone()).collect();
        for (ending, _) in self.python.findings.by_simplicity() {
            if !endings.contains(ending) {
                endings.push(ending.clone());
            }
        }
        for (number, ending) in (1..).zip(&endings) {
            let mut shown = false;
            for side in [&mut self.rust, &mut self.python] {
                let findings = &side.findings;
                let Some(found) = findings.endings.get(ending).cloned() else {
                    let never = match findings.complete() {
                        true => language.say("not in", "不会出现："),
                        false => language.say("not found in", "没有找到："),
                    };
                    writeln!(output, "\n{never} {}", side.language)?;
                    continue;
                };
                if !shown {
                    // Its text is the same for both.
                    let uncounted = Findings::default();
                    let bare = Found { schedules: None, ..found.clone() };
                    write!(
                        output,
                        "{}",
                        show(question.reader(), number, ending, &bare, &uncounted)
                    )?;
                    shown = true;
                }
                let counted = match (found.schedules, findings.schedules) {
                    (Some(some), Some(all)) => {
                        let (some, all) =
                            (words::number(language, some), words::number(language, all));
                        language.say(
                            format!("in {some} of {all} schedules. The simplest"),
                            format!("{all} 个调度中的 {some} 个，其中最简单的一个"),
                        )
                    }
                    _ => language
                        .say("the simplest schedule".to_string(), "最简单的调度".to_string()),
                };
                let name = side.language;
                let head =
                    language.say(format!("{name}, {counted}:"), format!("{name}：{counted}："));
                writeln!(output, "\n{head}\n")?;
                if let Ok(run) = follow(side.world.as_mut(), &found.schedule) {
                    write!(output, "{}", story(question.reader(), &side.sources, &run))?;
                }
            }
        }
        Ok(())
    }

    /// Says how the two sets stand to each other, in a line or a few.
    ///
    /// # Errors
    ///
    /// When `output` cannot be written.
    pub fn tell_heading(&self, question: &Question, output: &mut dyn Write) -> io::Result<()> {
        let language = question.language();
        let mut lines = vec![format!("{}: {}", self.name, self.summary(language))];
        lines.extend(self.why(question).map(str::to_string));
        if let Some(sleeps) = self.sleeps {
            let sleeps = words::sleeps(language, sleeps);
            lines.push(language.say(format!("Here {sleeps}."), format!("这里{sleeps}。")));
        }
        if self.masked {
            lines.push(language.say(
                "Times that are measured stand as *: they are not compared.",
                "测得的时间写作 *，不参与比较。",
            ));
        }
        for side in [&self.rust, &self.python].iter().filter(|side| !side.findings.complete()) {
            let how = words::completeness(language, side.findings.completeness);
            lines.push(format!("{}: {how}", side.language));
        }
        write!(output, "{}", question.reader().lines(&lines.join("\n"), 0))?;
        Ok(())
    }

    fn summary(&self, language: Language) -> String {
        let (rust, python) = self.difference();
        let one_step = if self.one_step_additions {
            language.say(" (additions in one step)", "（加法算一步）")
        } else {
            String::new()
        };
        let (rust, python) = (rust.len(), python.len());
        match self.compared() {
            Compared::Equal => {
                let count = self.rust.findings.endings.len();
                let endings = language.count(&count.to_string(), "ending", "种结局");
                language.say(
                    format!("{endings}, the same in Rust and in Python{one_step}"),
                    format!("{endings}，Rust 与 Python 完全相同{one_step}"),
                )
            }
            Compared::Different => language.say(
                format!("not the same: {rust} only in Rust, {python} only in Python{one_step}"),
                format!("不相同：{rust} 种只在 Rust 中，{python} 种只在 Python 中{one_step}"),
            ),
            Compared::Unknown => {
                let [ours, theirs] = [&self.rust, &self.python].map(|s| s.findings.endings.len());
                language.say(
                    format!(
                        "whether they are the same is not known: not everything was tried. Found so \
                         far: {ours} endings in Rust, {theirs} in Python, {rust} only in Rust, \
                         {python} only in Python{one_step}"
                    ),
                    format!(
                        "是否相同尚不清楚：没有检查全部情况。目前找到：Rust {ours} 种结局，Python \
                         {theirs} 种，其中 {rust} 种只在 Rust 中，{python} 种只在 Python 中{one_step}"
                    ),
                )
            }
        }
    }

    /// What a script is told: whether both come to the same.
    pub fn verdict(&self) -> Verdict {
        match self.compared() {
            Compared::Equal => Verdict::Good,
            Compared::Different => Verdict::Bad,
            Compared::Unknown => Verdict::Unfinished,
        }
    }

    /// This lesson as a row of the table of all lessons.
    fn row(&self, language: Language) -> String {
        let counts = [&self.rust, &self.python].map(|side| {
            let found = &side.findings;
            let open = if found.complete() { "" } else { "+" };
            let seconds = side.time.as_secs_f64();
            let speed = if seconds > 0.0 { found.runs as f64 / seconds } else { 0.0 };
            let endings = format!("{}{open}", found.endings.len());
            format!("{endings:>8}{:>8}{speed:>9.0}", found.runs)
        });
        let sleeps = self.sleeps.map_or(String::new(), |sleeps| sleeps.name().to_string());
        let said = match self.compared() {
            Compared::Equal => language.say("equal", "相同"),
            Compared::Different => language.say("different", "不同"),
            Compared::Unknown => language.say("not known", "尚不清楚"),
        };
        format!("{:<20}{sleeps:<10}{}{}  {said}", self.name, counts[0], counts[1])
    }
}

impl Side {
    fn search(
        language: &'static str,
        remarks: String,
        sources: Sources,
        mut world: Box<dyn World>,
        question: &Question,
    ) -> Result<Side, String> {
        let start = Instant::now();
        let findings = question.search(world.as_mut());
        let time = start.elapsed();
        match &findings.fault {
            Some(fault) if fault.is_refusal() => Err(words::fault(question.language(), fault)),
            _ => Ok(Side { language, remarks, sources, world, findings, time }),
        }
    }

    /// Endings that differ in nothing but measured times are one.
    fn forget_times(&mut self, lesson: &ProcessLesson) {
        let mut endings: BTreeMap<Ending, Found> = BTreeMap::new();
        for (mut ending, found) in std::mem::take(&mut self.findings.endings) {
            ending.output = lesson.without_times(&ending.output);
            match endings.get_mut(&ending) {
                None => {
                    endings.insert(ending, found);
                }
                Some(known) => known.join(found),
            }
        }
        self.findings.endings = endings;
    }
}

/// Holds all lessons against their twins, and says what comes of each as soon as it is known. A row has
/// the endings, the runs that this took, and the runs a second, of Rust and then of Python; a plus where
/// there may be more endings.
///
/// # Errors
///
/// When `output` cannot be written.
pub fn table(question: &Question, how: &How, output: &mut dyn Write) -> io::Result<Verdict> {
    let language = question.language();
    let mut verdict = Verdict::Good;
    if !question.json {
        writeln!(output, "{}", words::table_head(language))?;
    }
    'lessons: for name in names() {
        let readings: &[Sleeps] = match process_lessons::find(name) {
            None => &[Sleeps::Any],
            // What one sees differs with the random numbers.
            Some(lesson) if lesson.random => &[Sleeps::Any],
            Some(_) => &[Sleeps::Instant, Sleeps::Any],
        };
        for &sleeps in readings {
            match Both::search(name, question, &How { sleeps, ..how.clone() }) {
                Err(error) => {
                    verdict = verdict.worse(Verdict::None);
                    match question.json {
                        true => writeln!(output, "{}", object!({"program": name, "error": error}))?,
                        false => writeln!(output, "{name:<20}{error}")?,
                    }
                }
                Ok(mut both) => {
                    // What is named and explained is as it has to be.
                    if both.why(question).is_none() {
                        verdict = verdict.worse(both.verdict());
                    }
                    match question.json {
                        true => writeln!(output, "{}", both.json(question))?,
                        false => writeln!(output, "{}", both.row(language))?,
                    }
                    output.flush()?;
                    if both.interrupted() {
                        break 'lessons;
                    }
                }
            }
        }
    }
    if !question.json {
        let explained = names().filter_map(|name| {
            let why = twins::why_they_differ(name, question.chinese)?;
            Some(question.reader().lines(&format!("{name}: {why}"), 2))
        });
        for why in explained.filter(|_| !how.one_step_additions) {
            write!(output, "\n{why}")?;
        }
    }
    Ok(verdict)
}
