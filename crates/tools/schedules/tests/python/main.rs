//! The world of Python programs: what they can come to, what is refused, and that a search which takes
//! few accesses for steps finds as much as one that takes all of them.
//!
//! Everything here needs Python, so everything is ignored unless it is asked for.
//!
//! # Layout
//!
//! * here: what the tests share
//! * `python_world`: what is a step, what is refused, and the command
//! * `python_programs`: programs of students' kinds with what they can come to
//! * `python_lessons`: the lessons, held against their programs in Rust
//! * `python_random`: a hundred random programs
//! * `thorough`: five hundred

mod python_lessons;
mod python_programs;
mod python_random;
mod python_world;
mod thorough;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use schedules::search::{Completeness, Ending, Extent, Findings, Options, search};
use schedules::world::Fault;
use schedules::worlds::python::Program;

/// A generous limit: nothing here is about time.
const TIME: Duration = Duration::from_secs(600);

/// Everything that a program can come to.
fn findings(program: &Program, time: Duration) -> Result<Findings, Fault> {
    let mut world = program.start()?;
    let findings = search(&mut world, Options { extent: Extent::Everything, time });
    match findings.fault {
        Some(fault) => Err(fault),
        None => Ok(findings),
    }
}

/// Another Python than `python3`, if the variable SCHEDULES_PYTHON names one.
fn interpreter() -> Option<PathBuf> {
    std::env::var_os("SCHEDULES_PYTHON").map(PathBuf::from)
}

/// A program that is only a text.
fn program(source: &str) -> Program {
    let mut program = Program::new("program.py");
    program.interpreter = interpreter();
    program.source = Some(source.to_string());
    program
}

fn endings(findings: &Findings) -> BTreeSet<Ending> {
    findings.endings.keys().cloned().collect()
}

/// All endings of a program that comes to its end.
fn all(source: &str) -> BTreeSet<Ending> {
    let findings = findings(&program(source), TIME).unwrap();
    assert_eq!(findings.completeness, Completeness::All, "{source}");
    endings(&findings)
}

fn outputs(source: &str) -> Vec<String> {
    all(source).into_iter().map(|ending| ending.output).collect()
}

fn refusal(source: &str) -> String {
    match findings(&program(source), TIME) {
        Err(Fault::Refused(why)) => why,
        other => panic!("{other:?}"),
    }
}
