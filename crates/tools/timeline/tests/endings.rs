//! How programs and runs end: exit codes, signals, the limit, Ctrl-C, and bad input.
#![cfg(target_os = "linux")]

mod common;

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::process::Stdio;
use std::time::{Duration, Instant};

use common::{timeline, watch};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// The exit code and what was said on standard error.
fn run(args: &[&str]) -> (Option<i32>, String) {
    let output = timeline().args(args).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    (output.status.code(), said)
}

#[test]
fn the_exit_code_is_passed_on() {
    let (code, chart) = run(&["sh", "-c", "exit 7"]);
    assert_eq!(code, Some(7));
    assert!(chart.contains("exit code 7"), "{chart}");
}

#[test]
fn death_by_a_signal_is_passed_on() {
    let (code, chart) = run(&["sh", "-c", "kill -SEGV $$"]);
    assert_eq!(code, Some(128 + 11));
    assert!(chart.contains("ended by signal 11"), "{chart}");
}

#[test]
fn a_real_time_signal_reaches_the_program() {
    let (code, _) = run(&["sh", "-c", "trap 'exit 3' 35; kill -35 $$; exit 4"]);
    assert_eq!(code, Some(3));
}

#[test]
fn a_program_that_is_not_there() {
    let (code, said) = run(&["no_such_program"]);
    assert_eq!(code, Some(127));
    assert_eq!(said, "timeline: there is no lesson and no command no_such_program\n");
    let (code, said) = run(&["./no_such_program"]);
    assert_eq!(code, Some(127));
    assert_eq!(said, "timeline: there is no file ./no_such_program\n");
}

#[test]
fn a_file_that_is_no_program() {
    let twin = common::lesson("bank_lock/bank_lock.py");
    let (code, said) = run(&[twin.to_str().unwrap()]);
    assert_eq!(code, Some(126));
    assert!(said.contains("try `timeline python3 "), "{said}");
}

#[test]
fn a_picture_that_cannot_be_written_is_known_before_the_run() {
    let output =
        timeline().args(["--svg", "/no/such/folder/x.svg", "echo", "ran"]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stdout.is_empty());
    assert!(String::from_utf8_lossy(&output.stderr).contains("cannot write /no/such/folder/x.svg"));
}

#[test]
fn a_limit_must_be_a_time() {
    for limit in ["0", "-1", "soon", "nan", "1e9"] {
        let (code, said) = run(&[&format!("--limit={limit}"), "true"]);
        assert_eq!(code, Some(2), "{limit}: {said}");
    }
}

#[test]
fn the_limit_ends_the_program_and_its_children() {
    let start = Instant::now();
    let run = watch(&["--limit", "0.5"], &["sh", "-c", "echo $$; sleep 1000 & echo $!; wait"]);
    assert!(start.elapsed() < Duration::from_secs(20));
    assert_eq!(run.output.status.code(), Some(124));
    assert_eq!(run.trace.lanes(), ["main", "process 1 sleep"]);
    assert_gone(&String::from_utf8_lossy(&run.output.stdout));
}

#[test]
fn a_child_that_outlives_its_parent_is_watched_to_its_end() {
    let run = watch(&[], &["sh", "-c", "(sleep 0.3; echo last) & exit 5"]);
    assert_eq!(run.output.status.code(), Some(5));
    assert_eq!(run.output.stdout, b"last\n");
}

#[test]
fn ctrl_c_ends_the_program_and_draws() {
    let (code, chart) = interrupted("echo $$; echo $$; exec sleep 1000");
    assert_eq!(code, Some(128 + 2));
    assert!(chart.contains("ended by signal 2"), "{chart}");
}

#[test]
fn a_program_that_ignores_ctrl_c_is_killed_with_its_children() {
    let (code, chart) = interrupted("trap '' INT; sleep 1000 & echo $$; echo $!; wait");
    assert_eq!(code, Some(128 + 2));
    assert!(chart.contains("ended on request"), "{chart}");
}

/// Starts a shell that prints two process ids, then sends the tool what Ctrl-C sends.
fn interrupted(script: &str) -> (Option<i32>, String) {
    let mut child = timeline()
        .args(["sh", "-c", script])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let mut pids = String::new();
    for _ in 0..2 {
        stdout.read_line(&mut pids).unwrap();
    }
    kill(Pid::from_raw(child.id() as i32), Signal::SIGINT).unwrap();
    let mut chart = String::new();
    child.stderr.take().unwrap().read_to_string(&mut chart).unwrap();
    let code = child.wait().unwrap().code();
    assert_gone(&pids);
    (code, chart)
}

/// The processes with these numbers, one in a line, are gone. One that nobody has asked about yet
/// is gone, too.
fn assert_gone(pids: &str) {
    assert_eq!(pids.lines().count(), 2, "{pids}");
    for pid in pids.lines() {
        let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
        let state = status.lines().find_map(|line| line.strip_prefix("State:"));
        let runs = state.is_some_and(|state| !state.trim().starts_with(['Z', 'X']));
        assert!(!runs, "process {pid} still runs: {state:?}");
    }
}
