//! The rules of a single child: CPython's, each with a test.

mod support;

use std::fs::File;
use std::process::Stdio;
use std::time::{Duration, Instant};
use std::{env, process, thread};

use support::{LIMIT, Running, output, program};
use util::{Process, current_process};

fn main() {
    if env::args().any(|argument| argument == "without_guard") {
        return without_guard();
    }
    if env::args().any(|argument| argument == "guard_let_go") {
        return guard_let_go();
    }
    match support::program_name().as_deref() {
        Some("work_before_guard") => println!("before the guard"),
        Some("memory_before_guard") => return show_memory(),
        _ => {}
    }

    let _main = util::main_guard!(
        nothing,
        panics,
        panics_quietly,
        exits,
        sleeps,
        show_name,
        nest,
        nest_in_daemon,
        read_stdin,
        takes_many,
        takes_strings,
        takes_a_number,
        show_memory,
    );
    match support::program_name().as_deref() {
        Some("names") => names(),
        Some("many_starts") => many_starts(),
        Some("not_json") => not_json(),
        Some("not_listed") => not_listed(),
        Some("work_before_guard") => start_and_join(Process::new(nothing, ())),
        Some("memory") => start_and_join(Process::new(show_memory, ())),
        Some(other) => panic!("there is no program {other}"),
        None => support::run(
            support::tests![
                a_target_that_returns_gives_0,
                a_panic_gives_1,
                exit_gives_its_code,
                terminate_gives_minus_15,
                kill_gives_minus_9,
                terminate_twice_is_fine,
                terminate_after_the_end_changes_nothing,
                join_twice_is_fine,
                join_with_a_limit_gives_up,
                join_with_a_limit_sees_the_end,
                one_thread_can_terminate_what_another_joins,
                a_child_can_have_a_child,
                a_daemon_may_have_no_children,
                a_panic_names_the_process,
                children_have_cpythons_names,
                arguments_come_as_they_were,
                large_arguments_come_whole,
                arguments_that_are_not_json_are_an_error,
                without_a_guard_nothing_starts,
                without_a_guard_that_is_held_nothing_starts,
                a_target_that_is_not_listed_fails_in_the_parent,
                the_mark_by_hand_is_refused,
                what_stands_before_the_guard_runs_in_every_child,
            ]
            .into_iter()
            .chain(support::needs(
                cfg!(target_os = "linux"),
                support::tests![many_starts_leave_nothing],
            ))
            .chain(support::needs(cfg!(unix), support::tests![stdin_of_a_child_is_empty]))
            .chain(support::needs(
                cfg!(target_os = "linux"),
                support::tests![a_child_takes_little_more_memory_than_a_program_that_does_nothing],
            ))
            .collect(),
        ),
    }
}

fn nothing() {}

fn panics() {
    panic!("on purpose");
}

fn panics_quietly() {
    support::panic_quietly();
    panics();
}

fn exits(code: i32) {
    process::exit(code);
}

fn sleeps(milliseconds: u64) {
    thread::sleep(Duration::from_millis(milliseconds));
}

const FOR_EVER: u64 = 600_000;

fn start(process: Process) -> util::Child {
    process.start().unwrap()
}

fn start_and_join(process: Process) {
    start(process).join().unwrap();
}

fn exit_code_of(process: Process) -> i32 {
    let child = start(process);
    child.join().unwrap();
    assert!(!child.is_alive());
    child.exit_code().unwrap()
}

fn a_target_that_returns_gives_0() {
    assert_eq!(exit_code_of(Process::new(nothing, ())), 0);
}

fn a_panic_gives_1() {
    assert_eq!(exit_code_of(Process::new(panics_quietly, ())), 1);
}

fn exit_gives_its_code() {
    assert_eq!(exit_code_of(Process::new(exits, (7,))), 7);
}

fn terminate_gives_minus_15() {
    let child = start(Process::new(sleeps, (FOR_EVER,)));
    assert!(child.is_alive());
    assert_eq!(child.exit_code(), None);
    child.terminate().unwrap();
    child.join().unwrap();
    assert!(!child.is_alive());
    assert_eq!(child.exit_code(), Some(-15));
}

fn kill_gives_minus_9() {
    let child = start(Process::new(sleeps, (FOR_EVER,)));
    child.kill().unwrap();
    child.join().unwrap();
    assert_eq!(child.exit_code(), Some(if cfg!(windows) { -15 } else { -9 }));
}

fn terminate_twice_is_fine() {
    let child = start(Process::new(sleeps, (FOR_EVER,)));
    child.terminate().unwrap();
    child.terminate().unwrap();
    child.join().unwrap();
    assert_eq!(child.exit_code(), Some(-15));
}

fn terminate_after_the_end_changes_nothing() {
    let child = start(Process::new(exits, (3,)));
    child.join().unwrap();
    child.terminate().unwrap();
    assert_eq!(child.exit_code(), Some(3));
}

fn join_twice_is_fine() {
    let child = start(Process::new(exits, (4,)));
    child.join().unwrap();
    child.join().unwrap();
    assert_eq!(child.exit_code(), Some(4));
}

fn join_with_a_limit_gives_up() {
    let child = start(Process::new(sleeps, (FOR_EVER,)));
    let from = Instant::now();
    assert!(!child.join_timeout(Duration::from_millis(100)).unwrap());
    assert!(from.elapsed() >= Duration::from_millis(100));
    assert_eq!(child.exit_code(), None);
    child.terminate().unwrap();
    child.join().unwrap();
}

fn join_with_a_limit_sees_the_end() {
    let child = start(Process::new(nothing, ()));
    assert!(child.join_timeout(LIMIT).unwrap());
    assert_eq!(child.exit_code(), Some(0));
}

fn one_thread_can_terminate_what_another_joins() {
    let child = start(Process::new(sleeps, (FOR_EVER,)));
    thread::scope(|scope| {
        let joining = scope.spawn(|| child.join().unwrap());
        thread::sleep(Duration::from_millis(50));
        assert!(child.is_alive());
        child.terminate().unwrap();
        joining.join().unwrap();
    });
    assert_eq!(child.exit_code(), Some(-15));
}

fn nest() {
    let child = start(Process::new(exits, (5,)));
    child.join().unwrap();
    process::exit(child.exit_code().unwrap() + 1);
}

fn a_child_can_have_a_child() {
    assert_eq!(exit_code_of(Process::new(nest, ())), 6);
}

fn nest_in_daemon() {
    support::panic_quietly();
    assert!(current_process().daemon());
    let started = std::panic::catch_unwind(|| Process::new(nothing, ()).start());
    let message = started.unwrap_err().downcast_ref::<&str>().unwrap().to_string();
    assert_eq!(message, "daemonic processes are not allowed to have children");
    process::exit(8);
}

fn a_daemon_may_have_no_children() {
    assert_eq!(exit_code_of(Process::new(nest_in_daemon, ()).daemon(true)), 8);
}

fn show_name() {
    println!("{}", current_process().name());
    if current_process().name() == "Process-2" {
        start_and_join(Process::new(show_name, ()));
        start_and_join(Process::new(show_name, ()));
    }
}

fn names() {
    println!("{}", current_process().name());
    start_and_join(Process::new(show_name, ()));
    start_and_join(Process::new(show_name, ()));
    // It is never started, but it has taken a number all the same.
    let _unused = Process::new(show_name, ());
    start_and_join(Process::new(show_name, ()).name("a name"));
    start_and_join(Process::new(show_name, ()));
    let pool = util::Pool::new(1).unwrap();
    pool.apply_async(show_name, ()).get().unwrap();
    pool.close().join();
    start_and_join(Process::new(panics, ()).name("unlucky"));
}

fn children_have_cpythons_names() {
    let lines = output(&mut program("names")).stdout;
    let expected = [
        "MainProcess",
        "Process-1",
        "Process-2",
        "Process-2:1",
        "Process-2:2",
        "a name",
        "Process-5",
        "PoolWorker-6",
    ];
    assert_eq!(lines.lines().collect::<Vec<_>>(), expected);
}

fn a_panic_names_the_process() {
    let stderr = output(&mut program("names")).stderr;
    let (name, message) = stderr.split_once('\n').unwrap();
    assert_eq!(name, "Process unlucky:");
    assert!(message.contains("on purpose"), "{stderr}");
}

fn read_stdin() {
    let mut text = String::new();
    process::exit(if std::io::stdin().read_line(&mut text).unwrap() == 0 { 0 } else { 1 });
}

fn stdin_of_a_child_is_empty() {
    assert_eq!(exit_code_of(Process::new(read_stdin, ())), 0);
}

fn takes_many(a: i8, b: u64, c: f64, d: char, e: String, f: Vec<i64>, g: Option<(u8, u8)>) {
    assert_eq!((a, b, c, d), (-1, u64::MAX, 0.1 + 0.2, '京'));
    assert_eq!(
        (e.as_str(), f.as_slice(), g),
        ("一\n\"two\"\0", &[i64::MIN, 0, i64::MAX][..], Some((1, 2)))
    );
}

fn arguments_come_as_they_were() {
    let text = "一\n\"two\"\0".to_owned();
    let args =
        (-1_i8, u64::MAX, 0.1 + 0.2, '京', text, vec![i64::MIN, 0, i64::MAX], Some((1_u8, 2_u8)));
    assert_eq!(exit_code_of(Process::new(takes_many, args)), 0);
}

fn takes_strings(strings: Vec<String>) {
    assert_eq!(strings.iter().map(String::len).sum::<usize>(), 10_000_000);
}

fn large_arguments_come_whole() {
    let strings = vec!["x".repeat(1_000_000); 10];
    assert_eq!(exit_code_of(Process::new(takes_strings, (strings,))), 0);
}

fn takes_a_number(_number: f64) {}

fn not_json() {
    // JSON has no such number: it is written as null, which is no number for the child.
    process::exit(exit_code_of(Process::new(takes_a_number, (f64::NAN,)).name("receiver")));
}

fn arguments_that_are_not_json_are_an_error() {
    let output = output(&mut program("not_json"));
    assert_eq!(output.status.code(), Some(1));
    assert!(
        output.stderr.starts_with("Process receiver: ") && output.stderr.contains("JSON"),
        "{}",
        output.stderr
    );
}

fn without_guard() {
    let _ = Process::new(nothing, ());
}

fn without_a_guard_nothing_starts() {
    let output = output(&mut program("without_guard"));
    assert_eq!(output.status.code(), Some(101));
    assert!(output.stderr.contains("let _main = util::main_guard!(nothing);"), "{}", output.stderr);
}

fn guard_let_go() {
    drop(util::main_guard!(nothing));
    let _ = Process::new(nothing, ()).start();
}

fn without_a_guard_that_is_held_nothing_starts() {
    let output = output(&mut program("guard_let_go"));
    assert_eq!(output.status.code(), Some(101));
    assert!(output.stderr.contains("bind it to a name"), "{}", output.stderr);
}

fn not_listed() {
    fn forgotten() {}
    let _ = Process::new(forgotten, ());
}

fn a_target_that_is_not_listed_fails_in_the_parent() {
    let output = output(&mut program("not_listed"));
    assert_eq!(output.status.code(), Some(101));
    assert!(output.stderr.contains("takes_strings, forgotten)"), "{}", output.stderr);
}

fn the_mark_by_hand_is_refused() {
    mark_is_refused(&[], Stdio::null());
    mark_is_refused(&["--program", "names"], Stdio::null());
    mark_is_refused(&["one", "--util-child-process"], Stdio::null());
    // A file that is no text and longer than any orders.
    mark_is_refused(&[], File::open(env::current_exe().unwrap()).unwrap().into());
    #[cfg(unix)]
    {
        let terminal = nix::pty::openpty(None, None).unwrap();
        mark_is_refused(&[], terminal.slave.into());

        let mut closed = process::Command::new("sh");
        closed.args(["-c", "exec \"$0\" --util-child-process <&-"]);
        is_refused(closed.arg(env::current_exe().unwrap()), Stdio::null());
    }
}

fn mark_is_refused(more: &[&str], stdin: Stdio) {
    let mut command = process::Command::new(env::current_exe().unwrap());
    is_refused(command.arg("--util-child-process").args(more), stdin);
}

fn is_refused(command: &mut process::Command, stdin: Stdio) {
    let output = Running::start_with_stdin(command, stdin).finish();
    let message =
        "--util-child-process is for the children of this program: start the program without it\n";
    assert_eq!((output.stdout.as_str(), output.stderr.as_str()), ("", message));
    assert_eq!(output.status.code(), Some(2));
}

fn what_stands_before_the_guard_runs_in_every_child() {
    // The child's program is the same, but its arguments are not, so it does not print.
    assert_eq!(output(&mut program("work_before_guard")).stdout, "before the guard\n");
}

fn many_starts() {
    start_and_join(Process::new(nothing, ()));
    let before = open_files_and_threads();
    for _ in 0..200 {
        start_and_join(Process::new(nothing, ()));
    }
    let after = open_files_and_threads();
    println!("{before:?} {after:?}");
    assert_eq!(before, after);
}

/// Linux alone says it in files.
fn open_files_and_threads() -> (usize, usize) {
    let count = |path| std::fs::read_dir(path).unwrap().count();
    (count("/proc/self/fd"), count("/proc/self/task"))
}

fn many_starts_leave_nothing() {
    let output = output(&mut program("many_starts"));
    assert!(output.status.success(), "{}{}", output.stdout, output.stderr);
}

fn show_memory() {
    println!("{}", support::resident_memory());
}

fn a_child_takes_little_more_memory_than_a_program_that_does_nothing() {
    let bytes = |name| -> u64 { output(&mut program(name)).stdout.trim().parse().unwrap() };
    let (nothing, child) = (bytes("memory_before_guard"), bytes("memory"));
    assert!(child < nothing + 1_000_000, "{child} bytes, {nothing} without a guard");
}
