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

use std::path::PathBuf;
use std::process::ExitCode;
use std::thread;
use std::time::Instant;

use clap::Parser;
use course::Kind;
use measured::{Language, Measured};
use progress::Progress;
use runner::{Cores, Program};
use says::Description;
use sets::Sets;

/// Runs a lesson and its Python twin side by side. Without a name it runs all lessons, one after the
/// other, and shows in a table what each of them costs, and of those that `schedules` compares whether
/// both programs can come to the same.
#[derive(Debug, Parser)]
#[command(
    after_help = "In place of a lesson, `processes`, `threads` and `measured` name all of a kind."
)]
struct Arguments {
    /// The lesson, or with --times any number of them
    #[arg(value_name = "LESSON")]
    lessons: Vec<String>,
    /// Run the Rust program so many times, and stop at the first run that is not as described
    #[arg(long, value_name = "NUMBER", requires = "lessons",
        value_parser = clap::value_parser!(u32).range(1..))]
    times: Option<u32>,
    /// Run one lesson in one language, and print what was measured as JSON
    #[arg(long, hide = true, value_name = "LANGUAGE", requires = "executable")]
    measured: Option<Language>,
    /// The built Rust program for --measured
    #[arg(long, hide = true, value_name = "PATH", requires = "measured")]
    executable: Option<PathBuf>,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
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
    let lessons = expand(&arguments.lessons);
    if let (Some(language), Some(executable), [lesson]) =
        (arguments.measured, &arguments.executable, &lessons[..])
    {
        return measured::in_this_process(language, lesson, executable);
    }
    match (&lessons[..], arguments.times) {
        (lessons, Some(times)) => many(times as usize, lessons),
        ([], None) => all(&names()),
        ([lesson], None) => side_by_side(lesson),
        (lessons, None) => all(lessons),
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
fn side_by_side(name: &str) -> Result<bool, String> {
    description(name)?;
    course::python()?;
    let progress = Progress::new(2);
    progress.about(format!("{name} in Rust"));
    let executable = course::build(name)?;
    let rust = Measured::run(Language::Rust, name, &executable)?;
    progress.one_more();
    progress.about(format!("{name} in Python"));
    let python = Measured::run(Language::Python, name, &executable)?;
    drop(progress);
    println!("{name}\n");
    print!("{}", columns::side_by_side(&rust, &python));
    Ok(rust.fits() && python.fits())
}

/// Runs lessons many times, as many side by side as their kind allows, and says of each whether
/// every run was as described.
fn many(times: usize, names: &[String]) -> Result<bool, String> {
    let lessons = names.iter().map(|name| Ok((name, description(name)?)));
    let lessons = lessons.collect::<Result<Vec<_>, String>>()?;
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let mut all_fit = true;
    for (name, description) in lessons {
        let program = Program::new(course::build(name)?);
        let side_by_side = if description.mostly_sleeps() { SLEEPERS } else { cores };
        let progress = Progress::new(times);
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
                println!("{name}: {times} runs as described, {seconds:.0} s");
            }
            Err(fault) => println!("{name}: {fault}"),
        }
        all_fit &= outcome.is_ok();
    }
    Ok(all_fit)
}

/// How many programs that mostly sleep run side by side.
const SLEEPERS: usize = 20;

/// Shows lessons in a table, a row each.
fn all(names: &[String]) -> Result<bool, String> {
    course::python()?;
    let mut least = 0.0;
    for name in names {
        least += 2.0 * description(name)?.sleep_seconds();
    }
    eprintln!("{} lessons run in Rust and in Python, one after the other.", names.len());
    if least > 0.0 {
        eprintln!("They sleep for {least:.0} s in all, so it takes longer than that.");
    }
    let progress = Progress::new(names.len());
    let mut executables = Vec::new();
    for name in names {
        progress.about(format!("building {name}"));
        executables.push(course::build(name)?);
        progress.one_more();
    }
    progress.about("building schedules");
    let searched = Sets::of_lessons(names)?;
    drop(progress);

    println!("Wall and CPU time in seconds, peak memory of the largest process in MB.");
    println!("Endings: all that the small version of a lesson can come to, in both languages.");
    println!("{}", columns::header());
    let progress = Progress::new(names.len());
    let mut all_fit = true;
    let mut remarks = String::new();
    for (name, executable) in names.iter().zip(&executables) {
        progress.about(name);
        let rust = Measured::run(Language::Rust, name, executable)?;
        let python = Measured::run(Language::Python, name, executable)?;
        progress.about(format!("every ending of {name}"));
        let sets = searched.compare(name)?;
        let sleeps = description(name)?.sleep_seconds();
        let row = columns::row(name, &rust, &python, sleeps, &sets.to_string());
        progress.print(&row);
        progress.one_more();
        for (language, run) in [("Rust", &rust), ("Python", &python)] {
            if let Some(complaint) = &run.complaint {
                remarks += &format!("\n{name}, {language}: {complaint}\n");
            }
        }
        if let Some(remark) = sets.remark() {
            remarks += &format!("\n{name}: {remark}\n");
        }
        all_fit &= rust.fits() && python.fits() && sets.is_as_it_should_be();
    }
    drop(progress);
    print!("{remarks}");
    Ok(all_fit)
}

fn names() -> Vec<String> {
    descriptions::ALL.iter().map(|described| described.lesson.to_owned()).collect()
}

fn description(name: &str) -> Result<Description, String> {
    descriptions::of(name)
        .ok_or_else(|| format!("there is no lesson {name}; there are {}", names().join(", ")))
}
