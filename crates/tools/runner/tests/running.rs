//! Programs of a line each, started, heard and ended.
#![cfg(unix)]

use runner::Program;

fn shell(script: &str) -> Program {
    Program::new("sh").arg("-c").arg(script)
}

#[test]
fn what_is_said_is_heard_and_the_end_is_known() {
    let run = shell("echo one; echo two >&2; exit 3").with_pipes().finish();
    assert_eq!((run.text().as_str(), run.stderr.as_str()), ("one\n", "two\n"));
    assert_eq!(run.exit_code, Some(3));
    let run = shell("kill -TERM $$").with_pipes().finish();
    assert_eq!(run.exit_code, Some(-15));
}

#[test]
fn in_a_terminal_both_streams_are_one() {
    let running = shell("test -t 1 && echo a terminal; echo two >&2").in_terminal();
    assert_eq!(running.finish().text(), "a terminal\ntwo\n");
    assert!(!cfg!(target_os = "linux") || running.terminal_is_as_before());
}

#[test]
fn waiting_ends_when_it_has_been_said_or_can_be_no_more() {
    let running = shell("echo one; read line; echo two").in_terminal();
    let said = running.wait_until(|said| said.text().contains("one"));
    assert_eq!(said.text(), "one\n");
    running.ctrl_c();
    let said = running.wait_until(|said| said.text().contains("two"));
    assert!(!said.text().contains("two"));
}

#[test]
fn a_child_that_is_left_is_waited_for() {
    let running = shell("sleep 0.3 >/dev/null 2>&1 & echo gone").with_pipes();
    assert_eq!(running.finish().text(), "gone\n");
    running.all_gone();
}
