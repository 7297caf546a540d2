//! Finds the program that a command line means.

use std::env;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The file to start for what the user typed: a lesson, a path or a command.
///
/// # Errors
///
/// When a lesson cannot be built, with a message for the user.
pub fn find(typed: &OsStr) -> Result<PathBuf, String> {
    let path = Path::new(typed);
    if path.components().count() == 1 {
        let lesson = root().join("crates/lessons").join(typed);
        if lesson.join("Cargo.toml").is_file() {
            return build(typed);
        }
    }
    Ok(interpreter(path).unwrap_or_else(|| path.to_path_buf()))
}

/// The root of this repository.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../..")
}

/// Builds a lesson and returns its program, as cargo names it.
fn build(lesson: &OsStr) -> Result<PathBuf, String> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let built = Command::new(&cargo)
        .args(["build", "--quiet", "--message-format=json-render-diagnostics"])
        .args([OsStr::new("--package"), lesson])
        .current_dir(root())
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| format!("cannot start {}: {error}", cargo.to_string_lossy()))?;
    if !built.status.success() {
        return Err(format!("cannot build the lesson {}", lesson.to_string_lossy()));
    }
    String::from_utf8_lossy(&built.stdout)
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .find_map(|message| Some(PathBuf::from(message["executable"].as_str()?)))
        .ok_or_else(|| format!("the lesson {} has no program", lesson.to_string_lossy()))
}

/// The file behind a name of Python's, which is often a script that looks for it at every start.
fn interpreter(command: &Path) -> Option<PathBuf> {
    let name = command.file_name()?.to_str()?;
    let version = name.strip_prefix("python")?;
    if !version.chars().all(|c| c.is_ascii_digit() || c == '.') {
        return None;
    }
    let asked = Command::new(command)
        .args(["-S", "-c", "import sys; print(sys.executable)"])
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()?;
    let answer = String::from_utf8(asked.stdout).ok()?;
    let path = PathBuf::from(answer.trim_end());
    path.is_file().then_some(path)
}

/// The command as the user would recognise it: file names without their folders.
pub fn title(command: &[OsString]) -> String {
    let names = command.iter().map(|word| {
        let name = Path::new(word).file_name().unwrap_or(word);
        name.to_string_lossy().replace(char::is_control, " ")
    });
    names.collect::<Vec<_>>().join(" ")
}

/// What to say about a program that cannot be started.
pub fn not_found(typed: &OsStr) -> String {
    let path = Path::new(typed);
    let name = typed.to_string_lossy();
    if path.components().count() > 1 {
        format!("there is no file {name}")
    } else if path.exists() {
        format!("there is no lesson and no command {name}, but a file: ./{name}")
    } else {
        format!("there is no lesson and no command {name}")
    }
}

/// What to say about a file that is no program.
pub fn not_executable(typed: &OsStr) -> String {
    let name = typed.to_string_lossy();
    match Path::new(typed).extension() {
        Some(extension) if extension == "py" => {
            format!("cannot execute {name}: try `timeline python3 {name}`")
        }
        _ => format!("cannot execute {name}: it is no program, or not marked as one"),
    }
}
