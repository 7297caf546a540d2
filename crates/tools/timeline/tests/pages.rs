//! What the pages of the book say of the pictures of their lessons, held against runs of these.
//!
//! A machine with much to do makes everything later, and nothing here depends on how much.
#![cfg(target_os = "linux")]

mod common;

use std::collections::BTreeSet;

use common::{Seen, Stretch, watch};

/// What a lane does that waits for nobody. The last three are no doing of the program.
const BY_ITSELF: [&str; 4] = [
    "running",
    "ready, but without a core",
    "held up by being watched",
    "waiting for the system (a disk, memory)",
];
/// The ends of two lanes are seen one after the other, and each a moment late.
const A_MOMENT: f64 = 1.0;

fn draw(lesson: &str) -> Seen {
    watch(&["--language", "en"], &[lesson]).trace
}

fn sleeps(trace: &Seen, lane: &str) -> Vec<Stretch> {
    trace.life(lane).into_iter().filter(|stretch| stretch.state == "sleeping").collect()
}

fn states(trace: &Seen, lane: &str) -> BTreeSet<String> {
    trace.life(lane).into_iter().map(|stretch| stretch.state).collect()
}

/// Whether two stretches have a moment in common.
fn overlap(a: &Stretch, b: &Stretch) -> bool {
    a.start < b.end && b.start < a.end
}

#[test]
fn bank_no_lock_sleeps_side_by_side() {
    let trace = draw("bank_no_lock");
    let sleeps = trace.stretches("sleeping");
    assert!(
        sleeps.windows(2).any(|pair| overlap(&pair[0], &pair[1])),
        "one by one, as with a lock"
    );
}

#[test]
fn bank_no_lock_sleeps_for_ten_milliseconds_in_each_thread() {
    let trace = draw("bank_no_lock");
    for thread in 1..=100 {
        let lane = format!("thread {thread}");
        let [sleep] = &sleeps(&trace, &lane)[..] else {
            panic!("{:?}", trace.life(&lane));
        };
        // However long the machine takes to give the thread a core before it and after it.
        assert!((9.9..12.0).contains(&sleep.length()), "{:?}", trace.life(&lane));
    }
}

#[test]
fn bank_deadlock_ends_in_waits_for_locks() {
    let trace = watch(&["--language", "en", "--limit", "60"], &["bank_deadlock"]).trace;
    let threads: Vec<&str> = trace.lanes().into_iter().filter(|lane| *lane != "main").collect();
    assert_eq!(threads.len(), 10);
    for lane in threads {
        let life = trace.life(lane);
        let last = life.iter().rfind(|stretch| !BY_ITSELF.contains(&stretch.state.as_str()));
        assert_eq!(last.map(|s| s.state.as_str()), Some("waiting for a lock"), "{lane}: {life:?}");
    }
}

#[test]
fn child_process_waits_until_the_child_has_ended() {
    // The child takes some milliseconds. Where main has no core for so long, it finds that it has ended.
    const OFTEN: usize = 50;
    let waited = (0..OFTEN).any(|_| {
        let trace = draw("child_process");
        let (life, child) = (trace.life("main"), trace.death("process 1"));
        assert!(trace.death("main") >= child - A_MOMENT, "{life:?}");
        let wait = life.iter().rfind(|s| s.state == "waiting for a process to end");
        assert!(wait.is_none_or(|wait| wait.end >= child - A_MOMENT), "{child}: {life:?}");
        wait.is_some()
    });
    assert!(waited, "main never waited for its child");
}

#[test]
fn daemon_vs_join_stops_the_daemon_when_main_ends() {
    let trace = draw("daemon_vs_join");
    let ends = trace.printed("main", "main ends");
    let (daemon, ordinary) = (trace.death("process 1"), trace.death("process 2"));
    assert!(ends <= daemon && daemon < ordinary, "{ends} {daemon} {ordinary}");
    let life = trace.life("main");
    let wait = life.iter().rfind(|s| s.state == "waiting for a process to end").unwrap();
    assert!(wait.start >= ends && wait.end >= ordinary - A_MOMENT, "{life:?}");
    // A child that is killed says no more.
    assert!(trace.prints_of("process 1") < trace.prints_of("process 2"));
}

#[test]
fn fork_demo_begins_its_second_process_when_the_first_is_at_work() {
    let trace = draw("fork_demo");
    let birth = trace.arrows("birth").into_iter().find(|birth| birth.to == "process 1").unwrap();
    assert_eq!(birth.from, "main");
    assert!(trace.printed("main", "start...") < birth.at);
}

#[test]
fn pool_demo_starts_four_workers_before_the_first_task_is_done() {
    let trace = draw("pool_demo");
    let births: Vec<f64> = (1..=4).map(|n| trace.life(&format!("process {n}"))[0].start).collect();
    let done: Vec<f64> =
        (0..3).map(|n| trace.printed_anywhere(&format!("子进程{n}结束"))).collect();
    let first = done.iter().copied().fold(f64::MAX, f64::min);
    assert!(births.iter().all(|&birth| birth < first), "{births:?} {done:?}");
}

#[test]
fn process_order_has_two_children_at_the_same_time() {
    let trace = draw("process_order");
    let [first, second] =
        ["process 1", "process 2"].map(|lane| (trace.life(lane)[0].start, trace.death(lane)));
    assert!(first.0 < second.1 && second.0 < first.1, "{first:?} {second:?}");
    let life = trace.life("main");
    let wait = life.iter().rfind(|s| s.state == "waiting for a process to end").unwrap();
    assert!(wait.end >= first.1.max(second.1) - A_MOMENT, "{life:?}");
}

#[test]
fn responsive_main_sleeps_first_and_ticks_beside_the_second_work() {
    let trace = draw("responsive_main");
    let thread = (trace.life("thread 1")[0].start, trace.death("thread 1"));
    assert!(sleeps(&trace, "main").iter().any(|s| s.end <= thread.0 && s.length() > 1499.0));
    let ticks = trace.moments("main", "main is free");
    assert!(ticks.iter().filter(|&&at| thread.0 < at && at < thread.1).count() >= 2, "{ticks:?}");
}

#[test]
fn serial_downloads_sleeps_three_times_and_then_three_at_once() {
    let trace = draw("serial_downloads");
    let threads = ["thread 1", "thread 2", "thread 3"];
    let begins = trace.life("thread 1")[0].start;
    let in_a_row = sleeps(&trace, "main").iter().filter(|sleep| sleep.end <= begins).count();
    assert_eq!(in_a_row, 3);
    let at_once = threads.map(|lane| sleeps(&trace, lane).remove(0));
    assert!(overlap(&at_once[0], &at_once[1]) && overlap(&at_once[1], &at_once[2]), "{at_once:?}");
}

#[test]
fn shared_counter_has_threads_that_wait_for_nobody() {
    let trace = draw("shared_counter");
    for lane in ["thread 1", "thread 2"] {
        let waits: Vec<String> =
            states(&trace, lane).into_iter().filter(|s| !BY_ITSELF.contains(&s.as_str())).collect();
        assert!(waits.is_empty(), "{lane}: {waits:?}");
    }
}

#[test]
#[ignore = "needs python3"]
fn shared_counter_in_python_waits_for_the_interpreter() {
    let twin = common::lesson("shared_counter/shared_counter.py");
    let trace = watch(&["--language", "en"], &["python3", twin.to_str().unwrap()]).trace;
    for lane in ["thread 1", "thread 2"] {
        let waits = states(&trace, lane);
        assert!(waits.contains("waiting for Python's interpreter lock"), "{lane}: {waits:?}");
    }
}

#[test]
fn subprocess_call_starts_the_second_program_when_the_first_has_ended() {
    let trace = draw("subprocess_call");
    let programs: Vec<&str> =
        trace.lanes().into_iter().filter(|lane| lane.starts_with("process ")).collect();
    let (first, second) = (programs[0], programs[1]);
    assert!(trace.death(first) <= trace.life(second)[0].start + A_MOMENT);
}

#[test]
fn terminate_process_ends_the_child_in_its_sleep() {
    let trace = draw("terminate_process");
    let main = sleeps(&trace, "main").into_iter().find(|sleep| sleep.length() > 999.0).unwrap();
    let life = trace.life("process 1");
    let last = life.iter().rfind(|s| !BY_ITSELF.contains(&s.state.as_str())).unwrap();
    assert_eq!(last.state, "sleeping", "{life:?}");
    assert!(last.end >= main.end - A_MOMENT, "{life:?}");
}

#[test]
fn two_tasks_wait_for_nobody() {
    // The two never end. On a machine with much to do it takes a while until both are at work.
    let mut limits = ["4.3", "15", "60"].into_iter();
    let both = loop {
        let limit = limits.next().expect("both at work within a minute");
        let trace = watch(&["--language", "en", "--limit", limit], &["two_tasks"]).trace;
        // To make a child, main waits for its program to begin. What is said is of what comes then.
        let at_work = |lane| -> Vec<Stretch> {
            trace.life(lane).into_iter().skip_while(|s| s.state != "sleeping").collect()
        };
        let both = ["main", "process 1"].map(at_work);
        if both.iter().all(|life| !life.is_empty()) {
            break both;
        }
    };
    for life in both {
        let waits = ["waiting for a lock", "waiting for a process to end", "waiting to be woken"];
        assert!(life.iter().all(|s| !waits.contains(&s.state.as_str())), "{life:?}");
    }
}
