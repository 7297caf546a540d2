//! Where a process prints something: what is told of the lessons and their twins, held against copies of
//! them that say it themselves.
#![cfg(all(target_os = "linux", target_arch = "x86_64"))]

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use schedules::prints::Prints;
use schedules::step::Action;
use schedules::world::{Plan, Then, World};
use schedules::worlds::processes::lessons::{LESSONS, ProcessLesson};
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
        // Its first line is a comment, so all lines stay what they are.
        let (first, rest) = text.split_once('\n').unwrap();
        assert!(first.starts_with('#'), "{first}");
        let print = "import builtins, sys; print = lambda *said, **how: (builtins.print(\
                     f'{sys._getframe(1).f_lineno}\\x1f', end=''), builtins.print(*said, **how))";
        let copy = folder.path().join(format!("{}.py", lesson.name));
        fs::write(&copy, format!("{print}\n{rest}")).unwrap();
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

/// The lessons in which each print says its line, compiled as the lessons are.
fn copies() -> PathBuf {
    let folder = tempfile::tempdir().unwrap();
    let root = course::root();
    let workspace = fs::read_to_string(root.join("Cargo.toml")).unwrap();
    let profile = workspace.split_once("[profile.dev]").unwrap().1;
    let profile = profile.split("\n# schedules").next().unwrap();
    let mut manifest = format!(
        "[package]\nname = \"copies\"\nedition = \"2024\"\n[workspace]\n[dependencies]\n\
         util = {{ path = {:?} }}\nserde = {{ version = \"1\", features = [\"derive\"] }}\n\
         nix = {{ version = \"0.31\", features = [\"process\"] }}\nrand = \"0.10\"\n\
         [profile.dev]{profile}\n",
        root.join("crates/util"),
    );
    for lesson in &LESSONS {
        let name = format!("copy_{}", lesson.name);
        manifest += &format!("[[bin]]\nname = {name:?}\npath = \"{name}.rs\"\n");
        let text = fs::read_to_string(course::source(lesson.name)).unwrap();
        let (first, rest) = text.split_once('\n').unwrap();
        assert!(first.starts_with("//"), "{first}");
        let rest = rest.replace("eprintln!", "eprint_line!");
        let rest = rest.replace("println!", "say_line!").replace("print!", "say!");
        let rest = rest.replace("eprint_line!", "eprintln!");
        let say = |name: &str, print: &str| {
            format!(
                "#[allow(unused_macros)] macro_rules! {name} {{ ($($said:tt)*) => {{ \
                 std::{print}!(\"{{}}\\u{{1f}}{{}}\", line!(), format_args!($($said)*)) }} }} "
            )
        };
        let macros = say("say_line", "println") + &say("say", "print");
        fs::write(folder.path().join(format!("{name}.rs")), format!("{macros}\n{rest}")).unwrap();
    }
    fs::write(folder.path().join("Cargo.toml"), manifest).unwrap();
    fs::copy(root.join("Cargo.lock"), folder.path().join("Cargo.lock")).unwrap();
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let built = Command::new(cargo)
        .args(["build", "--quiet", "--offline", "--bins"])
        .env("CARGO_TARGET_DIR", root.join("target/waits"))
        .current_dir(folder.path())
        .status();
    assert!(built.unwrap().success());
    root.join("target/waits/debug")
}
