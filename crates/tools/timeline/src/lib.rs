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

use ::language::{Choice, say};
use clap::Parser;

use crate::chart::Chart;
use crate::language::Language;
use crate::trace::Trace;

#[derive(Parser)]
#[command(version, bin_name = RUN,
    about = say(
        "Runs a program and draws what its processes and threads did",
        "运行一个程序，画出它的进程和线程各做了什么"),
    long_about = say(ABOUT, ABOUT_ZH), after_help = examples())]
struct Options {
    #[arg(long, value_name = "FILE", help = say(
        "Also write the chart as a page for the browser: zoom, drag, rest on a lane",
        "把图也写成网页，用浏览器打开：可以缩放、拖动，把鼠标停在一条线上"))]
    html: Vec<PathBuf>,

    #[arg(long, value_name = "FILE",
        help = say("Also write the chart as an SVG picture", "把图也写成 SVG 图片"),
        long_help = say(
            "Also write the chart as an SVG picture. A name that ends with .zh.svg or .en.svg says its \
             language; may be given more than once",
            "把图也写成 SVG 图片。文件名以 .zh.svg 或 .en.svg 结尾时，语言由它决定；可以写几次"))]
    svg: Vec<PathBuf>,

    #[command(flatten)]
    choice: Choice,

    #[arg(long, value_name = "T", value_parser = limit, help = say(
        "End the program after so many seconds", "运行这么多秒后结束程序"))]
    limit: Option<Duration>,

    #[arg(long, help = say(
        "Draw each lane by itself, even if there are many of one kind",
        "每条线都单独画，即使有很多条同样的"))]
    every_lane: bool,

    #[arg(long, help = say(
        "Also draw the threads that libraries make for themselves",
        "库自己启动的线程也画出来"))]
    every_thread: bool,

    #[arg(long, help = say("Also draw how the program loads itself", "程序加载自身的过程也画出来"))]
    from_start: bool,

    #[arg(long, value_name = "FILE", help = say(
        "Also write all events as JSON, for ui.perfetto.dev or chrome://tracing",
        "把所有事件也写成 JSON，可用 ui.perfetto.dev 或 chrome://tracing 打开"))]
    json: Vec<PathBuf>,

    #[arg(required = true, trailing_var_arg = true, value_name = say("PROGRAM", "程序"), help = say(
        "A lesson, a path or a command, and its arguments",
        "课名、路径或命令，以及它的参数"))]
    command: Vec<OsString>,
}

const ABOUT: &str = "\
Runs a program and draws what its processes and threads did.

The program's own output passes through. When its last process has ended, the chart is written to \
standard error. Ctrl-C reaches the program as it would without this; pressed three times, it kills the \
program and draws what was seen until then.

The exit code is the program's, 124 if the limit ended it, and 128 plus the signal's number if a signal \
did. It is 1 if the program succeeded and a picture could not be written.";

const ABOUT_ZH: &str = "\
运行一个程序，画出它的进程和线程各做了什么。

程序自己的输出照常显示。最后一个进程结束后，图写到标准错误。Ctrl-C 照常送到程序；连按三次就终止程序，\
画出到那时为止看到的。

退出码就是程序的退出码；到时限被结束时是 124，被信号终止时是 128 加信号的编号。程序成功而图片没能写出时\
是 1。";

/// What comes last in the help.
fn examples() -> String {
    let lines = [
        "bank_lock",
        "--html bank.html python3 crates/lessons/bank_lock/bank_lock.py",
        "--limit 3 ping_pong_process",
    ];
    let heading = say("Examples:", "例子：").to_owned();
    lines.iter().fold(heading, |text, line| format!("{text}\n  {RUN} {line}"))
}

/// How the command is started in the folder of the course.
const RUN: &str = "cargo run -p timeline --";

fn limit(typed: &str) -> Result<Duration, &'static str> {
    let seconds: f64 = typed.parse().map_err(|_| say("not a number of seconds", "这不是秒数"))?;
    if seconds > 0.0 && seconds <= 86400.0 {
        Ok(Duration::from_secs_f64(seconds))
    } else {
        Err(say(
            "must be more than 0 and at most a day, which is 86400",
            "须大于 0，至多一天，即 86400",
        ))
    }
}

/// Does what the command line asks for.
pub fn main() -> ExitCode {
    let options: Options = ::language::parse();
    match run(&options) {
        Ok(code) => ExitCode::from(code),
        Err(Failure { code, message }) => {
            tell(&message);
            ExitCode::from(code)
        }
    }
}

/// Tells the user something. When nobody can hear it, that is no reason to fail.
fn tell(message: &str) {
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
    let language = options.choice.language();
    let paths = [&options.svg, &options.html, &options.json].into_iter().flatten();
    // A picture that cannot be written is better known before the program runs than after it.
    let mut places = Vec::new();
    for path in paths {
        places.push(Place::try_out(path, language)?);
    }
    let file =
        program::find(language, &options.command[0]).map_err(|message| Failure::new(1, message))?;
    let mut command = options.command.clone();
    command[0] = file.into_os_string();
    let trace = watch(&command, options, language)?;

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
            tell(&failure.message);
            written = false;
        }
    }
    let code = trace.outcome.exit_code();
    Ok(if code == 0 && !written { 1 } else { code })
}

fn watch(command: &[OsString], options: &Options, language: Language) -> Result<Trace, Failure> {
    watch::run(command, options.limit, tell).map_err(|error| {
        let typed = &options.command[0];
        match error.kind() {
            io::ErrorKind::NotFound => Failure::new(127, program::not_found(language, typed)),
            io::ErrorKind::PermissionDenied => {
                Failure::new(126, program::not_executable(language, typed))
            }
            _ => {
                let typed = typed.to_string_lossy();
                let why = ::language::system(language, &error);
                let message = language.choose(
                    format!("cannot run {typed}: {why}"),
                    format!("无法运行 {typed}：{why}"),
                );
                Failure::new(126, message)
            }
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
    language: Language,
    /// Whether there was no such file: then none is left when there is nothing to write.
    new: bool,
}

impl Place {
    fn try_out(path: &Path, language: Language) -> Result<Place, Failure> {
        let new = !path.exists();
        let opened = File::options().append(true).create(true).open(path);
        let place = Place { path: path.to_path_buf(), language, new };
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
        let (path, why) = (self.path.display(), ::language::system(self.language, error));
        let message = self
            .language
            .choose(format!("cannot write {path}: {why}"), format!("无法写入 {path}：{why}"));
        Failure::new(1, message)
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
    terminal::Style {
        width: text::terminal_width(io::stderr()).unwrap_or(100),
        color: io::stderr().is_terminal() && !asked("NO_COLOR") && !dumb,
        every_lane: options.every_lane,
        language,
    }
}
