//! Does the same work in CPython and here, in turns, and shows what each costs.
//!
//! Each measurement is a program of its own, so that none finds what another has left: threads'
//! stacks that are kept, memory that is taken already.

mod chart;
mod figures;
mod rows;
mod table;
mod work;

use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::{env, fs};

use figures::Figures;
use rows::{Language, ROWS};

const USAGE: &str = "usage: cargo run --release -p compare [-- [--rounds NUMBER] [--write]]

  --rounds NUMBER  how many times each work is done, 15 unless said otherwise
  --write          write the table and the chart of the books as well";

/// With this and the name of a work this program does that work and prints its cost.
const WORK: &str = "--work";

fn main() -> ExitCode {
    let _main = util::main_guard!(
        work::nothing,
        work::square,
        work::put_values,
        work::take_values,
        work::count_primes,
        work::say_and_sleep
    );
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match arguments[..] {
        [WORK, name] => do_work(name),
        [] => compare("15", false),
        ["--write"] => compare("15", true),
        ["--rounds", rounds] => compare(rounds, false),
        ["--rounds", rounds, "--write"] | ["--write", "--rounds", rounds] => compare(rounds, true),
        _ => Err(USAGE.to_owned()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

fn do_work(name: &str) -> Result<(), String> {
    let row = ROWS.iter().find(|row| row.name == name).ok_or(USAGE)?;
    if let Some(cost) = (row.work)() {
        println!("{cost}");
    }
    Ok(())
}

fn compare(rounds: &str, write: bool) -> Result<(), String> {
    let rounds = match rounds.parse() {
        Ok(rounds @ 1..) => rounds,
        _ => return Err(format!("--rounds takes a number above 0, not {rounds}")),
    };
    if cfg!(debug_assertions) {
        eprintln!(
            "This is the unoptimised program. For fair figures: cargo run --release -p compare"
        );
    }
    let figures = measure(rounds)?;
    println!("{}\n\n{}", facts(rounds, Language::English)?, table::for_terminal(&figures));
    println!(
        "Python/Rust is how many times as much Python costs. Where work starts processes, Python's start method is fork, then spawn."
    );
    if write {
        for (language, ending) in [(Language::English, "en"), (Language::Chinese, "zh")] {
            let facts = facts(rounds, language)?;
            let book = |kind: &str, text: &str| {
                let file = folder_of_the_book().join(format!("{ending}.{kind}"));
                fs::write(&file, text)
                    .map_err(|error| format!("cannot write {}: {error}", file.display()))
            };
            book("md", &table::for_book(&figures, &facts, language))?;
            book("svg", &chart::draw(&figures, &facts, language))?;
        }
    }
    Ok(())
}

/// Does all work in turns, so that a machine that slows down does so for all.
fn measure(rounds: u32) -> Result<Vec<Figures>, String> {
    let mut all: Vec<Figures> = ROWS.iter().map(Figures::new).collect();
    let watched = io::stderr().is_terminal();
    for round in 1..=rounds {
        if watched {
            eprint!("\rround {round} of {rounds} ");
        }
        for figures in &mut all {
            let row = figures.row;
            if !row.processes {
                figures.python.extend(python("spawn", row.name)?);
            } else {
                if cfg!(unix) {
                    figures.python.extend(python("fork", row.name)?);
                }
                figures.spawn.extend(python("spawn", row.name)?);
            }
            figures.rust.extend(rust(row.name)?);
        }
    }
    if watched {
        eprintln!();
    }
    Ok(all)
}

fn python(start_method: &str, work: &str) -> Result<Option<f64>, String> {
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/work.py");
    cost(Command::new(course::python()?).arg(program).args([start_method, work]))
}

fn rust(work: &str) -> Result<Option<f64>, String> {
    let this = env::current_exe().map_err(|error| error.to_string())?;
    cost(Command::new(this).args([WORK, work]))
}

/// What a program prints: a number, or nothing.
fn cost(command: &mut Command) -> Result<Option<f64>, String> {
    let printed = printed(command)?;
    match printed.trim() {
        "" => Ok(None),
        number => number.parse().map(Some).map_err(|_| format!("{command:?} printed {printed}")),
    }
}

fn printed(command: &mut Command) -> Result<String, String> {
    let output = command
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| format!("cannot start {command:?}: {error}"))?;
    if !output.status.success() {
        return Err(format!("{command:?} failed: {}", output.status));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// What was measured on.
fn facts(rounds: u32, language: Language) -> Result<String, String> {
    let python = printed(
        Command::new(course::python()?)
            .args(["-c", "import platform as p; print('CPython', p.python_version())"]),
    )?;
    let rustc =
        printed(Command::new(env::var_os("RUSTC").unwrap_or("rustc".into())).arg("--version"))?;
    let rustc: Vec<&str> = rustc.split(' ').take(2).collect();
    let rounds = match language {
        Language::English => format!("; medians of {rounds} rounds"),
        Language::Chinese => format!("；{rounds} 轮的中位数"),
    };
    let cores = format!("{} {}", num_cpus::get(), language.either("cores", "核"));
    let system = env::consts::OS.to_owned();
    let facts = [cores, system, python.trim().to_owned(), rustc.join(" ")];
    let facts: Vec<String> = processor().into_iter().chain(facts).collect();
    Ok(facts.join(language.either(", ", "，")) + &rounds)
}

/// Linux alone has the name of the processor in a file.
fn processor() -> Option<String> {
    let facts = fs::read_to_string("/proc/cpuinfo").ok()?;
    let line = facts.lines().find(|line| line.starts_with("model name"))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

fn folder_of_the_book() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../docs/compare")
}
