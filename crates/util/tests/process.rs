//! The rules of a single child: CPython's, each with a test.

mod support;

use std::collections::HashMap;
use std::time::{Duration, Instant};
use std::{env, process, thread};

use serde::{Deserialize, Serialize};
use support::{output, program, LIMIT};
use util::{current_process, parent_process, Process};

fn main() {
    if env::args().any(|argument| argument == "without_guard") {
        return without_guard();
    }
    if env::args().any(|argument| argument == "guard_let_go") {
        return guard_let_go();
    }
    match support::program_name().as_deref() {
        Some("work_before_guard") => println!("before the guard"),
        // A child has the same arguments, and its turn comes behind the guard.
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
        takes_rare,
        takes_a_list,
        takes_what_refuses,
        takes_one_way,
        show_parent,
        count_files,
        show_memory,
    );
    match support::program_name().as_deref() {
        Some("names") => names(),
        Some("many_starts") => many_starts(),
        Some("unreadable") => unreadable(),
        Some("not_listed") => not_listed(),
        Some("work_before_guard") => start_and_join(Process::new(nothing, ())),
        Some("family") => {
            println!("{}", util::active_children().len());
            assert!(parent_process().is_none());
            start_and_join(Process::new(show_parent, ()).name("elder"));
        }
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
                rare_arguments_come_as_they_were,
                a_list_of_many_nodes_comes_whole,
                arguments_that_cannot_be_written_are_an_error,
                arguments_that_cannot_be_read_are_an_error,
                without_a_guard_nothing_starts,
                without_a_guard_that_is_held_nothing_starts,
                a_target_that_is_not_listed_fails_in_the_parent,
                what_stands_before_the_guard_runs_in_every_child,
                many_children_at_once,
                active_children_are_those_that_run,
                wait_gives_the_first_that_ends,
                wait_gives_up,
                a_child_knows_its_parent,
            ]
            .into_iter()
            .chain(support::needs(
                cfg!(target_os = "linux"),
                support::tests![many_starts_leave_nothing, a_child_has_no_files_of_its_siblings],
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

/// What JSON turns into `None`, or into an error.
type Rare = (Option<f64>, Option<()>, Option<Option<u8>>, HashMap<(u8, bool), f32>);

fn rare() -> Rare {
    (Some(f64::NAN), Some(()), Some(None), HashMap::from([((1, true), f32::NEG_INFINITY)]))
}

fn takes_rare(values: Rare) {
    assert!(values.0.is_some_and(f64::is_nan));
    assert_eq!((values.1, values.2, values.3), (Some(()), Some(None), rare().3));
}

fn rare_arguments_come_as_they_were() {
    assert_eq!(exit_code_of(Process::new(takes_rare, (rare(),))), 0);
}

#[derive(Serialize, Deserialize)]
struct Node(Option<Box<Node>>);

fn takes_a_list(list: Node) {
    let nodes = std::iter::successors(Some(&list), |node| node.0.as_deref());
    process::exit(nodes.count() as i32);
}

fn list(nodes: usize) -> Node {
    (1..nodes).fold(Node(None), |next, _| Node(Some(Box::new(next))))
}

/// JSON refuses 127 of them.
fn a_list_of_many_nodes_comes_whole() {
    let nodes = if cfg!(windows) { 90 } else { 150 };
    assert_eq!(exit_code_of(Process::new(takes_a_list, (list(nodes),))), nodes as i32);
}

/// Refuses to be written.
struct Refuses;

impl Serialize for Refuses {
    fn serialize<S: serde::Serializer>(&self, _serializer: S) -> Result<S::Ok, S::Error> {
        Err(serde::ser::Error::custom("it is secret"))
    }
}

impl<'de> Deserialize<'de> for Refuses {
    fn deserialize<D: serde::Deserializer<'de>>(_deserializer: D) -> Result<Self, D::Error> {
        Err(serde::de::Error::custom("it is not wanted"))
    }
}

fn takes_what_refuses(_value: Refuses) {}

fn arguments_that_cannot_be_written_are_an_error() {
    let error = Process::new(takes_what_refuses, (Refuses,)).start().unwrap_err();
    assert_eq!(error.to_string(), "the arguments cannot be written: it is secret");
    let deep = Process::new(takes_a_list, (list(100_000 / 16),)).start().unwrap_err();
    assert!(deep.to_string().contains("levels deep"), "{deep}");
}

/// Can be written, and not be read.
struct OneWay;

impl Serialize for OneWay {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_unit()
    }
}

impl<'de> Deserialize<'de> for OneWay {
    fn deserialize<D: serde::Deserializer<'de>>(_deserializer: D) -> Result<Self, D::Error> {
        Err(serde::de::Error::custom("it is not wanted"))
    }
}

fn takes_one_way(_value: OneWay) {}

fn unreadable() {
    process::exit(exit_code_of(Process::new(takes_one_way, (OneWay,)).name("receiver")));
}

fn arguments_that_cannot_be_read_are_an_error() {
    let output = output(&mut program("unreadable"));
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        output.stderr,
        "Process receiver: process::takes_one_way: the arguments cannot be read: it is not wanted\n"
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

mod module {
    pub fn forgotten<T>() {}
}

fn not_listed() {
    let _ = Process::new(module::forgotten::<String>, ());
}

fn a_target_that_is_not_listed_fails_in_the_parent() {
    let output = output(&mut program("not_listed"));
    assert_eq!(output.status.code(), Some(101));
    assert!(
        output.stderr.contains("show_memory, module::forgotten::<std::string::String>);`"),
        "{}",
        output.stderr
    );
}

fn what_stands_before_the_guard_runs_in_every_child() {
    let twice = "before the guard\nbefore the guard\n";
    assert_eq!(output(&mut program("work_before_guard")).stdout, twice);
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

fn many_children_at_once() {
    let ending: Vec<_> = (0..20).map(|_| start(Process::new(exits, (4,)))).collect();
    let sleeping: Vec<_> = (0..20).map(|_| start(Process::new(sleeps, (FOR_EVER,)))).collect();
    sleeping.iter().for_each(|child| child.terminate().unwrap());
    for child in ending.iter().chain(&sleeping) {
        child.join().unwrap();
    }
    assert!(ending.iter().all(|child| child.exit_code() == Some(4)));
    assert!(sleeping.iter().all(|child| child.exit_code() == Some(-15)));
}

fn count_files() {
    // Reading the folder is a file itself.
    process::exit(std::fs::read_dir("/proc/self/fd").unwrap().count() as i32);
}

fn a_child_has_no_files_of_its_siblings() {
    let alone = exit_code_of(Process::new(count_files, ()));
    let siblings: Vec<_> = (0..10).map(|_| start(Process::new(sleeps, (FOR_EVER,)))).collect();
    let _file = std::fs::File::open(env::current_exe().unwrap()).unwrap();
    assert_eq!(exit_code_of(Process::new(count_files, ())), alone);
    siblings.iter().for_each(|child| child.kill().unwrap());
}

fn active_children_are_those_that_run() {
    let ends = start(Process::new(nothing, ()));
    let sleeps = start(Process::new(sleeps, (FOR_EVER,)).name("sleeper"));
    ends.join().unwrap();
    // Other tests have children, too.
    let active = util::active_children();
    let found = active.iter().find(|child| child.pid() == sleeps.pid()).unwrap();
    assert_eq!(found.name(), "sleeper");
    assert!(active.iter().all(|child| child.pid() != ends.pid()));
    found.terminate().unwrap();
    sleeps.join().unwrap();
    assert!(util::active_children().iter().all(|child| child.pid() != sleeps.pid()));
}

fn wait_gives_the_first_that_ends() {
    let children = [
        start(Process::new(sleeps, (FOR_EVER,))),
        start(Process::new(exits, (4,))),
        start(Process::new(sleeps, (FOR_EVER,))),
    ];
    let ended = util::wait(&children, None);
    assert_eq!(ended.iter().map(|child| child.pid()).collect::<Vec<_>>(), [children[1].pid()]);
    assert_eq!(ended[0].exit_code(), Some(4));
    children.iter().for_each(|child| child.kill().unwrap());
    let mut left: Vec<_> = children.iter().collect();
    while !left.is_empty() {
        let ended: Vec<u32> =
            util::wait(left.iter().copied(), None).iter().map(|c| c.pid()).collect();
        assert!(!ended.is_empty());
        left.retain(|child| !ended.contains(&child.pid()));
    }
}

fn wait_gives_up() {
    let child = start(Process::new(sleeps, (FOR_EVER,)));
    let from = Instant::now();
    assert!(util::wait([&child], Duration::from_millis(100)).is_empty());
    assert!(from.elapsed() >= Duration::from_millis(100));
    assert!(util::wait([], None).is_empty());
    child.kill().unwrap();
}

fn show_parent() {
    let parent = parent_process().unwrap();
    println!("{} {}", parent.name(), parent.pid());
    assert_eq!(parent.pid(), util::parent_id());
    if current_process().name() == "elder" {
        start_and_join(Process::new(show_parent, ()).name("younger"));
    }
}

fn a_child_knows_its_parent() {
    let mut running = support::Running::start(&mut program("family"));
    assert_eq!(running.line(), "0");
    assert_eq!(running.line(), format!("MainProcess {}", running.child.id()));
    assert!(running.line().starts_with("elder "));
    assert_eq!(running.finish().status.code(), Some(0));
}

fn show_memory() {
    println!("{}", support::resident_memory());
}

fn a_child_takes_little_more_memory_than_a_program_that_does_nothing() {
    let bytes = |name| -> u64 { output(&mut program(name)).stdout.trim().parse().unwrap() };
    let (nothing, child) = (bytes("memory_before_guard"), bytes("memory"));
    assert!(child < nothing + 1_000_000, "{child} bytes, {nothing} without a guard");
}
