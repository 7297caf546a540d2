//! Does what *Take it into your assignment*, a page of the book, tells a student to do.

use std::path::{Path, PathBuf};
use std::process::{self, Command};
use std::{env, fs};

use crate::{Description, Lesson, Program, Transcript};

/// Takes a lesson into a new project with the commands of the page, and holds a run of it against
/// the lesson's description, times aside. A lesson that needs the standard library alone is also compiled
/// without cargo.
///
/// # Panics
///
/// When a command fails, or the program does not say what the lesson says.
pub fn hand_in(lesson: &str, description: &Description) {
    let course = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../..");
    let read = |path: &str| {
        fs::read_to_string(course.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    };
    let page = read("docs/en/src/assignment.md");
    let program = read(&format!("crates/lessons/{lesson}/src/main.rs"));
    let manifest = read(&format!("crates/lessons/{lesson}/Cargo.toml"));

    let folder = Folder::new(lesson);
    let homework = folder.0.join("homework");
    // The page says where a student will find it; here it must not lie in the course's workspace.
    let script = |what: &str| {
        commands(&page, what)
            .replace("bank_lock", lesson)
            .replace("process_order", lesson)
            .replace("../homework", &homework.to_string_lossy())
    };

    let kind = if program.contains("util::") { "crates/util" } else { "bank_lock/src/main.rs" };
    let run = "cargo run\n";
    let build = additions(&page, lesson) + "cargo build\n";
    let script_with_cargo = script(kind);
    assert!(script_with_cargo.contains(run), "the page never says {run}");
    bash(&course, &script_with_cargo.replace(run, &build));
    examine(&target().join("debug/homework"), description);

    let std_alone = !manifest.contains("\n[dependencies]") && !manifest.contains("\n[target.");
    if std_alone {
        let run = "./main\n";
        let script_with_rustc = script("rustc");
        assert!(script_with_rustc.contains(run), "the page never says {run}");
        bash(&course, &script_with_rustc.replace(run, ""));
        examine(&homework.join("src/main"), description);
    }
}

/// The commands of the first console block of the page in which a text stands.
fn commands(page: &str, what: &str) -> String {
    let blocks = page.split("```console\n").skip(1);
    let mut blocks = blocks.filter_map(|block| block.split_once("```").map(|(block, _)| block));
    let block = blocks
        .find(|block| block.contains(what))
        .unwrap_or_else(|| panic!("the page has no commands with {what}"));
    let commands = block.lines().filter_map(|line| line.strip_prefix("$ "));
    commands.map(|command| format!("{command}\n")).collect()
}

/// What a lesson needs besides: `cargo add` in the row of the page's table that names it.
fn additions(page: &str, lesson: &str) -> String {
    let lesson = format!("`{lesson}`");
    let row = page.lines().find(|line| line.starts_with('|') && line.contains(&lesson));
    let pieces = row.unwrap_or_default().split('`');
    pieces
        .filter(|piece| piece.starts_with("cargo add"))
        .map(|command| format!("{command}\n"))
        .collect()
}

fn bash(course: &Path, script: &str) {
    let output = Command::new("bash")
        .args(["-euxc", script])
        .current_dir(course)
        // What the lessons need has been fetched for them, and is built once for all of them.
        .env("CARGO_NET_OFFLINE", "true")
        .env("CARGO_TARGET_DIR", target())
        .output()
        .unwrap_or_else(|error| panic!("this needs bash: {error}"));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// Where the projects are built: `assignments` in the folder in which cargo built this test.
fn target() -> PathBuf {
    let test = env::current_exe().expect("a test knows where it is");
    let target = test.ancestors().nth(3).expect("target/debug/deps/test");
    target.join("assignments")
}

fn examine(executable: &Path, description: &Description) {
    let lesson = Lesson {
        rust: Program::new(executable.with_extension(env::consts::EXE_EXTENSION)),
        twin: PathBuf::new(),
    };
    // Its times are for the lesson's own test, which has the machine to itself.
    let transcript = Transcript { at: Vec::new(), ..lesson.run_rust(description) };
    if let Err(complaint) = description.clone().at_any_pace().examine(&transcript) {
        panic!("{complaint}");
    }
}

/// A folder for the project, outside of this workspace. Dropping it removes it.
struct Folder(PathBuf);

impl Folder {
    fn new(lesson: &str) -> Self {
        let folder = env::temp_dir().join(format!("assignment-{lesson}-{}", process::id()));
        fs::create_dir_all(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        Self(folder)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What cannot be removed is left to the system, whose folder it lies in.
        let _ = fs::remove_dir_all(&self.0);
    }
}
