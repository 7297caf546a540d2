//! Finds the program that a command line means.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use crate::language::Language;

/// The file to start for what the user typed: a lesson, a path or a command.
///
/// # Errors
///
/// When a lesson cannot be built, with a message for the user.
pub fn find(language: Language, typed: &OsStr) -> Result<PathBuf, String> {
    if let Some(lesson) = typed.to_str().filter(|name| course::is_lesson(name)) {
        return course::build(lesson).map_err(|why| ::language::not_built(language, &why));
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
        let path = Path::new(word);
        // A script for a shell has words that are paths, and is none itself.
        let is_script = word.to_string_lossy().contains(char::is_whitespace) && !path.exists();
        let name = path.file_name().filter(|_| !is_script).unwrap_or(word);
        name.to_string_lossy().replace(char::is_control, " ")
    });
    names.collect::<Vec<_>>().join(" ")
}

/// What to say about a program that cannot be started.
pub fn not_found(language: Language, typed: &OsStr) -> String {
    let path = Path::new(typed);
    let name = typed.to_string_lossy();
    if let Some(interpreter) = missing_interpreter(typed) {
        return language.choose(
            format!("cannot run {name}: there is no {interpreter}, which is to run it"),
            format!("无法运行 {name}：没有运行它所需的 {interpreter}"),
        );
    }
    if path.components().count() > 1 {
        language.choose(format!("there is no file {name}"), format!("没有文件 {name}"))
    } else if path.exists() {
        language.choose(
            format!("there is no lesson and no command {name}, but a file: ./{name}"),
            format!("没有叫 {name} 的课或命令，但有这个文件：./{name}"),
        )
    } else {
        language.choose(
            format!("there is no lesson and no command {name}"),
            format!("没有叫 {name} 的课或命令"),
        )
    }
}

/// The program that a script names in its first line, if there is none of this name: the system
/// says then that the script itself is missing.
fn missing_interpreter(typed: &OsStr) -> Option<String> {
    let file = if Path::new(typed).components().count() > 1 {
        PathBuf::from(typed)
    } else {
        let folders = std::env::var_os("PATH")?;
        std::env::split_paths(&folders).map(|folder| folder.join(typed)).find(|f| f.is_file())?
    };
    let mut start = Vec::new();
    File::open(file).ok()?.take(256).read_to_end(&mut start).ok()?;
    let line = start.strip_prefix(b"#!")?.split(|&byte| byte == b'\n').next()?;
    let line = String::from_utf8_lossy(line);
    let interpreter = line.split_whitespace().next()?;
    (!Path::new(interpreter).exists()).then(|| interpreter.replace(char::is_control, "\u{fffd}"))
}

/// What to say about a file that is no program.
pub fn not_executable(language: Language, typed: &OsStr) -> String {
    let name = typed.to_string_lossy();
    match Path::new(typed).extension() {
        Some(extension) if extension == "py" => language.choose(
            format!("cannot execute {name}: try `timeline python3 {name}`"),
            format!("无法执行 {name}：请试试 `timeline python3 {name}`"),
        ),
        _ => language.choose(
            format!("cannot execute {name}: it is no program, or not marked as one"),
            format!("无法执行 {name}：它不是程序，或没有执行权限"),
        ),
    }
}
