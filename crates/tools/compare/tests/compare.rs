//! The program as it is started by hand.

use std::process::{Command, Output};

fn compare(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_compare"))
        .args(arguments)
        .env("LC_ALL", "C.UTF-8")
        .output()
        .unwrap()
}

#[test]
fn arguments_that_mean_nothing_are_refused_with_what_would() {
    for (arguments, what) in [
        (&["--nonsense"][..], "--nonsense"),
        (&["--rounds"], "--rounds <N>"),
        (&["--rounds", "0"], "0 is not in 1.."),
        (&["--work", "sleep"], "start_thread"),
    ] {
        let output = compare(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(said.contains(what), "{arguments:?}: {said}");
    }
}

#[test]
fn help_is_in_both_languages() {
    language::test::help_is_in_both_languages(env!("CARGO_BIN_EXE_compare"));
}

/// On an empty `PATH` there is no Python.
#[test]
fn what_is_missing_is_said_in_the_readers_language() {
    for (language, said) in
        [("C.UTF-8", "this needs Python: install "), ("zh_CN.UTF-8", "需要 Python：请安装 ")]
    {
        let mut compare = Command::new(env!("CARGO_BIN_EXE_compare"));
        let output =
            compare.args(["--rounds", "1"]).env("LC_ALL", language).env("PATH", "").output();
        let output = output.unwrap();
        assert_eq!(output.status.code(), Some(1));
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(error.contains(said), "{error}");
    }
}

#[test]
#[ignore = "needs python3"]
fn one_round_has_every_figure() {
    let output = compare(&["--rounds", "1"]);
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));

    // A blank line stands before and after the table, whose columns are two blanks apart.
    let table = said.split("\n\n").nth(1).unwrap();
    let rows: Vec<Vec<&str>> = table
        .lines()
        .map(|line| line.split("  ").map(str::trim).filter(|cell| !cell.is_empty()).collect())
        .collect();
    assert_eq!(rows.len(), 13, "{said}");
    for row in &rows[1..] {
        let [label, python, spawn, rust, ..] = row[..] else { panic!("{row:?}") };
        let measured = |cell: &str| cell.parse::<f64>().is_ok_and(|figure| figure > 0.0);
        let memory = label.starts_with("memory");
        // Only Linux says what memory a process has, and only Unix has fork.
        assert!(measured(rust) || memory && cfg!(not(target_os = "linux")), "{row:?}");
        let starts_processes = label.contains("process") || label.contains("pool");
        if cfg!(target_os = "linux") {
            assert!(measured(python), "{row:?}");
            assert_eq!(measured(spawn), starts_processes, "{row:?}");
        }
    }
}
