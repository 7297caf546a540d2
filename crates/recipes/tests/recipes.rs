//! Runs every recipe and compares what it prints.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use std::{fs, thread};

/// What a program prints, if it ends well.
fn printed(program: &str) -> String {
    let mut child = Command::new(program)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{program}: {error}"));
    // None takes more than a second or two; a machine that is busy may need far longer.
    let late = Instant::now() + Duration::from_secs(60);
    while child.try_wait().unwrap().is_none() {
        if Instant::now() > late {
            child.kill().unwrap();
            panic!("{program} does not end");
        }
        thread::sleep(Duration::from_millis(10));
    }
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{program}: {}", output.status);
    String::from_utf8(output.stdout).unwrap()
}

fn lines_of(text: &str) -> Vec<&str> {
    text.lines().collect()
}

#[test]
fn accounts() {
    let printed = printed(env!("CARGO_BIN_EXE_accounts"));
    assert_eq!(printed, "ann: 90\nbob: 90\neve: 90\nann has 1000: false\n");
}

#[test]
fn child_result() {
    let printed = printed(env!("CARGO_BIN_EXE_child_result"));
    assert_eq!(printed, "2 x 3 = 6\n4 x 5 = 20\n6 x 7 = 42\n8 x 9 = 72\n");
}

#[test]
fn lock_too_long() {
    let printed = printed(env!("CARGO_BIN_EXE_lock_too_long"));
    let [kept, released] = lines_of(&printed)[..] else { panic!("{printed}") };
    assert_eq!(kept, "while let: 1 at a time");
    // Four on a machine with time for them; two show that the lock is free during the work.
    assert!(
        ["2", "3", "4"].iter().any(|most| released == format!("let … else: {most} at a time")),
        "{released}"
    );
}

#[test]
fn lock_twice() {
    let printed = printed(env!("CARGO_BIN_EXE_lock_twice"));
    assert_eq!(printed, "stuck: it waits for the lock that it holds\nthe remedy: 110\n");
}

#[test]
fn queue_processes() {
    let printed = printed(env!("CARGO_BIN_EXE_queue_processes"));
    let mut lines = lines_of(&printed);
    assert_eq!(lines.pop(), Some("all children have ended"), "{printed}");
    lines.sort_unstable();
    assert_eq!(lines, ["2 x 3 = 6", "4 x 5 = 20", "6 x 7 = 42", "8 x 9 = 72"]);
}

#[test]
fn queue_threads() {
    let printed = printed(env!("CARGO_BIN_EXE_queue_threads"));
    let lines = lines_of(&printed);
    assert_eq!(lines.len(), 7, "{printed}");
    for producer in 1..=2 {
        let start = format!("producer {producer}: ");
        let numbers: Vec<&str> =
            lines.iter().filter_map(|line| line.strip_prefix(&start)).collect();
        assert_eq!(numbers, ["1", "2", "3"], "{printed}");
    }
    assert_eq!(lines[6], "all producers are done");
}

#[test]
fn sum_in_pool() {
    // 1000 * 1001 * 2001 / 6
    assert_eq!(printed(env!("CARGO_BIN_EXE_sum_in_pool")), "333833500\n");
}

#[test]
fn wait_for() {
    let printed = printed(env!("CARGO_BIN_EXE_wait_for"));
    assert_eq!(printed, "cook: rice\ncook: soup\ncook: tea\nall is cooked\n");
}

#[test]
fn worker_stop() {
    let printed = printed(env!("CARGO_BIN_EXE_worker_stop"));
    let lines = lines_of(&printed);
    assert_eq!(lines.last(), Some(&"each has worked: true"), "{printed}");
    for name in ["ann", "bob"] {
        let of_it: Vec<&&str> = lines.iter().filter(|line| line.starts_with(name)).collect();
        let (end, works) = of_it.split_last().unwrap();
        assert_eq!(**end, format!("{name} stops"), "{printed}");
        assert!(
            !works.is_empty() && works.iter().all(|line| line.ends_with(" works")),
            "{printed}"
        );
    }
}

#[test]
fn every_recipe_is_run_and_is_on_the_page() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let tests = fs::read_to_string(folder.join("tests/recipes.rs")).unwrap();
    for file in fs::read_dir(folder.join("src/bin")).unwrap() {
        let file = file.unwrap().file_name().into_string().unwrap();
        let name = file.strip_suffix(".rs").unwrap();
        assert!(tests.contains(&format!("CARGO_BIN_EXE_{name}\"")), "{name} is not run");
        for language in ["en", "zh"] {
            let page = folder.join(format!("../../docs/{language}/src/recipes.md"));
            let page = fs::read_to_string(page).unwrap();
            assert!(
                page.contains(&format!("crates/recipes/src/bin/{file}}}}}")),
                "{language}: {name}"
            );
            assert!(page.contains(&format!("--bin {name}\n")), "{language}: how to run {name}");
        }
    }
}
