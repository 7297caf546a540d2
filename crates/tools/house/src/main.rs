//! Makes what the tests of this package look for: a lesson that is added, samples and a table for the
//! books.

use std::fs;
use std::process::ExitCode;

use clap::{Parser, ValueEnum};
use house::dependencies;
use house::new_lesson::{NewLesson, note_seconds};
use house::sample;
use language::Language;
use progress::Progress;
use runner::Lesson;

/// Makes lessons that are added, and what the books show of a run or of a build.
#[derive(Debug, Parser)]
enum Command {
    /// Run lessons, or all, and write down what the books show of a run
    Samples {
        /// Lessons
        #[arg(value_name = "LESSON")]
        lessons: Vec<String>,
    },
    /// Build a process lesson from nothing, and write down what each crate costs
    Dependencies {
        /// How many times
        #[arg(long, default_value_t = 5)]
        rounds: usize,
    },
    /// Write the files of a lesson, each with a place to fill, and its row in every list
    NewLesson {
        /// Its name, in snake_case
        name: String,
        /// What it is about
        kind: Kind,
        /// The sections of the notes that it belongs to, such as "N0 N1"
        sections: String,
        /// What it shows, in English
        english: String,
        /// What it shows, in Chinese
        chinese: String,
    },
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Kind {
    Process,
    Thread,
    Measured,
}

fn main() -> ExitCode {
    let outcome = match Command::parse() {
        Command::Samples { lessons } => samples(&lessons),
        Command::Dependencies { rounds } => dependencies(rounds.max(1)),
        Command::NewLesson { name, kind, sections, english, chinese } => {
            let kind = match kind {
                Kind::Process => course::Kind::Process,
                Kind::Thread => course::Kind::Thread,
                Kind::Measured => course::Kind::Measured,
            };
            let sections = sections.split_whitespace().map(str::to_owned).collect();
            new_lesson(&NewLesson { name, kind, sections, english, chinese })
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::from(2)
        }
    }
}

fn samples(named: &[String]) -> Result<(), String> {
    let all = || descriptions::ALL.iter().map(|described| described.lesson.to_owned()).collect();
    let names: Vec<String> = if named.is_empty() { all() } else { named.to_vec() };
    let progress = Progress::new(Language::En, names.len());
    for name in &names {
        progress.about(name);
        let description =
            descriptions::of(name).ok_or_else(|| format!("there is no lesson {name}"))?;
        let lesson = Lesson::new(name, course::build(name)?, description);
        let run = lesson.good_run().map_err(|complaint| format!("{name}: {complaint}"))?;
        let file = sample::file(name);
        fs::write(&file, sample::cut(run, lesson.description()))
            .map_err(|error| format!("{}: {error}", file.display()))?;
        note_seconds(name, run.took.as_secs_f64())?;
        progress.one_more();
    }
    Ok(())
}

fn dependencies(rounds: usize) -> Result<(), String> {
    let (table, file) = (dependencies::measure(rounds)?, dependencies::file());
    fs::write(&file, &table).map_err(|error| format!("{}: {error}", file.display()))?;
    print!("{table}");
    Ok(())
}

fn new_lesson(lesson: &NewLesson) -> Result<(), String> {
    let to_fill = lesson.write()?;
    println!("Fill these:");
    for file in to_fill {
        println!("  {file}");
    }
    println!(
        "Then `just samples {0}`, and `cargo test --package {0} --package house --package book` says \
         what is missing.",
        lesson.name
    );
    Ok(())
}
