//! Runs a lesson and its Python twin and shows them side by side, or all lessons in a table,
//! runs lessons a thousand times, or writes down what the book shows of a run.

mod columns;
mod measured;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Instant;
use std::{env, fs, thread};

use measured::{Language, Measured};
use parity::{Cores, Description, Lesson, Program};

const USAGE: &str = "usage: cargo run -p parity [-- LESSON]
                           [-- --times NUMBER LESSON…]
                           [-- --samples [LESSON…]]";

/// What each lesson says, from its test.
mod descriptions {
    type Describe = fn() -> parity::Description;

    include!(concat!(env!("OUT_DIR"), "/descriptions.rs"));
}

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match arguments[..] {
        [] => all(),
        ["--samples"] => samples(&names()),
        ["--samples", ref names @ ..] => samples(names),
        [measured::FLAG, language, name] => measured::in_this_process(language, name),
        ["--times", times, ref names @ ..] if !names.is_empty() => many(times, names),
        [name] if !name.starts_with('-') => one(name),
        _ => Err(USAGE.to_owned()),
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

/// Shows one lesson in both languages, side by side.
fn one(name: &str) -> Result<bool, String> {
    description(name)?;
    need_python()?;
    build(name)?;
    let rust = Measured::run(Language::Rust, name)?;
    let python = Measured::run(Language::Python, name)?;
    println!("{name}\n");
    print!("{}", columns::side_by_side(&rust, &python));
    Ok(rust.fits() && python.fits())
}

/// Runs lessons many times, as many side by side as their kind allows, and says of each whether
/// every run was as described.
fn many(times: &str, names: &[&str]) -> Result<bool, String> {
    let times = match times.parse() {
        Ok(times @ 1..) => times,
        _ => return Err(format!("--times takes a number of runs, not {times}")),
    };
    let lessons = names.iter().map(|name| Ok((*name, description(name)?)));
    let lessons = lessons.collect::<Result<Vec<_>, String>>()?;
    for name in names {
        build(name)?;
    }
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let mut all_fit = true;
    for (name, description) in lessons {
        let side_by_side = if description.mostly_sleeps() { SLEEPERS } else { cores };
        let from = Instant::now();
        let outcome =
            parity::many_runs(times, side_by_side, Cores::All, &lesson(name).rust, &description);
        let seconds = from.elapsed().as_secs_f64();
        match &outcome {
            Ok(()) => println!("{name}: {times} runs as described, {seconds:.0} s"),
            Err(complaint) => println!("{name}: {complaint}"),
        }
        all_fit &= outcome.is_ok();
    }
    Ok(all_fit)
}

/// How many programs that mostly sleep run side by side. Each line is still expected on time.
const SLEEPERS: usize = 20;

/// Shows all lessons in a table, a row each.
fn all() -> Result<bool, String> {
    need_python()?;
    for (name, _) in descriptions::DESCRIPTIONS {
        build(name)?;
    }
    println!("Wall and CPU time in seconds, peak memory of the largest process in MB.");
    println!("{}", columns::HEADER);
    let mut all_fit = true;
    let mut complaints = String::new();
    for (name, description) in descriptions::DESCRIPTIONS {
        let rust = Measured::run(Language::Rust, name)?;
        let python = Measured::run(Language::Python, name)?;
        println!("{}", columns::row(name, &rust, &python, description().sleep_seconds()));
        for (language, run) in [("Rust", &rust), ("Python", &python)] {
            if let Some(complaint) = &run.complaint {
                complaints += &format!("\n{name}, {language}: {complaint}\n");
            }
        }
        all_fit &= rust.fits() && python.fits();
    }
    print!("{complaints}");
    Ok(all_fit)
}

/// Runs lessons and writes down what the book shows of each run.
fn samples(names: &[&str]) -> Result<bool, String> {
    for name in names {
        let description = description(name)?;
        build(name)?;
        let transcript = lesson(name).run_rust(&description);
        description.examine(&transcript).map_err(|complaint| format!("{name}: {complaint}"))?;
        let file = parity::sample::file(name);
        fs::write(&file, parity::sample::cut(&transcript, &description))
            .map_err(|error| format!("cannot write {}: {error}", file.display()))?;
    }
    Ok(true)
}

fn names() -> Vec<&'static str> {
    let lessons = descriptions::DESCRIPTIONS.iter();
    lessons.map(|(name, _)| *name).collect()
}

fn description(name: &str) -> Result<Description, String> {
    let found = descriptions::DESCRIPTIONS.iter().find(|(known, _)| *known == name);
    found
        .map(|(_, description)| description())
        .ok_or_else(|| format!("there is no lesson {name}; there are {}", names().join(", ")))
}

fn need_python() -> Result<(), String> {
    parity::find_python().map(drop)
}

/// Builds a lesson in the profile in which this program was built.
fn build(name: &str) -> Result<(), String> {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(env!("CARGO_MANIFEST_DIR")).args(["build", "--quiet", "--package", name]);
    if folder().ends_with("release") {
        cargo.arg("--release");
    }
    match cargo.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(_) => Err(format!("{name} does not build")),
        Err(error) => Err(format!("cannot start cargo: {error}")),
    }
}

fn lesson(name: &str) -> Lesson {
    let twin = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../lessons")
        .join(name)
        .join(format!("{name}.py"));
    let executable = folder().join(name).with_extension(env::consts::EXE_EXTENSION);
    Lesson { rust: Program::new(executable), twin }
}

/// Where cargo puts the executables of this workspace.
fn folder() -> PathBuf {
    let executable = env::current_exe().expect("this program knows where it is");
    executable.parent().expect("an executable is in a folder").to_owned()
}
