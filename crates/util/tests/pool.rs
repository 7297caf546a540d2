//! The pool: tasks of every kind, and workers that die.

mod support;

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::time::{Duration, Instant};
use std::{env, fs, process, thread};

use serde::{Deserialize, Serialize};
use support::{output, program, LIMIT};
use util::{Pool, Process, Queue, TaskError};

fn main() {
    let _main = util::main_guard!(
        square,
        panics,
        exits,
        sleeps,
        says_its_pid_and_sleeps,
        every_type,
        long_text,
        not_a_number,
        secret,
        half,
        pid,
        starts_a_child,
        area,
        dies_at,
        panics_at,
        sleeps_at_first,
        takes_secret,
        meets
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
                rare_results_come_as_they_were,
                a_result_that_cannot_be_written_is_an_error_and_no_panic,
                a_result_that_is_a_result_comes_as_it_is,
                terminate_ends_tasks_at_once,
                a_dropped_pool_leaves_nothing,
                workers_are_daemons,
                apply_waits_for_its_result,
                get_timeout_gives_up_and_can_be_asked_again,
                map_keeps_the_order,
                map_of_nothing_is_nothing,
                starmap_takes_tuples,
                map_gives_the_first_error,
                a_panic_costs_only_its_own_call,
                a_worker_that_dies_in_a_map_is_an_error,
                imap_is_lazy_and_keeps_the_order,
                imap_unordered_gives_what_is_ready,
                imap_gives_an_error_for_each_lost_call,
                imap_can_be_dropped_before_its_end,
                long_calls_are_spread_over_all_workers,
                a_hundred_thousand_short_calls_are_done,
                an_iterator_that_panics_leaves_the_pool_usable,
                arguments_that_refuse_are_an_error_of_their_call,
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

fn says_its_pid_and_sleeps(begun: Queue<u32>) {
    begun.put(process::id()).unwrap();
    thread::sleep(Duration::from_secs(600));
}

fn a_worker_killed_in_a_task_is_replaced() {
    let pool = Pool::new(1).unwrap();
    let begun = Queue::new();
    let long = pool.apply_async(says_its_pid_and_sleeps, (begun.clone(),));
    let after = pool.apply_async(square, (3,));
    kill(begun.get().unwrap());
    assert!(matches!(long.get().unwrap_err(), TaskError::WorkerDied(_)));
    assert_eq!(after.get().unwrap(), 9);
    pool.close().join();
}

/// Whether a process has not ended yet. One that nobody has asked about, a zombie, has.
fn runs(pid: u32) -> bool {
    if cfg!(target_os = "linux") {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        let threads = std::fs::read_dir(format!("/proc/{pid}/task")).map_or(0, Iterator::count);
        // The files of a process are open until its last thread has ended.
        return threads > 1
            || stat.rsplit_once(") ").is_some_and(|(_, state)| !state.starts_with(['Z', 'X']));
    }
    let output = |command: &mut process::Command| {
        String::from_utf8_lossy(&command.output().unwrap().stdout).trim().to_owned()
    };
    if cfg!(windows) {
        let filter = format!("PID eq {pid}");
        return output(process::Command::new("tasklist").args(["/NH", "/FI", &filter]))
            .contains(&pid.to_string());
    }
    let state = output(process::Command::new("ps").args(["-o", "stat=", "-p", &pid.to_string()]));
    !state.is_empty() && !state.starts_with('Z')
}

fn a_worker_killed_while_idle_loses_nothing() {
    let pool = Pool::new(1).unwrap();
    let first = pool.apply_async(pid, ()).get().unwrap();
    kill(first);
    // A task that reaches a worker in its last moment is lost with it, and is an error.
    let from = Instant::now();
    while runs(first) {
        assert!(from.elapsed() < LIMIT, "worker {first} does not end");
        thread::sleep(Duration::from_millis(1));
    }
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

fn not_a_number() -> (Option<f64>, Option<Option<u8>>, Option<()>) {
    (Some(f64::NAN), Some(None), Some(()))
}

/// JSON made `None` of each.
fn rare_results_come_as_they_were() {
    let pool = Pool::new(1).unwrap();
    let (number, none, unit) = pool.apply(not_a_number, ()).unwrap();
    assert!(number.is_some_and(f64::is_nan));
    assert_eq!((none, unit), (Some(None), Some(())));
    pool.close().join();
}

/// Refuses to be written.
#[derive(Debug, Deserialize)]
struct Refuses;

impl Serialize for Refuses {
    fn serialize<S: serde::Serializer>(&self, _serializer: S) -> Result<S::Ok, S::Error> {
        Err(serde::ser::Error::custom("it is secret"))
    }
}

fn secret() -> Refuses {
    Refuses
}

fn a_result_that_cannot_be_written_is_an_error_and_no_panic() {
    let pool = Pool::new(1).unwrap();
    let error = pool.apply(secret, ()).unwrap_err();
    assert_eq!(error, TaskError::Output("it is secret".to_owned()));
    assert_eq!(error.to_string(), "the result cannot be sent: it is secret");
    pool.close().join();
}

fn half(number: i64) -> Result<i64, String> {
    if number % 2 == 0 {
        Ok(number / 2)
    } else {
        Err(format!("{number} is odd"))
    }
}

fn a_result_that_is_a_result_comes_as_it_is() {
    let pool = Pool::new(1).unwrap();
    assert_eq!(pool.apply(half, (8,)).unwrap(), Ok(4));
    assert_eq!(pool.apply(half, (7,)).unwrap(), Err("7 is odd".to_owned()));
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

fn apply_waits_for_its_result() {
    let pool = Pool::new(1).unwrap();
    assert_eq!(pool.apply(square, (7,)), Ok(49));
    pool.close().join();
}

fn get_timeout_gives_up_and_can_be_asked_again() {
    let pool = Pool::new(1).unwrap();
    let result = pool.apply_async(sleeps_at_first, (0, 300));
    assert_eq!(result.get_timeout(Duration::from_millis(50)), Err(TaskError::Timeout));
    assert_eq!(result.get_timeout(LIMIT), Ok(0));
    assert_eq!(result.get_timeout(Duration::ZERO), Ok(0));
    assert_eq!(result.get_timeout(Duration::MAX), Ok(0));
    assert_eq!(result.get(), Ok(0));
    pool.close().join();
}

fn map_keeps_the_order() {
    let pool = Pool::new(3).unwrap();
    for count in [1, 2, 7, 1000] {
        let squares = pool.map(square, 0..count).unwrap();
        assert!(squares.into_iter().eq((0..count).map(|number| number * number)));
    }
    pool.close().join();
}

fn map_of_nothing_is_nothing() {
    let pool = Pool::new(1).unwrap();
    assert_eq!(pool.map(square, []), Ok(vec![]));
    assert_eq!(pool.imap(square, []).count(), 0);
    pool.close().join();
}

fn area(width: u32, height: u32) -> u32 {
    width * height
}

fn starmap_takes_tuples() {
    let pool = Pool::new(2).unwrap();
    assert_eq!(pool.starmap(area, [(1, 2), (3, 4), (5, 6)]), Ok(vec![2, 12, 30]));
    pool.close().join();
}

fn panics_at(number: i64) -> i64 {
    support::panic_quietly();
    assert!(number % 100 != 50, "{number} is unlucky");
    number
}

fn map_gives_the_first_error() {
    let pool = Pool::new(2).unwrap();
    let error = pool.map(panics_at, 0..1000).unwrap_err();
    assert_eq!(error, TaskError::Panicked("50 is unlucky".to_owned()));
    // The pool is as good as before.
    assert_eq!(pool.map(square, [3]), Ok(vec![9]));
    pool.close().join();
}

fn a_panic_costs_only_its_own_call() {
    let pool = Pool::new(2).unwrap();
    let results: Vec<_> = pool.imap(panics_at, 0..1000).collect();
    assert_eq!(results.len(), 1000);
    for (number, result) in (0..).zip(results) {
        assert_eq!(result.is_err(), number % 100 == 50, "{number}: {result:?}");
        assert!(result.is_err() || result == Ok(number));
    }
    pool.close().join();
}

fn dies_at(number: i64) -> i64 {
    if number == 500 {
        process::exit(7);
    }
    number
}

fn a_worker_that_dies_in_a_map_is_an_error() {
    let pool = Pool::new(2).unwrap();
    assert_eq!(pool.map(dies_at, 0..1000), Err(TaskError::WorkerDied(7)));
    assert_eq!(pool.map(square, [3]), Ok(vec![9]));
    pool.close().join();
}

fn imap_gives_an_error_for_each_lost_call() {
    let pool = Pool::new(2).unwrap();
    let results: Vec<_> = pool.imap(dies_at, 0..1000).collect();
    assert_eq!(results.len(), 1000);
    let lost = results.iter().filter(|result| result.is_err()).count();
    assert!((1..1000).contains(&lost), "{lost}");
    for (number, result) in (0..).zip(results) {
        assert!(result == Ok(number) && number != 500 || result == Err(TaskError::WorkerDied(7)));
    }
    pool.close().join();
}

fn imap_is_lazy_and_keeps_the_order() {
    let pool = Pool::new(2).unwrap();
    // There is no end of these.
    let squares: Vec<_> = pool.imap(square, 0..).take(5000).map(Result::unwrap).collect();
    assert!(squares.into_iter().eq((0..5000).map(|number| number * number)));
    pool.close().join();
}

/// Sleeps only for 0.
fn sleeps_at_first(number: u64, milliseconds: u64) -> u64 {
    if number == 0 {
        sleeps(milliseconds);
    }
    number
}

fn imap_unordered_gives_what_is_ready() {
    let pool = Pool::new(2).unwrap();
    // One sleeps for ever, and the other goes on.
    let mut results = pool.imap_unordered(sleeps, [600_000, 0, 0, 0]);
    for _ in 0..3 {
        assert_eq!(results.next(), Some(Ok(())));
    }
    drop(results);
    pool.terminate();
}

fn imap_can_be_dropped_before_its_end() {
    let pool = Pool::new(2).unwrap();
    assert_eq!(pool.imap(square, 0..).next(), Some(Ok(0)));
    assert_eq!(pool.apply(square, (3,)), Ok(9));
    pool.close().join();
}

/// Waits until this call has been made in four processes, and says whether it has.
fn meets(folder: PathBuf) -> bool {
    fs::write(folder.join(process::id().to_string()), "").unwrap();
    let from = Instant::now();
    while fs::read_dir(&folder).unwrap().count() < 4 {
        if from.elapsed() > LIMIT {
            return false;
        }
        thread::sleep(Duration::from_millis(1));
    }
    true
}

fn long_calls_are_spread_over_all_workers() {
    let pool = Pool::new(4).unwrap();
    let folder = env::temp_dir().join(format!("util_meets_{}", process::id()));
    fs::create_dir(&folder).unwrap();
    // A call ends only when each of the workers has one.
    let met = pool.map(meets, vec![folder.clone(); 8]).unwrap();
    fs::remove_dir_all(folder).unwrap();
    assert_eq!(met, [true; 8]);
    pool.close().join();
}

fn a_hundred_thousand_short_calls_are_done() {
    let pool = Pool::new(2).unwrap();
    let sum: i64 = pool.map(square, 0..100_000).unwrap().into_iter().sum();
    assert_eq!(sum, 333_328_333_350_000);
    pool.close().join();
}

fn an_iterator_that_panics_leaves_the_pool_usable() {
    let pool = Pool::new(2).unwrap();
    let numbers = || {
        (0..100).inspect(|number| {
            // Quietly.
            if *number == 50 {
                std::panic::resume_unwind(Box::new("no more"));
            }
        })
    };
    let map = std::panic::AssertUnwindSafe(|| pool.map(square, numbers()));
    assert_eq!(*std::panic::catch_unwind(map).unwrap_err().downcast::<&str>().unwrap(), "no more");
    let imap = std::panic::AssertUnwindSafe(|| pool.imap(square, numbers()).count());
    assert!(std::panic::catch_unwind(imap).is_err());
    assert_eq!(pool.map(square, [3]), Ok(vec![9]));
    pool.close().join();
}

fn takes_secret(_secret: Refuses) {}

fn arguments_that_refuse_are_an_error_of_their_call() {
    let pool = Pool::new(1).unwrap();
    let refused = TaskError::Arguments("it is secret".to_owned());
    assert_eq!(pool.apply(takes_secret, (Refuses,)), Err(refused.clone()));
    assert_eq!(pool.map(takes_secret, [Refuses]), Err(refused.clone()));
    let results: Vec<_> = pool.imap(takes_secret, [Refuses, Refuses]).collect();
    assert_eq!(results, [Err(refused.clone()), Err(refused)]);
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
