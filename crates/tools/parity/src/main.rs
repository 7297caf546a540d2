//! Runs a lesson and its Python twin and shows them side by side, or all lessons in a table, or runs
//! lessons a thousand times.
//!
//! # Layout
//!
//! * `measured`: one run and what it cost, each in a process of its own
//! * `sets`: whether both programs of a lesson can come to the same, as `schedules` finds it
//! * `columns`: how two runs look side by side, and many in a table

mod columns;
mod measured;
mod sets;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::thread;
use std::time::Instant;

use clap::Parser;
use course::Kind;
use language::{Choice, Language, say};
use measured::Measured;
use progress::Progress;
use runner::{Cores, Program};
use says::Description;
use sets::Sets;

#[derive(Debug, Parser)]
#[command(bin_name = RUN,
    about = say(
        "Runs a lesson and its Python twin side by side",
        "运行一课和它的 Python 程序，把两边打印的内容并排显示"),
    long_about = say(
        "Runs a lesson and its Python twin side by side. Of several, or of all if none is named, it shows in a \
         table what each of them costs, and of those that `schedules` compares whether both programs can \
         come to the same",
        "运行一课和它的 Python 程序，把两边打印的内容并排显示。写几个课名，或者一个也不写（即全部），就用表格显示\
         各自的开销；`schedules` 能比较的课，还说明两种语言所有可能的结局是否相同"),
    after_help = examples())]
struct Arguments {
    #[arg(value_name = say("LESSON", "课名"), help = say(
        "Lessons; `processes`, `threads` and `measured` name all of a kind",
        "课名；`processes`、`threads`、`measured` 各表示一类的全部"))]
    lessons: Vec<String>,
    #[arg(long, value_name = "N", requires = "lessons",
        value_parser = clap::value_parser!(u32).range(1..), help = say(
            "Run the Rust program so many times, and stop at the first run that is not as described",
            "把 Rust 程序运行这么多次，遇到不符合说明的一次就停"))]
    times: Option<u32>,
    #[command(flatten)]
    choice: Choice,
    /// Run one lesson in one language, and print what was measured as JSON
    #[arg(long, hide = true, value_name = "LANGUAGE", requires = "executable")]
    measured: Option<measured::Language>,
    /// The built Rust program for --measured
    #[arg(long, hide = true, value_name = "PATH", requires = "measured")]
    executable: Option<PathBuf>,
}

/// What comes last in the help.
fn examples() -> String {
    let heading = say("Examples:", "例子：").to_owned();
    let lines = ["process_order", "bank_lock bank_no_lock", "--times 20 threads"];
    lines.iter().fold(heading, |text, line| format!("{text}\n  {RUN} {line}"))
}

/// How the command is started in the folder of the course.
const RUN: &str = "cargo run -p parity --";

fn main() -> ExitCode {
    match run(&language::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::from(2)
        }
    }
}

/// Whether all that was run is as described.
fn run(arguments: &Arguments) -> Result<bool, String> {
    let language = arguments.choice.language();
    let lessons = expand(&arguments.lessons);
    if let (Some(measured), Some(executable), [lesson]) =
        (arguments.measured, &arguments.executable, &lessons[..])
    {
        return measured::in_this_process(measured, lesson, executable, language);
    }
    match (&lessons[..], arguments.times) {
        (lessons, Some(times)) => many(language, times as usize, lessons),
        ([], None) => all(language, &names()),
        ([lesson], None) => side_by_side(language, lesson),
        (lessons, None) => all(language, lessons),
    }
}

/// The lessons that are meant by words some of which name all of a kind.
fn expand(words: &[String]) -> Vec<String> {
    let mut lessons = Vec::new();
    for word in words {
        match Kind::ALL.into_iter().find(|kind| kind.plural() == word) {
            Some(kind) => {
                let listed = course::listed().into_iter().filter(|lesson| lesson.kind == kind);
                lessons.extend(listed.map(|lesson| lesson.name));
            }
            None => lessons.push(word.clone()),
        }
    }
    lessons
}

/// Shows one lesson in both languages, side by side.
fn side_by_side(language: Language, name: &str) -> Result<bool, String> {
    description(language, name)?;
    python(language)?;
    let progress = Progress::new(language, 2);
    progress.about(format!("{name} (Rust)"));
    let executable = build(language, name)?;
    let rust = Measured::run(measured::Language::Rust, name, &executable, language)?;
    progress.one_more();
    progress.about(format!("{name} (Python)"));
    let python = Measured::run(measured::Language::Python, name, &executable, language)?;
    drop(progress);
    println!("{name}\n");
    print!("{}", columns::side_by_side(language, width(), &rust, &python));
    Ok(rust.fits() && python.fits())
}

/// Runs lessons many times, as many side by side as their kind allows, and says of each whether
/// every run was as described.
fn many(language: Language, times: usize, names: &[String]) -> Result<bool, String> {
    let lessons = names.iter().map(|name| Ok((name, description(language, name)?)));
    let lessons = lessons.collect::<Result<Vec<_>, String>>()?;
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let mut all_fit = true;
    for (name, description) in lessons {
        let program = Program::new(build(language, name)?);
        let side_by_side = if description.mostly_sleeps() { SLEEPERS } else { cores };
        let progress = Progress::new(language, times);
        progress.about(name);
        let from = Instant::now();
        let outcome =
            runner::many_runs(times, side_by_side, Cores::All, &program, &description, |_| {
                progress.one_more();
            });
        drop(progress);
        match &outcome {
            Ok(()) => {
                let seconds = from.elapsed().as_secs_f64();
                let text = language.choose(
                    format!("{name}: {times} runs as described, {seconds:.0} s"),
                    format!("{name}：运行 {times} 次，都符合说明，{seconds:.0} 秒"),
                );
                println!("{text}");
            }
            Err(fault) => {
                let text = language
                    .choose(format!("{name}: {fault}"), format!("{name}：{}", fault.in_chinese()));
                println!("{text}");
            }
        }
        all_fit &= outcome.is_ok();
    }
    Ok(all_fit)
}

/// How many programs that mostly sleep run side by side.
const SLEEPERS: usize = 20;

/// Shows lessons in a table, a row each.
fn all(language: Language, names: &[String]) -> Result<bool, String> {
    python(language)?;
    let mut least = 0.0;
    for name in names {
        least += 2.0 * description(language, name)?.sleep_seconds();
    }
    let count = names.len();
    let text = language.choose(
        format!("{count} lessons run in Rust and in Python, one after the other."),
        format!("{count} 课，用 Rust 和 Python 一个接一个地运行。"),
    );
    eprintln!("{text}");
    if least > 0.0 {
        let text = language.choose(
            format!("They sleep for {least:.0} s in all, so it takes longer than that."),
            format!("其中的睡眠一共 {least:.0} 秒，所以要花更长的时间。"),
        );
        eprintln!("{text}");
    }
    let progress = Progress::new(language, names.len());
    let mut executables = Vec::new();
    for name in names {
        progress.about(language.choose(format!("building {name}"), format!("编译 {name}")));
        executables.push(build(language, name)?);
        progress.one_more();
    }
    progress.about(language.choose("building schedules", "编译 schedules"));
    let searched = Sets::of_lessons(language, names)?;
    drop(progress);

    let width = width();
    let head = language.choose(
        "Wall and CPU time in seconds, peak memory of the largest process in MB.\n\
             Endings: all that the small version of a lesson can come to, in both languages.",
        "实际时间和 CPU 时间以秒计，最大的进程的内存峰值以 MB 计。\n\
             结局：一课的缩小版在两种语言里所有可能的结局。",
    );
    for line in head.lines().flat_map(|line| text::wrap(line, width, 0)) {
        println!("{line}");
    }
    println!("\n{}", columns::header(language, width));
    let remark = |name: &str, told: &str| {
        let colon = language.choose(": ", "：");
        let lines = text::wrap(&format!("{name}{colon}{told}"), width, 2);
        format!("\n{}\n", lines.join("\n"))
    };
    let progress = Progress::new(language, names.len());
    let mut all_fit = true;
    let mut remarks = String::new();
    for (name, executable) in names.iter().zip(&executables) {
        progress.about(name);
        let rust = Measured::run(measured::Language::Rust, name, executable, language)?;
        let python = Measured::run(measured::Language::Python, name, executable, language)?;
        progress.about(
            language.choose(format!("every ending of {name}"), format!("{name} 的所有结局")),
        );
        let sets = searched.compare(language, name)?;
        let sleeps = description(language, name)?.sleep_seconds();
        let row =
            columns::row(language, width, name, [&rust, &python], sleeps, &sets.told(language));
        progress.print(&row);
        progress.one_more();
        for (program, run) in [("Rust", &rust), ("Python", &python)] {
            if let Some(complaint) = &run.complaint {
                let between = language.choose(", ", "，");
                remarks += &remark(&format!("{name}{between}{program}"), complaint);
            }
        }
        if let Some(told) = sets.remark(language) {
            remarks += &remark(name, &told);
        }
        all_fit &= rust.fits() && python.fits() && sets.is_as_it_should_be();
    }
    drop(progress);
    print!("{remarks}");
    Ok(all_fit)
}

/// How many columns there are to fill: those of the terminal, and elsewhere as many as it takes.
fn width() -> usize {
    text::terminal_width(std::io::stdout()).unwrap_or(usize::MAX)
}

/// The program of a lesson or a tool.
fn build(language: Language, package: &str) -> Result<PathBuf, String> {
    course::build(package).map_err(|why| language::not_built(language, &why))
}

fn python(language: Language) -> Result<&'static Path, String> {
    course::python().map_err(|why| language::no_python(language, why))
}

fn names() -> Vec<String> {
    descriptions::ALL.iter().map(|described| described.lesson.to_owned()).collect()
}

fn description(language: Language, name: &str) -> Result<Description, String> {
    descriptions::of(name).ok_or_else(|| {
        language.choose(
            format!("there is no lesson {name}; there are {}", names().join(", ")),
            format!("没有叫 {name} 的课；所有的课是 {}", names().join("、")),
        )
    })
}
