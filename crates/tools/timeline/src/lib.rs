//! Draws what the processes and threads of a program did: one lane for each.
//!
//! `tracer` watches the program with ptrace, `recorder` writes down what it learns as a
//! `trace`, `chart` says what of that there is to draw, and `terminal`, `svg` and `json`
//! draw it.
#![cfg(target_os = "linux")]

mod calls;
mod chart;
mod json;
mod processes;
mod program;
mod recorder;
mod svg;
mod sys;
mod terminal;
mod trace;
mod tracer;
mod tree;

#[cfg(test)]
mod tests;

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Duration;

use clap::Parser;

use crate::chart::Chart;
use crate::trace::Trace;

/// Runs a program and draws what its processes and threads did.
///
/// The program's own output passes through. When its last process has ended, the chart is written
/// to standard error. Ctrl-C ends the program and draws what was seen until then.
///
/// The exit code is the program's, 124 if the limit ended it, and 128 plus the signal's number if a
/// signal did.
#[derive(Parser)]
#[command(version, after_help = EXAMPLES)]
struct Options {
    /// Also write the chart as an SVG picture.
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,

    /// Also write all events as JSON, for ui.perfetto.dev or chrome://tracing.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,

    /// End the program after so many seconds.
    #[arg(long, value_name = "SECONDS", value_parser = limit)]
    limit: Option<Duration>,

    /// Also draw the threads that libraries make for themselves.
    #[arg(long)]
    every_thread: bool,

    /// Draw every lane in the terminal, even if there are more than 40.
    #[arg(long)]
    every_lane: bool,

    /// A lesson's name, a path or a command, and its arguments.
    #[arg(required = true, trailing_var_arg = true, value_name = "PROGRAM")]
    command: Vec<OsString>,
}

const EXAMPLES: &str = "Examples:
  timeline bank_lock
  timeline --svg bank.svg python3 crates/lessons/bank_lock/bank_lock.py
  timeline --limit 3 ping_pong_process";

fn limit(typed: &str) -> Result<Duration, String> {
    let seconds: f64 = typed.parse().map_err(|_| "not a number of seconds")?;
    if seconds > 0.0 && seconds <= 86400.0 {
        Ok(Duration::from_secs_f64(seconds))
    } else {
        Err("must be more than 0 and at most a day, which is 86400".to_string())
    }
}

/// Does what the command line asks for.
pub fn main() -> ExitCode {
    let options = Options::parse();
    match run(&options) {
        Ok(code) => ExitCode::from(code),
        Err(Failure { code, message }) => {
            eprintln!("timeline: {message}");
            ExitCode::from(code)
        }
    }
}

/// Why there is no chart, and the exit code that says so, as shells have them.
struct Failure {
    code: u8,
    message: String,
}

impl Failure {
    fn new(code: u8, message: impl Into<String>) -> Failure {
        let message = message.into();
        Failure { code, message }
    }
}

fn run(options: &Options) -> Result<u8, Failure> {
    for path in [&options.svg, &options.json].into_iter().flatten() {
        try_to_write(path)?;
    }
    let file = program::find(&options.command[0]).map_err(|message| Failure::new(1, message))?;
    let mut command = Command::new(&file);
    command.args(&options.command[1..]);
    let trace = watch(&mut command, options)?;

    let chart = Chart::new(&trace, program::title(&options.command), options.every_thread);
    // The program may have stopped in the middle of a line.
    eprint!("\n{}", terminal::draw(&chart, &style(options)));
    if let Some(path) = &options.svg {
        write(path, &svg::draw(&chart))?;
    }
    if let Some(path) = &options.json {
        write(path, &json::draw(&chart))?;
    }
    Ok(trace.outcome.exit_code())
}

fn watch(command: &mut Command, options: &Options) -> Result<Trace, Failure> {
    tracer::run(command, options.limit).map_err(|error| {
        let typed = &options.command[0];
        match error.kind() {
            io::ErrorKind::NotFound => Failure::new(127, program::not_found(typed)),
            io::ErrorKind::PermissionDenied => Failure::new(126, program::not_executable(typed)),
            _ => Failure::new(126, format!("cannot run {}: {error}", typed.to_string_lossy())),
        }
    })
}

/// A picture that cannot be written is better known before the program runs than after it.
fn try_to_write(path: &Path) -> Result<(), Failure> {
    let opened = File::options().append(true).create(true).open(path);
    opened.map(|_| ()).map_err(|error| not_written(path, &error))
}

fn write(path: &Path, text: &str) -> Result<(), Failure> {
    fs::write(path, text).map_err(|error| not_written(path, &error))
}

fn not_written(path: &Path, error: &io::Error) -> Failure {
    Failure::new(1, format!("cannot write {}: {error}", path.display()))
}

/// What the terminal at standard error can show.
fn style(options: &Options) -> terminal::Style {
    let asked = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let dumb = std::env::var_os("TERM").is_none_or(|term| term == "dumb");
    let width = sys::terminal_width();
    terminal::Style {
        width: width.unwrap_or(100),
        color: io::stderr().is_terminal() && !asked("NO_COLOR") && !dumb,
        every_lane: options.every_lane,
    }
}
