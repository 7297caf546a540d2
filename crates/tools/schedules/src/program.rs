//! A student's own program, from the inside: this is what the program calls that the command has built
//! from it. It searches itself.

use std::env;
use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::answer::{Question, Verdict};
use crate::search::{Completeness, Ending, Findings, Found};
use crate::tell::report::Subject;
use crate::tell::source::Sources;
use crate::tell::words::{self, Language};
use crate::world::{End, Fault};
use crate::worlds::rust::stand_in::{env::set_args, io::set_stdin};
use crate::worlds::rust::{INTERRUPT, Program, latest_step, progress};

/// The environment variable in which the command says what is asked.
pub const ASKED: &str = "SCHEDULES_ASKED";

/// A run of a student's program that takes more steps is cut off.
const STEPS: usize = 10_000;

/// How long after the end of its time a program may go without a step before it is given up.
const PATIENCE: Duration = Duration::from_secs(1);

/// What the command asks a program that it has built.
#[derive(Clone, Debug, PartialEq)]
pub struct Asked {
    /// The question.
    pub question: Question,
    /// What the program is called.
    pub name: String,
    /// The folder in which the sources are, as they were compiled.
    pub folder: PathBuf,
    /// The sources, by their paths in the folder: that of main first.
    pub sources: Vec<String>,
    /// What the program reads from stdin.
    pub stdin: String,
    /// The program's arguments, its name first.
    pub arguments: Vec<String>,
    /// What must be said beside the findings.
    pub remarks: Vec<String>,
}

impl Asked {
    /// What is asked, as one line of text.
    pub fn to_line(&self) -> String {
        let asked = json!({
            "question": self.question.to_json(),
            "name": self.name,
            "folder": self.folder.to_string_lossy(),
            "sources": self.sources,
            "stdin": self.stdin,
            "arguments": self.arguments,
            "remarks": self.remarks,
        });
        asked.to_string()
    }

    /// What is asked, from such a line, or `None` if it is none.
    pub fn from_line(line: &str) -> Option<Asked> {
        let asked: Value = serde_json::from_str(line).ok()?;
        Some(Asked {
            question: Question::from_json(&asked["question"])?,
            name: text(&asked["name"])?,
            folder: PathBuf::from(text(&asked["folder"])?),
            sources: texts(&asked["sources"])?,
            stdin: text(&asked["stdin"])?,
            arguments: texts(&asked["arguments"])?,
            remarks: texts(&asked["remarks"])?,
        })
    }

    fn read() -> Option<Asked> {
        Asked::from_line(&env::var(ASKED).ok()?)
    }

    fn sources(&self) -> Sources {
        let read = |path: &String| {
            let text = fs::read_to_string(self.folder.join(path)).unwrap_or_default();
            // The line that makes main callable is not the student's.
            let text = text.split("\n#[doc(hidden)] pub fn __schedules_main").next();
            (path.clone(), text.unwrap_or_default().to_string())
        };
        let files: Vec<_> = self.sources.iter().map(read).collect();
        Sources::new(files.iter().map(|(path, text)| (path.as_str(), text.as_str())))
    }
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_string)
}

fn texts(value: &Value) -> Option<Vec<String>> {
    value.as_array()?.iter().map(text).collect()
}

/// Answers what the command asks of the program whose main function this is.
pub fn run(main: fn() -> ExitCode) -> ExitCode {
    let Some(asked) = Asked::read() else {
        // Which language the reader wants is not known here.
        eprintln!("{}", words::made_by_the_command());
        return ExitCode::from(Verdict::None as u8);
    };
    set_stdin(asked.stdin.clone());
    set_args(asked.arguments.clone());
    // Lives as long as the process: a search may never come back.
    let program: &'static Program = Box::leak(Box::new(Program::new(main).limited(STEPS)));
    match searched(&asked, program) {
        Ok(verdict) => ExitCode::from(verdict as u8),
        // Whoever reads has seen enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            let language = asked.question.language();
            eprintln!("{}", words::error(language, &words::system(language, &error)));
            ExitCode::from(Verdict::None as u8)
        }
    }
}

fn searched(asked: &Asked, program: &'static Program) -> io::Result<Verdict> {
    let question = asked.question.clone();
    if !question.play {
        heed_the_command();
    }
    let threads = system_threads();
    let (sender, receiver) = channel();
    let worker = thread::spawn(move || {
        let mut world = program;
        // Who does not wait for the findings any more has given the search up.
        let _ = sender.send(question.search(&mut world));
    });
    let time = Duration::try_from_secs_f64(asked.question.seconds).unwrap_or(Duration::MAX);
    let deadline = Instant::now().checked_add(time);
    let mut seen = (progress(), Instant::now());
    let mut findings = loop {
        match receiver.recv_timeout(Duration::from_millis(100)) {
            Ok(findings) => break findings,
            // Its panic is on stderr already.
            Err(RecvTimeoutError::Disconnected) => return Ok(Verdict::None),
            Err(RecvTimeoutError::Timeout) => {}
        }
        if progress() != seen.0 {
            seen = (progress(), Instant::now());
        }
        let late = deadline.is_some_and(|deadline| Instant::now() > deadline)
            || INTERRUPT.load(Ordering::Relaxed);
        if late && seen.1.elapsed() > PATIENCE {
            return given_up(asked);
        }
    };
    // Stories are told all the same.
    INTERRUPT.store(false, Ordering::Relaxed);
    findings.remarks.clone_from(&asked.remarks);
    // The search has let the world go.
    let _ = worker.join();
    if still_more_threads_than(threads) {
        findings.fault = Some(Fault::Refused(words::unknown_threads(asked.question.language())));
        if findings.complete() {
            findings.completeness = Completeness::Stopped(time);
        }
    }
    let sources = asked.sources();
    let subject = Subject { name: &asked.name, sources: &sources, remarks: "" };
    let mut world = program;
    let mut output = io::stdout().lock();
    asked.question.tell(&subject, &mut world, &findings, &mut output)?;
    output.flush()?;
    Ok(asked.question.verdict(&findings))
}

/// Stops the search when the command closes this process's stdin: somebody has pressed Ctrl-C there, or
/// the command is gone. What the searched program reads from stdin does not come from there.
fn heed_the_command() {
    thread::spawn(|| {
        let _ = io::copy(&mut io::stdin().lock(), &mut io::sink());
        INTERRUPT.store(true, Ordering::Relaxed);
    });
}

/// What is said of a program that goes on for ever between two steps: no scheduler can take the turn
/// from it.
fn given_up(asked: &Asked) -> io::Result<Verdict> {
    let mut findings = Findings::default();
    let ending = Ending { output: String::new(), end: End::Endless, uncaught: Vec::new() };
    let found = Found { schedules: None, schedule: Vec::new(), switches: 0 };
    findings.endings.insert(ending, found);
    let time = Duration::try_from_secs_f64(asked.question.seconds).unwrap_or_default();
    findings.completeness = Completeness::Stopped(time);
    let place =
        latest_step().map(|(file, line)| (file.rsplit(['/', '\\']).next().unwrap_or(file), line));
    let sentence = words::computes(asked.question.language(), &asked.name, place);
    let mut output = io::stdout().lock();
    if asked.question.json {
        let answer = serde_json::json!({
            "program": asked.name,
            "complete": format!("stopped after {} s", asked.question.seconds),
            "schedules": null,
            "endings": [{"output": "", "end": "endless", "schedules": null, "choices": []}],
            "notes": [sentence],
        });
        writeln!(output, "{answer}")?;
    } else {
        write!(output, "{}", asked.question.reader().lines(&sentence, 0))?;
    }
    output.flush()?;
    // The thread that searches cannot be stopped: it goes with the process.
    Ok(Verdict::Bad)
}

/// What a test that `schedules` made of one of the program's says on stdout, after this and on one line.
pub const TEST: &str = "schedules-test:";

/// What came of a test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tested {
    /// The test's name, with its modules.
    pub name: String,
    /// Whether it passes in every schedule that was tried.
    pub passes: bool,
    /// The report on it, with a story where it fails.
    pub report: String,
    /// How much was tried, in the words of `json`.
    pub complete: String,
    /// The same in the language of the answer.
    pub tried: String,
    /// Whether all was tried that was asked for.
    pub finished: bool,
}

impl Tested {
    /// This, as one line of text.
    pub fn to_line(&self) -> String {
        let Tested { name, passes, report, complete, tried, finished } = self;
        json!({
            "name": name,
            "passes": passes,
            "report": report,
            "complete": complete,
            "tried": tried,
            "finished": finished,
        })
        .to_string()
    }

    /// This, from such a line, or `None` if it is none.
    pub fn from_line(line: &str) -> Option<Tested> {
        let tested: Value = serde_json::from_str(line).ok()?;
        Some(Tested {
            name: text(&tested["name"])?,
            passes: tested["passes"].as_bool()?,
            report: text(&tested["report"])?,
            complete: text(&tested["complete"])?,
            tried: text(&tested["tried"])?,
            finished: tested["finished"].as_bool()?,
        })
    }
}

/// Runs a test under every schedule. It passes if it returns in each of them, or panics in each if
/// `panics` says so.
///
/// # Panics
///
/// When it does not pass.
pub fn test(name: &'static str, panics: bool, main: fn() -> ExitCode) {
    let Some(asked) = Asked::read() else {
        panic!("{}", words::made_by_the_command());
    };
    let program: &'static Program = Box::leak(Box::new(Program::new(main).limited(STEPS)));
    let mut world = program;
    let mut findings = asked.question.search(&mut world);
    findings.remarks.clone_from(&asked.remarks);
    // The name of the crate is one that the command has made up.
    let name = name.split_once("::").map_or(name, |(_, name)| name);
    let good = |end: &End| match end {
        End::Panicked(_) => panics,
        End::Returned => !panics,
        _ => false,
    };
    let language = asked.question.language();
    let passes =
        !findings.endings.is_empty() && findings.endings.keys().all(|ending| good(&ending.end));
    let sources = asked.sources();
    let subject = Subject { name, sources: &sources, remarks: "" };
    let [complete, tried] = [Language::English, language]
        .map(|language| words::completeness(language, findings.completeness));
    let finished = asked.question.is_finished(&findings);
    let report =
        crate::tell::report::report(asked.question.reader(), &subject, &mut world, &findings);
    let name = name.to_string();
    let tested = Tested { name: name.clone(), passes, report, complete, tried, finished };
    let line = tested.to_line();
    // Around the capture of the test harness, which takes what `println!` prints.
    let _ = writeln!(io::stdout(), "\n{TEST}{line}");
    assert!(passes, "{name} does not pass in every schedule");
}

/// Whether there are more threads than there were. One that has ended may be seen for a moment.
fn still_more_threads_than(threads: usize) -> bool {
    (0..20).all(|_| {
        thread::sleep(Duration::from_millis(1));
        system_threads() > threads
    })
}

/// How many threads this process has, as far as the system tells.
fn system_threads() -> usize {
    fs::read_dir("/proc/self/task").map_or(0, Iterator::count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_comes_back_from_its_line() {
        let question = Question {
            seconds: 0.5,
            switches: Some(3),
            schedules: None,
            seed: u64::MAX,
            json: true,
            one_output: false,
            play: false,
            chinese: true,
            terminal: Some(80),
            html: Some(PathBuf::from("game.html")),
        };
        let asked = Asked {
            question,
            name: "homework".to_string(),
            folder: PathBuf::from("a folder"),
            sources: vec!["src/main.rs".to_string()],
            stdin: "合计\n".to_string(),
            arguments: vec!["homework".to_string(), "\"\u{2028}".to_string()],
            remarks: Vec::new(),
        };
        assert_eq!(Asked::from_line(&asked.to_line()), Some(asked));
        assert_eq!(Asked::from_line("{}"), None);
    }

    #[test]
    fn what_came_of_a_test_comes_back_from_its_line() {
        let tested = Tested {
            name: "tests::counts".to_string(),
            passes: false,
            report: "two\nlines".to_string(),
            complete: "all schedules".to_string(),
            tried: "全部调度".to_string(),
            finished: true,
        };
        assert_eq!(Tested::from_line(&tested.to_line()), Some(tested));
    }
}
