//! The pool: tasks of every kind, and workers that die.

mod support;

use std::collections::{BTreeMap, HashMap};
use std::time::{Duration, Instant};
use std::{process, thread};

use serde::{Deserialize, Serialize};
use support::{LIMIT, output, program};
use util::{Pool, Process, TaskError};

fn main() {
    let _main = util::main_guard!(
        square,
        panics,
        exits,
        sleeps,
        every_type,
        long_text,
        not_a_number,
        pid,
        starts_a_child
    );
    match support::program_name().as_deref() {
        Some("few_files") => more_tasks_than_files(),
        Some("many_waiting") => many_waiting_tasks(),
        Some("busy_and_dropped") => drop(busy_pool()),
        Some("no_workers") => drop(Pool::new(0)),
        Some(other) => panic!("there is no program {other}"),
        None => support::run(
            support::tests![
                every_task_is_done,
                ten_thousand_tasks_are_done,
                tasks_wait_only_for_workers,
                close_and_join_finish_what_is_queued,
                a_panic_is_an_error_and_the_worker_lives_on,
                a_task_that_exits_is_an_error_and_its_worker_is_replaced,
                a_worker_killed_in_a_task_is_replaced,
                a_worker_killed_while_idle_loses_nothing,
                results_of_every_type_come_back,
                a_large_result_comes_whole,
                a_result_that_is_not_json_is_an_error,
                terminate_ends_tasks_at_once,
                a_dropped_pool_leaves_nothing,
                workers_are_daemons,
                no_workers_is_refused,
                the_default_size_is_the_number_of_cores,
            ]
            .into_iter()
            .chain(support::needs(cfg!(unix), support::tests![more_tasks_than_open_files_are_done]))
            .chain(support::needs(
                cfg!(target_os = "linux"),
                support::tests![ten_thousand_waiting_tasks_take_little_memory],
            ))
            .collect(),
        ),
    }
}

fn square(number: i64) -> i64 {
    number * number
}

fn panics(text: String) -> i64 {
    support::panic_quietly();
    panic!("{text}");
}

fn exits(code: i32) {
    process::exit(code);
}

fn sleeps(milliseconds: u64) {
    thread::sleep(Duration::from_millis(milliseconds));
}

fn pid() -> u32 {
    process::id()
}

fn sum_of_squares(pool: &Pool, numbers: std::ops::Range<i64>) -> i64 {
    let results: Vec<_> = numbers.map(|number| pool.apply_async(square, (number,))).collect();
    results.into_iter().map(|result| result.get().unwrap()).sum()
}

fn every_task_is_done() {
    let pool = Pool::new(3).unwrap();
    assert_eq!(sum_of_squares(&pool, 0..100), 328_350);
    pool.close().join();
}

fn ten_thousand_tasks_are_done() {
    let pool = Pool::new(2).unwrap();
    assert_eq!(sum_of_squares(&pool, 0..10_000), 333_283_335_000);
    pool.close().join();
}

fn tasks_wait_only_for_workers() {
    let pool = Pool::new(4).unwrap();
    let long = pool.apply_async(sleeps, (600_000,));
    let _also_long = pool.apply_async(sleeps, (600_000,));
    // Two workers are left for these.
    assert_eq!(sum_of_squares(&pool, 0..50), 40_425);
    assert!(!long.ready());
    pool.terminate();
}

fn close_and_join_finish_what_is_queued() {
    let from = Instant::now();
    let pool = Pool::new(2).unwrap();
    let results: Vec<_> = (0..6).map(|_| pool.apply_async(sleeps, (100,))).collect();
    pool.close().join();
    assert!(results.iter().all(|result| result.ready()));
    assert!(from.elapsed() >= Duration::from_millis(300));
}

fn a_panic_is_an_error_and_the_worker_lives_on() {
    let pool = Pool::new(1).unwrap();
    let before = pool.pids();
    let error = pool.apply_async(panics, ("on purpose".to_owned(),)).get().unwrap_err();
    assert_eq!(error, TaskError::Panicked("on purpose".to_owned()));
    assert_eq!(error.to_string(), "the task panicked: on purpose");
    assert_eq!(pool.apply_async(square, (3,)).get().unwrap(), 9);
    assert_eq!(pool.pids(), before);
    pool.close().join();
}

fn a_task_that_exits_is_an_error_and_its_worker_is_replaced() {
    let pool = Pool::new(1).unwrap();
    let before = pool.pids();
    assert_eq!(pool.apply_async(exits, (7,)).get().unwrap_err(), TaskError::WorkerDied(7));
    assert_eq!(pool.apply_async(square, (3,)).get().unwrap(), 9);
    assert_ne!(pool.pids(), before);
    pool.close().join();
}

fn kill(pid: u32) {
    #[cfg(unix)]
    nix::sys::signal::kill(
        nix::unistd::Pid::from_raw(pid as i32),
        nix::sys::signal::Signal::SIGKILL,
    )
    .unwrap();
    #[cfg(windows)]
    process::Command::new("taskkill").args(["/F", "/PID", &pid.to_string()]).status().unwrap();
}

fn a_worker_killed_in_a_task_is_replaced() {
    let pool = Pool::new(1).unwrap();
    let long = pool.apply_async(sleeps, (600_000,));
    let after = pool.apply_async(square, (3,));
    // The queue is served in order, so once the task runs nothing waits before it.
    thread::sleep(Duration::from_millis(50));
    kill(pool.pids()[0]);
    assert!(matches!(long.get().unwrap_err(), TaskError::WorkerDied(_)));
    assert_eq!(after.get().unwrap(), 9);
    pool.close().join();
}

fn a_worker_killed_while_idle_loses_nothing() {
    let pool = Pool::new(1).unwrap();
    let first = pool.apply_async(pid, ()).get().unwrap();
    kill(first);
    // The kill may need a moment to arrive.
    thread::sleep(Duration::from_millis(50));
    let second = pool.apply_async(pid, ()).get().unwrap();
    assert_ne!(first, second);
    pool.close().join();
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
enum Shape {
    Point,
    Circle(f64),
    Box { width: u8, height: u8 },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Everything {
    numbers: (i8, u16, i32, u64, i128, f32, f64),
    limits: (i64, u64, f64),
    letter: char,
    text: String,
    flag: bool,
    unit: (),
    some: Option<Box<Everything>>,
    list: Vec<Shape>,
    by_name: HashMap<String, Vec<u8>>,
    by_number: BTreeMap<i32, bool>,
    result: Result<u8, String>,
    time: Duration,
}

fn everything() -> Everything {
    let inner = Everything {
        numbers: (-1, 2, -3, 4, -5, 0.1, 0.1 + 0.2),
        limits: (i64::MIN, u64::MAX, f64::MIN_POSITIVE),
        letter: '京',
        text: "一\n\"two\"\u{0}".to_owned(),
        flag: true,
        unit: (),
        some: None,
        list: vec![Shape::Point, Shape::Circle(1.5), Shape::Box { width: 1, height: 2 }],
        by_name: HashMap::from([("键".to_owned(), vec![0, 255])]),
        by_number: BTreeMap::from([(-1, true), (7, false)]),
        result: Err("no".to_owned()),
        time: Duration::new(1, 2),
    };
    Everything { some: Some(Box::new(inner.clone())), ..inner }
}

fn every_type(given: Everything) -> Everything {
    assert_eq!(given, everything());
    given
}

fn results_of_every_type_come_back() {
    let pool = Pool::new(1).unwrap();
    assert_eq!(pool.apply_async(every_type, (everything(),)).get().unwrap(), everything());
    pool.close().join();
}

fn long_text(length: usize) -> String {
    "长".repeat(length)
}

fn a_large_result_comes_whole() {
    let pool = Pool::new(1).unwrap();
    assert_eq!(pool.apply_async(long_text, (3_000_000,)).get().unwrap().len(), 9_000_000);
    pool.close().join();
}

fn not_a_number() -> f64 {
    f64::NAN
}

fn a_result_that_is_not_json_is_an_error() {
    let pool = Pool::new(1).unwrap();
    assert!(matches!(pool.apply_async(not_a_number, ()).get().unwrap_err(), TaskError::Output(_)));
    pool.close().join();
}

fn busy_pool() -> Pool {
    let pool = Pool::new(2).unwrap();
    for _ in 0..10 {
        pool.apply_async(sleeps, (600_000,));
    }
    println!("busy");
    pool
}

fn terminate_ends_tasks_at_once() {
    let pool = Pool::new(2).unwrap();
    let results: Vec<_> = (0..10).map(|_| pool.apply_async(sleeps, (600_000,))).collect();
    let from = Instant::now();
    pool.terminate();
    assert!(from.elapsed() < LIMIT);
    for result in results {
        assert_eq!(result.get().unwrap_err(), TaskError::Terminated);
    }
}

fn a_dropped_pool_leaves_nothing() {
    let mut running = support::Running::start(&mut program("busy_and_dropped"));
    assert_eq!(running.line(), "busy");
    running.all_gone();
}

fn starts_a_child() {
    support::panic_quietly();
    let _ = Process::new(sleeps, (0,)).start();
}

fn workers_are_daemons() {
    let pool = Pool::new(1).unwrap();
    let error = pool.apply_async(starts_a_child, ()).get().unwrap_err();
    assert_eq!(
        error,
        TaskError::Panicked("daemonic processes are not allowed to have children".to_owned())
    );
    pool.close().join();
}

fn no_workers_is_refused() {
    let output = output(&mut program("no_workers"));
    assert_eq!(output.status.code(), Some(101));
    assert!(output.stderr.contains("Number of processes must be at least 1"), "{}", output.stderr);
}

fn the_default_size_is_the_number_of_cores() {
    let pool = Pool::new(None).unwrap();
    assert_eq!(pool.pids().len(), num_cpus::get());
    pool.close().join();
}

fn more_tasks_than_files() {
    let pool = Pool::new(2).unwrap();
    assert_eq!(sum_of_squares(&pool, 0..1000), 332_833_500);
    pool.close().join();
    println!("done");
}

fn more_tasks_than_open_files_are_done() {
    let itself = program("few_files");
    let mut shell = process::Command::new("sh");
    shell
        .args(["-c", "ulimit -n 256; exec \"$@\"", "sh"])
        .arg(itself.get_program())
        .args(itself.get_args());
    let output = output(&mut shell);
    assert_eq!(output.stdout, "done\n", "{}", output.stderr);
}

/// Prints how many bytes ten thousand tasks take that wait, and their results to come.
fn many_waiting_tasks() {
    let pool = busy_pool();
    let before = support::resident_memory();
    let results: Vec<_> = (0..10_000).map(|number| pool.apply_async(square, (number,))).collect();
    println!("{}", support::resident_memory() - before);
    drop(results);
}

fn ten_thousand_waiting_tasks_take_little_memory() {
    let output = output(&mut program("many_waiting"));
    let bytes = output.stdout.lines().nth(1).and_then(|line| line.parse::<u64>().ok());
    assert!(bytes.is_some_and(|bytes| (1..20_000_000).contains(&bytes)), "{output:?}");
}
