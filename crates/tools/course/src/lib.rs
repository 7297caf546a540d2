//! The lessons, seen by the tools: by name and by path.
//!
//! # Layout
//!
//! * the folders of the course, and the names of its lessons
//! * [`listed`]: the lessons in the order of the course, each with its [`Kind`], from `docs/course.txt`
//! * `build`, with the feature of this name: the program of a lesson or a tool, as cargo names it
//! * `main.rs`: what `cargo run` shows, which lessons there are
//! * [`python`]: the interpreter that runs the Python twins

mod list;

#[cfg(feature = "build")]
use std::env;
use std::error::Error;
use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

pub use list::{Kind, Listed, fields, listed};

/// The root of the course.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../..")
}

/// The names of all lessons, in the order of the alphabet.
///
/// # Panics
///
/// When the folder of the lessons cannot be read: then this program has outlived its course.
pub fn lessons() -> Vec<String> {
    let folder = root().join("crates/lessons");
    let entries =
        fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut names: Vec<_> = entries
        .map(|entry| entry.expect("a readable folder").path())
        .filter(|lesson| lesson.join("Cargo.toml").is_file())
        .map(|lesson| lesson.file_name().expect("a folder has a name").to_string_lossy().into())
        .collect();
    names.sort();
    names
}

/// Whether there is a lesson of this name.
pub fn is_lesson(name: &str) -> bool {
    lessons().iter().any(|lesson| lesson == name)
}

/// The folder of a lesson.
pub fn folder(lesson: &str) -> PathBuf {
    root().join("crates/lessons").join(lesson)
}

/// The Rust program of a lesson.
pub fn source(lesson: &str) -> PathBuf {
    folder(lesson).join("src/main.rs")
}

/// The same program in Python.
pub fn twin(lesson: &str) -> PathBuf {
    folder(lesson).join(format!("{lesson}.py"))
}

/// Why there is no program that cargo has built.
#[cfg(feature = "build")]
#[derive(Debug)]
pub enum NotBuilt {
    /// The command that should be cargo does not start.
    Cargo(String, io::Error),
    /// The compiler refuses the program, and has said why on stderr.
    DoesNotBuild,
    /// The package of this name has no program.
    NoProgram(String),
    /// The project in this folder has so many programs, and not one.
    Several(PathBuf, usize),
}

#[cfg(feature = "build")]
impl fmt::Display for NotBuilt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotBuilt::Cargo(command, error) => write!(f, "cannot start {command}: {error}"),
            NotBuilt::DoesNotBuild => write!(f, "it does not build"),
            NotBuilt::NoProgram(name) => write!(f, "{name} has no program"),
            NotBuilt::Several(folder, several) => write!(
                f,
                "{} has {several} programs: give the path of the one that is meant, \
                 in its folder target/debug",
                folder.display()
            ),
        }
    }
}

#[cfg(feature = "build")]
impl Error for NotBuilt {}

#[cfg(feature = "build")]
impl From<NotBuilt> for String {
    fn from(why: NotBuilt) -> String {
        why.to_string()
    }
}

/// Builds a lesson, or a tool that is a command, in the profile in which this tool was built, and returns
/// its program.
///
/// # Errors
///
/// When it cannot be built. What the compiler says of it has gone to stderr by then.
#[cfg(feature = "build")]
pub fn build(package: &str) -> Result<PathBuf, NotBuilt> {
    let mut arguments = vec!["--package", package, "--bin", package];
    if !cfg!(debug_assertions) {
        arguments.push("--release");
    }
    let mut programs = programs(&root(), &arguments)?;
    if programs.is_empty() {
        return Err(NotBuilt::NoProgram(package.to_owned()));
    }
    Ok(programs.remove(0))
}

/// Builds a cargo project of somebody else's, and returns its program.
///
/// # Errors
///
/// When it cannot be built, or has not one program but none or several.
#[cfg(feature = "build")]
pub fn build_project(folder: &Path) -> Result<PathBuf, NotBuilt> {
    let mut programs = programs(folder, &[])?;
    match programs.len() {
        1 => Ok(programs.remove(0)),
        0 => Err(NotBuilt::NoProgram(folder.display().to_string())),
        several => Err(NotBuilt::Several(folder.to_path_buf(), several)),
    }
}

/// Has cargo build, and returns the programs that it names.
#[cfg(feature = "build")]
fn programs(folder: &Path, arguments: &[&str]) -> Result<Vec<PathBuf>, NotBuilt> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let built = Command::new(&cargo)
        .args(["build", "--quiet", "--message-format=json-render-diagnostics"])
        .args(arguments)
        .current_dir(folder)
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| NotBuilt::Cargo(cargo.to_string_lossy().into_owned(), error))?;
    if !built.status.success() {
        return Err(NotBuilt::DoesNotBuild);
    }
    let said = String::from_utf8_lossy(&built.stdout);
    let messages = said.lines().filter_map(|line| serde_json::from_str(line).ok());
    let executable = |message: serde_json::Value| Some(message["executable"].as_str()?.into());
    Ok(messages.filter_map(executable).collect())
}

/// There is no Python, which a tool needs.
#[derive(Debug)]
pub struct NoPython {
    /// The command that should be Python.
    pub command: &'static str,
    /// What is the matter with it.
    pub why: NoInterpreter,
}

/// What is the matter with a command that should be Python.
#[derive(Debug)]
pub enum NoInterpreter {
    /// It does not start.
    DoesNotStart(io::Error),
    /// It fails, and says this.
    Says(String),
}

impl fmt::Display for NoPython {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let NoPython { command, why } = self;
        write!(f, "this needs Python: install {command} (3.9 or later). {why}")
    }
}

impl fmt::Display for NoInterpreter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NoInterpreter::DoesNotStart(error) => error.fmt(f),
            NoInterpreter::Says(text) => write!(f, "It does not work: {text}"),
        }
    }
}

impl Error for NoPython {}
impl Error for NoInterpreter {}

impl From<&NoPython> for String {
    fn from(why: &NoPython) -> String {
        why.to_string()
    }
}

/// The path of the Python interpreter.
///
/// # Errors
///
/// What is missing.
pub fn python() -> Result<&'static Path, &'static NoPython> {
    static PYTHON: OnceLock<Result<PathBuf, NoPython>> = OnceLock::new();
    let found = PYTHON.get_or_init(|| {
        let command = if cfg!(windows) { "python" } else { "python3" };
        interpreter(command).map_err(|why| NoPython { command, why })
    });
    found.as_deref()
}

/// The interpreter behind a command: `python3` may be a script that looks for it at every start, and
/// signals and process ids need the real one.
///
/// # Errors
///
/// Why it does not start, or what it says instead.
pub fn interpreter(command: impl AsRef<Path>) -> Result<PathBuf, NoInterpreter> {
    let command = command.as_ref();
    let asked = Command::new(command)
        .args(["-S", "-c", "import sys; print(sys.executable)"])
        .stdin(Stdio::null())
        .output()
        .map_err(NoInterpreter::DoesNotStart)?;
    if !asked.status.success() {
        let says = String::from_utf8_lossy(&asked.stderr).trim_end().to_owned();
        return Err(NoInterpreter::Says(says));
    }
    Ok(String::from_utf8_lossy(&asked.stdout).trim_end().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lesson_is_known_by_its_name_alone() {
        assert!(is_lesson("bank_lock"));
        assert!(!is_lesson("bank_lock/src") && !is_lesson("") && !is_lesson(".."));
    }
}
