//! A student's own program, from the outside: it is copied, compiled against what stands in for std, and
//! asked.
//!
//! What lies in `target/schedules` in the end:
//!
//! ```text
//! programs/NAME-…/      the program's copy. One line is appended to the file of main, so that main can
//!                       be called; no line moves
//!   Cargo.toml          with the student's edition and dependencies, and `std` among them
//!   __run.rs            a main that calls the search with the student's main
//!   __lib/              the library of the same package, as a package of its own
//! build/                the target folder of all of them: what stands in for std is compiled once
//! ```
//!
//! # Layout
//!
//! * `find`: what is meant, and what it stands on
//! * `metadata`: what cargo says of a package
//! * `copy`: its copy, without what cannot be searched
//! * `manifests`: the manifests of the copy
//! * `build`, `run`: the copy is compiled, and asked
//! * here: a program, and why there is no answer

use std::env;
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;

pub use self::copy::Copy;
pub use self::run::{run, run_tests};
use crate::refused::{Found, Why};

mod build;
mod copy;
mod find;
mod manifests;
mod metadata;
mod run;

/// Why there is no answer. Its words are in [`crate::tell::words`].
#[derive(Debug)]
pub enum Refusal {
    /// A file or a folder cannot be read or written, or a program not be started.
    File(PathBuf, io::Error),
    /// What was given is no Rust program.
    NotRust(PathBuf),
    /// The folder has no manifest.
    NoManifest(PathBuf),
    /// This manifest cannot be read, as cargo says of it.
    Manifest(PathBuf, String),
    /// The folder is a workspace, with packages of these names.
    Workspace(PathBuf, Vec<String>),
    /// The package has several programs, with these names.
    Several(String, Vec<String>),
    /// The package depends on a crate of which no search can be made.
    Crate(String, String, Why),
    /// The package depends on a package that has no library.
    NoLibrary(String, String),
    /// The package has no program, but a library.
    Library(String),
    /// The program's file has no main.
    NoMain(String),
    /// The source uses something of which no search can be made.
    Uses(PathBuf, Found, Why),
    /// Cargo does not start.
    Cargo(io::Error),
    /// Cargo says something else than is expected.
    CargoSays(String),
    /// The program does not compile. The compiler has said why.
    DoesNotCompile(String),
    /// Nothing was compiled of the program of this name.
    NoProgram(String),
    /// The program was ended by the system.
    Ended(String, ExitStatus),
    /// The program has not come back in its time.
    Late,
}

impl Refusal {
    /// What is the matter with a file.
    fn file(path: &Path) -> impl Fn(io::Error) -> Refusal {
        move |error| Refusal::File(path.to_path_buf(), error)
    }
}

/// A student's program.
#[derive(Debug)]
pub struct Project {
    /// What it is called.
    pub name: String,
    /// The folder in which it lies.
    root: PathBuf,
    edition: String,
    /// The file of main, as a path in the folder.
    main: Option<PathBuf>,
    /// The name and the file of its library.
    library: Option<(String, PathBuf)>,
    /// Its integration tests: names and files.
    tests: Vec<(String, PathBuf)>,
    /// Lines of `[dependencies]`, and of `[dev-dependencies]`.
    dependencies: Vec<String>,
    dev_dependencies: Vec<String>,
    /// Libraries that lie beside it.
    beside: Vec<Beside>,
    /// It is one file and not a folder.
    single: bool,
}

/// A library that lies beside a program.
#[derive(Debug)]
struct Beside {
    package: String,
    library: String,
    file: PathBuf,
    edition: String,
    dependencies: Vec<String>,
}

/// Where all that is made lies.
fn home() -> PathBuf {
    let course = course::root().canonicalize().unwrap_or_else(|_| course::root());
    let target =
        env::var_os("CARGO_TARGET_DIR").map_or_else(|| course.join("target"), PathBuf::from);
    target.join("schedules")
}

fn cargo() -> OsString {
    env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}
