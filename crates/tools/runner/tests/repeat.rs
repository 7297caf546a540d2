//! Many runs of small shell programs: the first fault ends them all.
#![cfg(unix)]

use std::panic::{self, AssertUnwindSafe};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::{Duration, Instant};

use runner::{Cores, Program, many_runs};
use says::{Description, line, times};

/// As long as nothing here should take, however busy the machine is: a program that hangs is given up
/// only after as long.
const A_MINUTE: Duration = Duration::from_secs(60);

fn shell(script: &str) -> Program {
    Program::new("sh").arg("-c").arg(script)
}

#[test]
fn every_run_is_made_and_told() {
    let done = AtomicUsize::new(0);
    let description = Description::new(line("here"));
    let outcome = many_runs(20, 4, Cores::All, &shell("echo here"), &description, |number| {
        done.fetch_max(number, Relaxed);
    });
    assert_eq!(outcome, Ok(()));
    assert_eq!(done.into_inner(), 20);
}

#[test]
fn the_first_fault_ends_all_others_at_once() {
    let folder = tempfile::tempdir().unwrap();
    // The first to come says something else; the others would sleep for ever.
    let script = "mkdir first 2>/dev/null && echo gone && exit; sleep 1000; echo here";
    let program = shell(script).in_folder(folder.path());
    let from = Instant::now();
    let outcome =
        many_runs(1_000, 4, Cores::Busy, &program, &Description::new(line("here")), |_| ());
    let fault = outcome.unwrap_err();
    let (english, chinese) = (fault.to_string(), fault.in_chinese());
    assert!(english.contains("of 1000: line 1: \"gone\\n\": expected \"here\\n\""), "{fault}");
    assert!(chinese.contains("次：第 1 行：\"gone\\n\"：应为 \"here\\n\""), "{chinese}");
    assert!(from.elapsed() < A_MINUTE, "the others went on");
}

#[test]
fn a_program_that_cannot_be_started_ends_all() {
    let missing = Program::new("/no/such/program");
    let description = Description::new(line("here"));
    let run = || many_runs(1_000, 4, Cores::Busy, &missing, &description, |_| ());
    assert!(panic::catch_unwind(AssertUnwindSafe(run)).is_err());
}

#[test]
fn a_program_without_an_end_gets_ctrl_c_when_it_has_said_enough() {
    let program = shell("trap 'exit 130' INT; while :; do echo tick; sleep 0.01; done");
    let description = Description::new(times(3.., line("tick"))).until_ctrl_c();
    assert_eq!(many_runs(4, 2, Cores::All, &program, &description, |_| ()), Ok(()));
}
