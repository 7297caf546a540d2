//! Where a process prints something: what is told of the lessons and their twins, held against copies of
//! them that say it themselves.
#![cfg(all(target_os = "linux", target_arch = "x86_64"))]

mod variants;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use schedules::prints::Prints;
use schedules::step::Action;
use schedules::world::{Plan, Then, World};
use schedules::worlds::processes::lessons::{LESSONS, ProcessLesson, find};
use schedules::worlds::processes::{Options, Processes, Sleeps};

/// Stands between the line and what is printed there.
const MARK: char = '\u{1f}';

/// How many runs are made of each program, each under another schedule.
const RUNS: u64 = 6;

/// How many texts were printed, and how many of them have a place, by program.
type Told = BTreeMap<String, [usize; 2]>;

/// What a run of this command prints, by the place of the process in the tree.
fn printed(command: &[OsString], lesson: &ProcessLesson, seed: u64) -> Vec<(usize, String)> {
    let options = Options {
        sleeps: if seed.is_multiple_of(2) { Sleeps::Instant } else { Sleeps::Any },
        prints: lesson.prints.map(|prints| 2 * prints),
        ..Options::default()
    };
    let mut world = Processes::new(command.to_vec(), options).unwrap();
    let plan = Plan { then: Then::Random(seed + 1), detailed: true, ..Plan::default() };
    let details = world.run(&plan).unwrap().details.unwrap();
    let steps = details.steps.into_iter();
    let printed = steps.filter_map(|step| match step.action {
        Action::Print(text) => Some((step.actor, text)),
        _ => None,
    });
    printed.collect()
}

/// Holds what is told of a program against a copy of it that prints the line before each text.
fn hold(name: &str, prints: &Prints, copy: &[OsString], lesson: &ProcessLesson, told: &mut Told) {
    let counts = told.entry(name.to_string()).or_default();
    for seed in 0..RUNS {
        for (actor, marked) in printed(copy, lesson, seed) {
            counts[0] += 1;
            // What another program prints says no line, and has none.
            let Some((line, text)) = marked.split_once(MARK) else {
                assert_eq!(prints.place(actor, &marked), None, "{name}: {marked:?}");
                continue;
            };
            assert!(!text.contains(MARK), "{name}: several prints in one: {marked:?}");
            if let Some(place) = prints.place(actor, text) {
                assert_eq!(place.line.to_string(), line, "{name}: {text:?}");
                counts[1] += 1;
            }
        }
    }
    assert!(counts[0] > 0, "{name} prints nothing");
}

fn show(told: &Told) {
    for (name, [all, placed]) in told {
        println!("{name}: {placed} of {all}");
    }
    let sum = |which: usize| told.values().map(|counts| counts[which]).sum::<usize>();
    println!("{} of {} texts have a place", sum(1), sum(0));
}

fn arguments(lesson: &ProcessLesson) -> impl Iterator<Item = OsString> {
    lesson.arguments.iter().map(OsString::from)
}

#[test]
#[ignore = "needs python3"]
fn no_wrong_line_is_told_of_a_twin() {
    let python = course::python().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut told = Told::new();
    for lesson in &LESSONS {
        let twin = course::twin(lesson.name);
        let prints = Prints::of_command(&[python.into(), twin.clone().into()]);
        let text = fs::read_to_string(&twin).unwrap();
        let copy = folder.path().join(format!("{}.py", lesson.name));
        fs::write(&copy, that_says_its_lines(&text)).unwrap();
        let command = [python.into(), copy.into()].into_iter().chain(arguments(lesson));
        hold(lesson.name, &prints, &command.collect::<Vec<_>>(), lesson, &mut told);
    }
    show(&told);
    assert_all_but(&told);
}

#[test]
fn no_wrong_line_is_told_of_a_lesson() {
    let folder = copies();
    let mut told = Told::new();
    for lesson in &LESSONS {
        let prints = Prints::of_lesson(lesson.name);
        let copy = folder.join(format!("copy_{}", lesson.name));
        let command = [copy.into()].into_iter().chain(arguments(lesson));
        hold(lesson.name, &prints, &command.collect::<Vec<_>>(), lesson, &mut told);
    }
    show(&told);
    assert_all_but(&told);
}

/// A program of a student's with a module of its own, and all the ways in which `print` is called.
const HOMEWORK: &str = r##"#
import multiprocessing
import sys
import helper

NAMES = ["one", "two"]


def work(name, number):
    print("work", name, number)
    print("%s has %d %%" % (name, number))
    print("{0} of {1:>4}".format(name, number))
    print(name + " is " + str(number) + ".")
    print(f"{name!r:>8}" f"| {number:.2f} {{}}")
    print("a", "b", sep="-", end="!\n")
    print("-" * 12)
    print("two\nlines")
    print("no line break", end="")
    print(" and the rest")
    print(">", end="", flush=True)
    print("twice")
    print("twice")
    print(
        "over several lines:",
        number,
    )
    helper.say(name)


if __name__ == "__main__":
    for number, name in enumerate(NAMES):
        child = multiprocessing.Process(target=work, args=(name, number))
        child.start()
        child.join()
    print()
    print(*NAMES, sep=", ")
    print("to stderr", file=sys.stderr)
"##;

const HELPER: &str = "#\n\n\ndef say(what):\n    print('helper says', what)\n";

/// Puts a `print` into a program that says the line first, in the place of its first line.
fn that_says_its_lines(program: &str) -> String {
    let (first, rest) = program.split_once('\n').unwrap();
    // A comment: all lines stay what they are.
    assert!(first.starts_with('#'), "{first}");
    let print = "import builtins, sys; print = lambda *said, **how: (builtins.print(\
                 f'{sys._getframe(1).f_lineno}\\x1f', end='', file=how.get('file')), \
                 builtins.print(*said, **how))";
    format!("{print}\n{rest}")
}

#[test]
#[ignore = "needs python3"]
fn no_wrong_line_is_told_of_a_program_of_several_files() {
    let python = course::python().unwrap();
    let (folder, copy) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    for (name, text) in [("homework.py", HOMEWORK), ("helper.py", HELPER)] {
        fs::write(folder.path().join(name), text).unwrap();
        fs::write(copy.path().join(name), that_says_its_lines(text)).unwrap();
    }
    let [ours, copy] =
        [&folder, &copy].map(|folder| [python.into(), folder.path().join("homework.py").into()]);
    let prints = Prints::of_command(&ours);
    let place = |text: &str| {
        let place = prints.place(1, text)?;
        Some(format!("{}:{}", place.file, place.line))
    };
    assert_eq!(place("helper says one\n"), Some("helper.py:5".to_string()));
    assert_eq!(place("one has 1 %\n"), Some("homework.py:11".to_string()));
    assert_eq!(place("twice\n"), None);
    // Each print says its line, so what goes out together says several.
    let lesson = find("child_process").unwrap();
    let mut counts = [0, 0];
    for (actor, marked) in printed(&copy, lesson, 0) {
        let mut pieces = marked.split(MARK);
        let (Some(line), Some(text), None) = (pieces.next(), pieces.next(), pieces.next()) else {
            counts[1] += usize::from(marked.contains("no line break"));
            continue;
        };
        if let Some(place) = prints.place(actor, text) {
            let line = if text.starts_with("helper") { "5" } else { line };
            assert_eq!(place.line.to_string(), line, "{text:?}");
            counts[0] += 1;
        }
    }
    // In each child 11 texts have a place, and two lines come with what is printed before them.
    assert_eq!(counts, [2 * 11 + 1, 2], "{prints:#?}");
    assert_eq!(place("no line break and the rest\n"), None);
}

#[test]
#[ignore = "needs python3"]
fn what_a_python_program_prints_in_other_ways_is_no_line_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("homework.py");
    let place = |program: &str, actor: usize| {
        fs::write(&file, program).unwrap();
        let python = course::python().unwrap();
        let prints = Prints::of_command(&[python.into(), file.clone().into()]);
        prints.place(actor, "done\n").map(|place| place.line)
    };
    assert_eq!(place("print('done')", 1), Some(1));
    assert_eq!(place("print('done')\nx = input()\nprint(x)", 1), Some(1));
    assert_eq!(place("print('done')\nx = 'done'\nprint(x)", 1), None);
    assert_eq!(place("print('done')\nx = 'do'\nprint(f'{x}ne')", 1), None);
    assert_eq!(place("import sys\nprint('done')\nsys.stdout.write('done\\n')", 1), None);
    assert_eq!(place("import os\nprint('done')\nos.write(1, b'done\\n')", 1), None);
    assert_eq!(place("print('done')\nmap(print, ['done'])", 1), None);
    assert_eq!(place("from rich import print\nprint('done')", 1), None);
    assert_eq!(place("def print(x): pass\nprint('done')", 1), None);
    assert_eq!(place("import os\nprint('done')\nos.execvp('x', [])", 0), None);
    assert_eq!(place("import subprocess\nprint('done')", 0), Some(2));
    assert_eq!(place("import subprocess\nprint('done')", 1), None);
    assert_eq!(place("print('done'", 0), None);
    // What is not run as a script is not read.
    let command = ["python3", "-u", "homework.py"].map(OsString::from);
    assert_eq!(Prints::of_command(&command).place(0, "done\n"), None);
    assert_eq!(Prints::of_command(&["bash".into(), file.into()]).place(0, "done\n"), None);
}

#[test]
fn a_project_has_several_files() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    fs::create_dir(folder.path().join("src")).unwrap();
    write("Cargo.toml", "[package]\nname = \"homework\"\n");
    write("src/main.rs", "mod work;\nfn main() {\n    println!(\"done\");\n}\n");
    write(
        "src/work.rs",
        "\npub fn work(x: u8) {\n    println!(\"work {x}\");\n    println!(\"{x}\");\n}\n",
    );
    let prints = Prints::of_project(folder.path());
    let place = |prints: &Prints, text: &str| {
        let place = prints.place(1, text)?;
        Some((place.file.to_string(), place.line))
    };
    assert_eq!(place(&prints, "done\n"), Some(("src/main.rs".to_string(), 3)));
    assert_eq!(place(&prints, "work 7\n"), Some(("src/work.rs".to_string(), 3)));
    assert_eq!(place(&prints, "7\n"), Some(("src/work.rs".to_string(), 4)));
    // A library beside it may print too, and what that is nobody knows.
    write("Cargo.toml", "[dependencies]\nmine = { path = \"../mine\" }\n");
    let prints = Prints::of_project(folder.path());
    assert_eq!(place(&prints, "work 7\n"), Some(("src/work.rs".to_string(), 3)));
    assert_eq!(place(&prints, "7\n"), None);
}

fn said(arguments: &[&str], input: &str) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_schedules"));
    command.args(arguments).env("LC_ALL", "C.UTF-8").stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // A program that ends without reading closes the pipe.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let output = child.wait_with_output().unwrap();
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn a_reader_is_shown_the_lines() {
    let story = said(&["fork_demo"], "");
    assert!(story.contains("\n 13 println!(\"Process ({}) start...\", process::\n"), "{story}");
    assert!(story.contains("\n    → prints Process (P1) start...\n"), "{story}");

    let told: serde_json::Value =
        serde_json::from_str(&said(&["--json", "fork_demo"], "")).unwrap();
    let printed = &told["endings"][0]["printed"];
    assert_eq!(
        printed[0],
        serde_json::json!({
            "who": "P1", "text": "Process (P1) start...\n", "file": "main.rs", "line": 13,
        })
    );
    assert_eq!(printed.as_array().unwrap().len(), 3, "{told}");

    let screen = said(&["play", "fork_demo"], "");
    assert!(
        screen.contains("An arrow shows the line that a process is about to print."),
        "{screen}"
    );
    assert!(screen.contains("0→ ") && screen.contains(" 23 "), "{screen}");
    let line = screen.lines().find(|line| line.starts_with("0→ ")).unwrap();
    assert!(line.contains("println!(\"I ({}) just created"), "{screen}");
    assert!(screen.contains("0  P1: can go\n"), "{screen}");
    // A program whose source is not known has none.
    let story = said(&["bash", "-c", "echo one & echo two; wait"], "");
    assert!(story.contains("    → prints one\n"), "{story}");
}

/// Every text has a place, but for those that two lines print, and those of other programs.
fn assert_all_but(told: &Told) {
    let without: Vec<&str> =
        told.iter().filter(|(_, [all, placed])| placed < all).map(|(name, _)| &**name).collect();
    // Two processes print their number there, and `/bin/echo` its argument.
    assert_eq!(without, ["ping_pong_process", "subprocess_call"], "{told:?}");
    for name in without {
        assert!(told[name][1] > 0, "{name}: {told:?}");
    }
}

/// The lessons in which each print says its line.
fn copies() -> PathBuf {
    let files: Vec<_> = LESSONS
        .iter()
        .map(|lesson| {
            let text = fs::read_to_string(course::source(lesson.name)).unwrap();
            let (first, rest) = text.split_once('\n').unwrap();
            assert!(first.starts_with("//"), "{first}");
            let rest = rest.replace("eprintln!", "eprint_line!");
            let rest = rest.replace("println!", "say_line!").replace("print!", "say!");
            let rest = rest.replace("eprint_line!", "eprintln!");
            let say = |name: &str, print: &str| {
                format!(
                    "macro_rules! {name} {{ ($($said:tt)*) => {{ \
                     std::{print}!(\"{{}}\\u{{1f}}{{}}\", line!(), format_args!($($said)*)) }} }} "
                )
            };
            let macros = say("say_line", "println") + &say("say", "print");
            (format!("copy_{}.rs", lesson.name), format!("{macros}\n{rest}"))
        })
        .collect();
    variants::compile("copies", &files).programs
}
