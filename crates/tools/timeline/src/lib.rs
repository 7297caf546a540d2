//! Draws what the processes and threads of a program did: one lane for each.
//!
//! # Layout
//!
//! * `watch`: runs the program with the crate `tracer` until its last process has ended
//! * `requests`: Ctrl-C and whatever else ends a program early; `spare`: whether there is a core to
//!   wait on without sleep
//! * `recorder`: writes down what each stop says of a thread; `calls` knows the system calls, and
//!   `divide` what a thread did between two stops
//! * `trace`: what was seen, a lane for each thread
//! * `chart` and `tree`: what of that there is to draw, and in which order
//! * `terminal`, `svg`, `html` and `json` draw it, in the words of `language`
//! * `program`: the program that a command line means
#![cfg(target_os = "linux")]

mod calls;
mod chart;
mod divide;
mod html;
mod json;
mod language;
mod program;
mod recorder;
mod requests;
mod spare;
mod svg;
mod terminal;
mod trace;
mod tree;
mod watch;

#[cfg(test)]
mod tests;

use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use terminal_size::{Width, terminal_size_of};

use crate::chart::Chart;
use crate::language::Language;
use crate::trace::Trace;

/// Runs a program and draws what its processes and threads did.
///
/// The program's own output passes through. When its last process has ended, the chart is written
/// to standard error. Ctrl-C reaches the program as it would without this; pressed three times, it
/// kills the program and draws what was seen until then.
///
/// The exit code is the program's, 124 if the limit ended it, and 128 plus the signal's number if a
/// signal did. It is 1 if the program succeeded and a picture could not be written.
#[derive(Parser)]
#[command(version, after_help = EXAMPLES)]
struct Options {
    /// Also write the chart as an SVG picture. A name that ends with .zh.svg or .en.svg says its
    /// language; may be given more than once.
    #[arg(long, value_name = "FILE")]
    svg: Vec<PathBuf>,

    /// Also write the chart as a page to look into, for any browser: zoom, drag, rest on a lane.
    #[arg(long, value_name = "FILE")]
    html: Vec<PathBuf>,

    /// Also write all events as JSON, for ui.perfetto.dev or chrome://tracing.
    #[arg(long, value_name = "FILE")]
    json: Vec<PathBuf>,

    /// End the program after so many seconds.
    #[arg(long, value_name = "SECONDS", value_parser = limit)]
    limit: Option<Duration>,

    /// The language of the chart: that of your environment if you do not say.
    #[arg(long)]
    language: Option<Language>,

    /// Also draw the threads that libraries make for themselves.
    #[arg(long)]
    every_thread: bool,

    /// Draw each lane by itself, even if there are many, and many of one kind.
    #[arg(long)]
    every_lane: bool,

    /// Also draw how the program loads itself.
    #[arg(long)]
    from_start: bool,

    /// A lesson's name, a path or a command, and its arguments.
    #[arg(required = true, trailing_var_arg = true, value_name = "PROGRAM")]
    command: Vec<OsString>,
}

const EXAMPLES: &str = "Examples:
  timeline bank_lock
  timeline --html bank.html python3 crates/lessons/bank_lock/bank_lock.py
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
            say(&message);
            ExitCode::from(code)
        }
    }
}

/// Tells the user something. When nobody can hear it, that is no reason to fail.
fn say(message: &str) {
    let _ = writeln!(io::stderr(), "timeline: {message}");
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
    let paths = [&options.svg, &options.html, &options.json].into_iter().flatten();
    // A picture that cannot be written is better known before the program runs than after it.
    let mut places = Vec::new();
    for path in paths {
        places.push(Place::try_out(path)?);
    }
    let file = program::find(&options.command[0]).map_err(|message| Failure::new(1, message))?;
    let mut command = options.command.clone();
    command[0] = file.into_os_string();
    let trace = watch(&command, options)?;

    let language = options.language.unwrap_or_else(Language::of_the_environment);
    let title = program::title(&options.command);
    let chart = Chart::new(&trace, title, options.every_thread, options.from_start);
    // The program may have stopped in the middle of a line.
    let picture = format!("\n{}", terminal::draw(&chart, &style(options, language)));
    let _ = io::stderr().write_all(picture.as_bytes());

    let mut written = true;
    for place in places {
        let path = &place.path;
        let text = if options.svg.contains(path) {
            svg::draw(&chart, language_of(path).unwrap_or(language), options.every_lane)
        } else if options.html.contains(path) {
            html::draw(&chart, language)
        } else {
            json::draw(&chart)
        };
        if let Err(failure) = place.write(&text) {
            say(&failure.message);
            written = false;
        }
    }
    let code = trace.outcome.exit_code();
    Ok(if code == 0 && !written { 1 } else { code })
}

fn watch(command: &[OsString], options: &Options) -> Result<Trace, Failure> {
    watch::run(command, options.limit, say).map_err(|error| {
        let typed = &options.command[0];
        match error.kind() {
            io::ErrorKind::NotFound => Failure::new(127, program::not_found(typed)),
            io::ErrorKind::PermissionDenied => Failure::new(126, program::not_executable(typed)),
            _ => Failure::new(126, format!("cannot run {}: {error}", typed.to_string_lossy())),
        }
    })
}

/// `bank.zh.svg` is to be in Chinese.
fn language_of(path: &Path) -> Option<Language> {
    match Path::new(path.file_stem()?).extension().and_then(OsStr::to_str)? {
        "en" => Some(Language::En),
        "zh" => Some(Language::Zh),
        _ => None,
    }
}

/// Where a picture is to be written.
struct Place {
    path: PathBuf,
    /// Whether there was no such file: then none is left when there is nothing to write.
    new: bool,
}

impl Place {
    fn try_out(path: &Path) -> Result<Place, Failure> {
        let new = !path.exists();
        let opened = File::options().append(true).create(true).open(path);
        let place = Place { path: path.to_path_buf(), new };
        match opened {
            Ok(_) => Ok(place),
            Err(error) => Err(place.not_written(&error)),
        }
    }

    fn write(mut self, text: &str) -> Result<(), Failure> {
        self.new = false;
        fs::write(&self.path, text).map_err(|error| self.not_written(&error))
    }

    fn not_written(&self, error: &io::Error) -> Failure {
        Failure::new(1, format!("cannot write {}: {error}", self.path.display()))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if self.new {
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// What the terminal at standard error can show.
fn style(options: &Options, language: Language) -> terminal::Style {
    let asked = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let dumb = std::env::var_os("TERM").is_none_or(|term| term == "dumb");
    let width = terminal_size_of(io::stderr()).map(|(Width(columns), _)| usize::from(columns));
    terminal::Style {
        width: width.filter(|&columns| columns > 0).unwrap_or(100),
        color: io::stderr().is_terminal() && !asked("NO_COLOR") && !dumb,
        every_lane: options.every_lane,
        language,
    }
}
