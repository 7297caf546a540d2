//! Does what *Take it into your assignment*, a page of the book, tells a student to do: with one
//! lesson of each kind that the page knows.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};
use std::{env, fs};

use runner::Lesson;

#[test]
#[ignore = "takes a build: the lesson in a project of its own"]
fn a_lesson_that_needs_std_alone() {
    hand_in("bank_lock", true);
}

#[test]
#[ignore = "takes a build: the lesson in a project of its own"]
fn a_lesson_with_processes() {
    hand_in("process_order", false);
}

#[test]
#[ignore = "takes a build: the lesson in a project of its own"]
fn a_lesson_with_processes_and_a_further_dependency() {
    hand_in("process_args", false);
}

#[cfg(unix)]
#[test]
#[ignore = "takes a build: the lesson in a project of its own"]
fn a_lesson_for_unix() {
    hand_in("fork_globals", false);
}

/// Takes a lesson into a new project with the commands of the page, and holds a run of it against
/// the lesson's description, times aside. A lesson that needs the standard library alone is also
/// compiled without cargo.
fn hand_in(lesson: &str, needs_std_alone: bool) {
    // All projects have one name, and so one program in the folder where they are built.
    static BUILT: Mutex<()> = Mutex::new(());
    let _built = BUILT.lock().unwrap_or_else(PoisonError::into_inner);

    let read = |path: PathBuf| {
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    };
    let page = read(course::root().join("docs/en/src/assignment.md"));
    let source = read(course::source(lesson));

    let folder = tempfile::tempdir().expect("a folder outside of this workspace");
    let homework = folder.path().join("homework");
    // The page says where a student will find it; here it must not lie in the course's workspace.
    let script = |what: &str| {
        commands(&page, what)
            .replace("bank_lock", lesson)
            .replace("process_order", lesson)
            .replace("../homework", &homework.to_string_lossy())
    };

    let kind = if source.contains("util::") { "crates/util" } else { "bank_lock/src/main.rs" };
    let run = "cargo run\n";
    let build = additions(&page, lesson) + "cargo build\n";
    let script_with_cargo = script(kind);
    assert!(script_with_cargo.contains(run), "the page never says {run}");
    bash(&script_with_cargo.replace(run, &build));
    examine(lesson, &target().join("debug/homework"));

    if needs_std_alone {
        let run = "./main\n";
        let script_with_rustc = script("rustc");
        assert!(script_with_rustc.contains(run), "the page never says {run}");
        bash(&script_with_rustc.replace(run, ""));
        examine(lesson, &homework.join("src/main"));
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

fn bash(script: &str) {
    let output = Command::new("bash")
        .args(["-euxc", script])
        .current_dir(course::root())
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

fn examine(lesson: &str, executable: &Path) {
    let description = descriptions::of(lesson).expect("a lesson").at_any_pace();
    let executable = executable.with_extension(env::consts::EXE_EXTENSION);
    // Its times are for the lesson's own test.
    let run = Lesson::new(lesson, executable, description.clone()).run_rust().untimed();
    if let Err(complaint) = description.examine(&run) {
        panic!("{complaint}");
    }
}
