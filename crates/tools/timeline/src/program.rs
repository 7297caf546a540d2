//! Finds the program that a command line means.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

/// The file to start for what the user typed: a lesson, a path or a command.
///
/// # Errors
///
/// When a lesson cannot be built, with a message for the user.
pub fn find(typed: &OsStr) -> Result<PathBuf, String> {
    if let Some(lesson) = typed.to_str().filter(|name| course::is_lesson(name)) {
        return course::build(lesson);
    }
    let path = Path::new(typed);
    Ok(interpreter(path).unwrap_or_else(|| path.to_path_buf()))
}

/// The file behind a name of Python's, which is often a script that looks for it at every start.
fn interpreter(command: &Path) -> Option<PathBuf> {
    let version = command.file_name()?.to_str()?.strip_prefix("python")?;
    if !version.chars().all(|c| c.is_ascii_digit() || c == '.') {
        return None;
    }
    course::interpreter(command).ok().filter(|path| path.is_file())
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
