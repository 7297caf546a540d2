//! The program as it is started by hand.

use std::process::{Command, Output};

fn parity(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_parity"))
        .args(arguments)
        .env("LC_ALL", "C.UTF-8")
        .output()
        .unwrap()
}

#[test]
fn arguments_that_mean_nothing_are_refused_with_what_would() {
    for (arguments, what) in [
        (&["no_such_lesson"][..], "there are bank_deadlock, "),
        (&["--times", "1", "no_such_lesson"], "there are bank_deadlock, "),
        (&["--times", "0", "bank_lock"], "0 is not in 1.."),
        (&["--times", "3"], "<LESSON>"),
        (&["--nonsense"], "--nonsense"),
    ] {
        let output = parity(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(said.contains(what), "{arguments:?}: {said}");
    }
}

#[test]
fn help_is_in_both_languages() {
    language::test::help_is_in_both_languages(env!("CARGO_BIN_EXE_parity"));
}

/// On an empty `PATH` there is no Python.
#[test]
fn what_is_missing_is_said_in_the_readers_language() {
    for (language, said) in
        [("C.UTF-8", "this needs Python: install "), ("zh_CN.UTF-8", "需要 Python：请安装 ")]
    {
        for lessons in [&["process_args"][..], &["process_args", "thread_args"]] {
            let mut parity = Command::new(env!("CARGO_BIN_EXE_parity"));
            let output =
                parity.args(lessons).env("LC_ALL", language).env("PATH", "").output().unwrap();
            assert_eq!(output.status.code(), Some(2), "{lessons:?}");
            let error = String::from_utf8_lossy(&output.stderr);
            assert!(error.contains(said), "{error}");
            assert_eq!(language::test::speaks_english(&error), language == "C.UTF-8", "{error}");
        }
    }
}

#[test]
fn many_runs_are_told_in_a_line() {
    let output = parity(&["--times", "10", "thread_args"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(said.starts_with("thread_args: 10 runs as described, "), "{said}");
}

#[test]
#[ignore = "needs python3"]
fn both_languages_stand_side_by_side() {
    let output = parity(&["process_args"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let said = String::from_utf8_lossy(&output.stdout);
    let both = said.lines().filter(|line| line.matches("by keyword: 3").count() == 2).count();
    assert_eq!(both, 1, "{said}");
    assert!(said.lines().any(|line| line.matches("as described").count() == 2), "{said}");
}

#[test]
#[ignore = "needs python3"]
fn several_lessons_make_a_table() {
    let rows = [
        ("thread_args", "not compared"),
        ("process_args", "not compared"),
        ("bank_lock", "equal"),
        ("change_it_no_lock", "Python has 2 more"),
    ];
    let output = parity(&rows.map(|(lesson, _)| lesson));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let said = String::from_utf8_lossy(&output.stdout);
    for (lesson, endings) in rows {
        let row = said.lines().find(|line| line.starts_with(&format!("{lesson} "))).unwrap();
        assert_eq!(row.split_whitespace().nth(1), Some("both"), "{said}");
        assert!(row.ends_with(&format!("  {endings}")), "{said}");
    }
    assert!(
        said.contains("\nchange_it_no_lock: Python's `balance += n` reads and writes"),
        "{said}"
    );
}
