//! Lanes, births, names, sleeps, words and locks of real programs.
#![cfg(target_os = "linux")]

mod common;

use std::collections::{HashMap, HashSet};

use common::{Arrow, Run, Seen, specimen, watch};

fn watch_specimen(options: &[&str], what: &str) -> Run {
    watch(options, &[specimen().to_str().unwrap(), what])
}

#[test]
fn bank_lock_is_a_staircase() {
    let Run { output, trace, .. } = watch(&[], &["bank_lock"]);
    assert_eq!(String::from_utf8_lossy(&output.stdout), "账户余额：100 元\n");
    assert_eq!(output.status.code(), Some(0));
    staircase(&trace);

    // The scope's end is a wait for threads, not for a message.
    let waits: f64 = trace
        .life("main")
        .iter()
        .filter(|s| s.state == "waiting for a thread to end")
        .map(common::Stretch::length)
        .sum();
    assert!(waits > 900.0, "main waited {waits} ms");
}

#[test]
#[ignore = "needs python3"]
fn the_python_bank_is_the_same_staircase() {
    let twin = common::lesson("bank_lock/bank_lock.py");
    let Run { output, trace, .. } = watch(&[], &["python3", twin.to_str().unwrap()]);
    assert_eq!(String::from_utf8_lossy(&output.stdout), "账户余额：100 元\n");
    staircase(&trace);
}

/// A hundred threads sleep one after the other, and each that waited for the lock got it from one
/// that had held it.
fn staircase(trace: &Seen) {
    /// Times are in milliseconds to the nanosecond, and a sum of two may be a little more.
    const ROUNDED: f64 = 0.000_5;
    assert_eq!(trace.lanes().len(), 101);
    assert!((1..=100).all(|n| trace.parent(&format!("thread {n}")) == "main"));

    let sleeps = trace.stretches("sleeping");
    let lanes: HashSet<_> = sleeps.iter().map(|sleep| &sleep.lane).collect();
    assert_eq!(sleeps.len(), lanes.len(), "a thread sleeps twice");
    // Python says when a sleep is to end. On a busy machine that may be over when it begins.
    assert!(lanes.len() > 80, "only {} threads sleep", lanes.len());
    for pair in sleeps.windows(2) {
        assert!(pair[0].end <= pair[1].start + ROUNDED, "two hold the lock at once: {pair:?}");
    }

    let wakes = trace.arrows("wake");
    let waits = trace.stretches("waiting for a lock");
    let lives = |wakes: &[&Arrow]| {
        let from = wakes.iter().map(|wake| (wake.from.clone(), trace.life(&wake.from)));
        from.collect::<HashMap<_, _>>()
    };
    let mut handed = 0;
    for (at, holder) in sleeps.iter().enumerate() {
        // Who comes in the very moment when the lock is free takes it without waiting.
        if !waits.iter().any(|wait| wait.lane == holder.lane) {
            continue;
        }
        let wakes: Vec<_> = wakes.iter().filter(|wake| wake.to == holder.lane).collect();
        let woken = wakes.iter().any(|wake| {
            // One whose sleep was over when it began held the lock all the same.
            let slept = sleeps.iter().position(|sleep| sleep.lane == wake.from);
            let held =
                slept.is_none_or(|slept| slept < at && sleeps[slept].end <= wake.at + ROUNDED);
            held && wake.arrives <= holder.start + ROUNDED
        });
        let life = trace.life(&holder.lane);
        assert!(woken, "nobody gave the lock to {life:?}: {wakes:?}, {:?}", lives(&wakes));
        handed += 1;
    }
    assert!(handed > 50, "only {handed} threads waited");
}

#[test]
fn every_process_and_thread_stands_in_its_place() {
    let trace = watch_specimen(&[], "family").trace;
    let lanes = [
        "main",
        "thread 1",
        "process 1",
        "thread 1",
        "process 1:1",
        "process 1:2",
        "process 2",
        "thread 1",
        "process 2:1",
        "process 2:2",
    ];
    assert_eq!(trace.lanes(), lanes);
    let births: Vec<_> = trace.arrows("birth").into_iter().map(|b| (b.from, b.to)).collect();
    let births: Vec<_> = births.iter().map(|(from, to)| (from.as_str(), to.as_str())).collect();
    assert_eq!(
        births,
        [
            ("main", "thread 1"),
            ("main", "process 1"),
            ("process 1", "thread 1"),
            ("process 1", "process 1:1"),
            ("process 1", "process 1:2"),
            ("main", "process 2"),
            ("process 2", "thread 1"),
            ("process 2", "process 2:1"),
            ("process 2", "process 2:2"),
        ]
    );
}

#[test]
fn sleeps_are_as_long_as_the_program_asked_for() {
    let trace = watch_specimen(&[], "sleep").trace;
    for (lane, asked) in [("thread 1", 600.0), ("thread 2", 400.0)] {
        let slept: f64 = trace
            .stretches("sleeping")
            .iter()
            .filter(|s| s.lane == lane)
            .map(common::Stretch::length)
            .sum();
        // A sleep is never shorter than asked, and a busy machine makes it longer. The start is seen a
        // moment late.
        assert!(slept > asked - 0.5, "{lane} slept {slept} ms");
    }
}

#[test]
fn waits_are_as_long_as_the_program_itself_measures() {
    /// What the drawn wait and the program's clock may differ by, in milliseconds.
    const APART: f64 = 2.0;
    let Run { output, trace, .. } = watch_specimen(&["--language", "en"], "waits");
    let output = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.lines().count(), 10, "{output}");
    for line in output.lines() {
        let (kind, micros) = line.split_once(' ').unwrap();
        let measured = micros.parse::<f64>().unwrap() / 1e3;
        let states: &[&str] = match kind {
            "sleep" => &["sleeping"],
            "lock" => &["waiting for a lock"],
            "message" => &["waiting to be woken"],
            "thread" => &["waiting for a thread to end"],
            "process" => &["waiting for a process to end"],
            "pipe" | "poll" => &["waiting for input"],
            // A write to any file but the standard ones is not watched, so what it waits for is only
            // seen by looking, now and then.
            "full" => &["waiting to write", "waiting for the system (a disk, memory)"],
            "socket" => &["waiting at a socket"],
            "file" => &["waiting for a lock on a file"],
            other => panic!("{other}?"),
        };
        let lane = trace.lanes().into_iter().find(|lane| lane.ends_with(&format!("kind-{kind}")));
        let lane = lane.unwrap_or_else(|| panic!("no lane for {kind}"));
        let waited: f64 = states.iter().map(|state| trace.total(lane, state)).sum();
        // Its own clock goes on while it stands in line for a core or for the tracer.
        let not_by_choice: f64 =
            ["ready, but without a core", "held up by being watched", "running"]
                .iter()
                .map(|state| trace.total(lane, state))
                .sum();
        let what = format!("{kind}: measured {measured} ms: {:?}", trace.life(lane));
        assert!(waited < measured + APART, "drawn {waited} ms, {what}");
        assert!(waited > measured - not_by_choice - APART, "drawn {waited} ms, {what}");
    }
}

#[test]
fn what_ran_had_a_core() {
    let trace = watch_specimen(&[], "compute").trace;
    for thread in 1..=8 {
        let lane = format!("thread {thread}");
        let running: f64 = trace.total(&lane, "running");
        // The clock of a thread and what the kernel counts for it are the same; a little comes before
        // and after the computing.
        assert!(running > 49.0, "{lane} ran {running} ms");
    }
    let ready: f64 =
        (1..=8).map(|n| trace.total(&format!("thread {n}"), "ready, but without a core")).sum();
    let cores = std::thread::available_parallelism().unwrap().get();
    // Eight threads of 50 ms each on fewer cores stand in line for the rest of the time.
    if cores < 8 {
        assert!(ready > 20.0, "they waited for a core for {ready} ms only");
    }
}

#[test]
fn a_crowd_that_wakes_at_the_same_moment_is_not_drawn_running() {
    let trace = watch_specimen(&[], "bursts").trace;
    let sleeps = trace.stretches("sleeping");
    assert_eq!(sleeps.len(), 500);
    assert!(sleeps.iter().all(|sleep| sleep.length() > 9.9), "a sleep is too short");
    // Most of them are as long as was asked for. A machine with much to do may be late with some.
    let exact = sleeps.iter().filter(|sleep| sleep.length() < 12.0).count();
    assert!(exact > 250, "only {exact} of 500 sleeps of 10 ms are drawn as less than 12 ms");
}

#[test]
fn what_comes_before_the_first_word_is_drawn_or_said_to_be_left_out() {
    let chart = |options: &[&str], script: &str| {
        let options = [&["--language", "en"], options].concat();
        let output = watch(&options, &["sh", "-c", script]).output;
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    // Longer than any loading: all of it is drawn.
    let computes = "i=0; while [ $i -lt 400000 ]; do i=$((i+1)); done; echo done";
    let whole = chart(&[], computes);
    assert!(!whole.contains("not drawn"), "{whole}");
    let all = chart(&["--from-start"], "sleep 0.3");
    assert!(!all.contains("not drawn"), "{all}");
}

#[test]
fn a_write_to_the_next_program_is_no_print() {
    let run = watch(&["--limit", "100"], &["bash", "-c", "yes | head -c 20M | wc -c"]);
    assert_eq!(run.output.stdout, b"20971520\n");
    let words: Vec<String> = run.trace.prints().into_iter().map(|(_, text, _)| text).collect();
    assert_eq!(words, ["20971520\n"]);
}

#[test]
fn a_read_that_looks_like_the_loaders_is_drawn_when_it_waits() {
    let script = "sleep 0.3 | dd bs=832 count=1 2>/dev/null";
    let trace = watch(&[], &["sh", "-c", script]).trace;
    let lanes = trace.lanes();
    let reader = lanes.iter().find(|lane| lane.ends_with(" dd")).unwrap();
    let waited = trace.total(reader, "waiting for input");
    assert!(waited > 200.0, "{waited} ms");
}

#[test]
fn the_first_lane_goes_on_when_another_thread_becomes_the_program() {
    let run = watch_specimen(&[], "exec");
    assert_eq!(run.output.stdout, b"another\n");
    let life = run.trace.life("main");
    let end = life.last().unwrap().end;
    assert!(life.iter().any(|s| s.state == "sleeping" && s.length() > 99.0), "{life:?}");
    assert!(run.trace.prints().iter().any(|(lane, ..)| lane == "main"));
    assert!(end > 100.0);
    // The other thread computed before, and what it used is its own.
    let [main, other] = ["main", "thread 1"].map(|lane| run.trace.total(lane, "running"));
    assert!(other > 199.0 && main < other, "main ran {main} ms, the other {other} ms: {life:?}");
}

#[test]
fn a_condition_is_no_lock_however_often_it_was_called() {
    let trace = watch_specimen(&[], "condition").trace;
    let life = trace.life("thread 1 waiter");
    assert!(life.iter().any(|s| s.state == "waiting to be woken" && s.length() > 99.0), "{life:?}");
    assert!(life.iter().all(|s| s.state != "waiting for a lock"), "{life:?}");
}

#[test]
fn who_opens_a_named_pipe_waits_for_no_disk() {
    let folder = common::Folder::new();
    let pipe = folder.0.join("pipe");
    let script = "mkfifo $0; cat $0 & sleep 0.5; echo read >$0; wait; echo $?";
    let run = watch(&[], &["sh", "-c", script, pipe.to_str().unwrap()]);
    assert_eq!(run.output.stdout, b"read\n0\n");
    let lanes = run.trace.lanes();
    let reader = lanes.iter().find(|lane| lane.ends_with(" cat")).unwrap();
    let waited = run.trace.total(reader, "waiting for input");
    assert!(waited > 200.0, "{waited} ms: {:?}", run.trace.life(reader));
}

#[test]
fn what_ran_is_known_where_few_files_may_be_open() {
    let folder = common::Folder::new();
    let script = "ulimit -n 64; exec \"$0\" --json $1 \"$2\" bursts";
    let mut command = std::process::Command::new("sh");
    command.args(["-c", script, common::TIMELINE]).arg(folder.trace()).arg(specimen());
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    let trace = folder.seen().unwrap_or_else(|| panic!("no chart: {said}"));
    assert_eq!(trace.stretches("sleeping").len(), 500);
    // Where no times are known there is only running, and what was asked for.
    for thread in 1..=100 {
        let lane = format!("thread {thread}");
        assert!(trace.total(&lane, "held up by being watched") > 0.0, "{:?}", trace.life(&lane));
    }
}

#[test]
#[ignore = "needs python3"]
fn a_first_thread_that_has_ended_waits_for_the_others() {
    // The second thread sleeps, and in the other program it computes.
    for rest in ["time.sleep(0.4)", "[hash(n) for n in range(12_000_000)]"] {
        let program = format!(
            "import ctypes, os, threading, time\n\
             def rest():\n    {rest}\n    os._exit(3)\n\
             threading.Thread(target=rest).start()\n\
             ctypes.CDLL(None).syscall(60, 0)"
        );
        let Run { output, trace, .. } = watch(&["--limit", "60"], &["python3", "-c", &program]);
        assert_eq!(output.status.code(), Some(3));
        let waited = trace.total("main", "waiting for a thread to end");
        assert!(waited > 200.0, "{rest}: {waited} ms: {:?}", trace.life("main"));
        let system = trace.total("main", "waiting for the system (a disk, memory)");
        assert!(system < waited, "{:?}", trace.life("main"));
    }
}

#[test]
#[ignore = "needs python3"]
fn who_waits_for_one_process_does_not_wait_for_another() {
    let program = "import os, subprocess, threading\n\
        def wait(length):\n    \
        child = subprocess.Popen(['sleep', length])\n    \
        os.waitid(os.P_PIDFD, os.pidfd_open(child.pid), os.WEXITED)\n\
        threads = [threading.Thread(target=wait, args=(length,)) for length in ['0.2', '0.7']]\n\
        for t in threads: t.start()\n\
        for t in threads: t.join()";
    let trace = watch(&[], &["python3", "-c", program]).trace;
    let (first, second) = ("process 1 sleep", "process 2 sleep");
    let (shorter, longer) = (trace.death(first), trace.death(second));
    let life = trace.life(&trace.parent(second));
    let waits = life.iter().filter(|s| s.state == "waiting for a process to end");
    let waited: f64 = waits.map(|s| (s.end - s.start.max(shorter)).max(0.0)).sum();
    assert!(waited > 0.9 * (longer - shorter), "{waited} ms of {shorter} to {longer}: {life:?}");
}

#[test]
#[ignore = "needs python3"]
fn a_short_limit_makes_no_lock_the_interpreters() {
    let program = "import threading\n\
        event, lock = threading.Event(), threading.Lock()\n\
        lock.acquire()\n\
        for _ in range(100): event.wait(0.004)\n\
        lock.acquire(timeout=0.005)";
    let trace = watch(&[], &["python3", "-c", program]).trace;
    let life = trace.life("main");
    // There is no other thread that could have the interpreter.
    assert!(life.iter().all(|s| s.state != "waiting for Python's interpreter lock"), "{life:?}");
    assert!(trace.total("main", "waiting for a lock") > 300.0, "{life:?}");
}

#[test]
fn every_byte_is_accounted_for() {
    let Run { output, trace, .. } = watch_specimen(&[], "print");
    assert_eq!(output.stdout.len(), 16 * 65_536);
    let bytes: u64 = trace.prints().iter().map(|(_, _, bytes)| bytes).sum();
    assert_eq!(bytes, 16 * 65_536);
    for (lane, letter) in [("thread 1", "a"), ("thread 2", "b")] {
        let own = trace.prints().into_iter().filter(|(from, ..)| from == lane);
        let written: u64 = own.map(|(_, _, bytes)| bytes).sum();
        assert_eq!(written, 8 * 65_536, "{lane}");
        let texts = trace.prints().into_iter().filter(|(from, ..)| from == lane);
        let mut text = texts.flat_map(|(_, text, _)| text.chars().collect::<Vec<_>>());
        assert!(text.all(|c| c == '\n' || letter.contains(c)), "{lane}");
    }
}

#[test]
fn helper_threads_are_left_out_unless_asked_for() {
    let lanes = watch_specimen(&[], "helpers").trace;
    assert_eq!(lanes.lanes(), ["main", "thread 1 talker"]);
    let every = watch_specimen(&["--every-thread"], "helpers").trace;
    assert_eq!(
        every.lanes(),
        ["main", "thread 1 util-watch", "thread 2 ctrl-c", "thread 3 talker"]
    );
}

#[test]
fn a_thousand_threads_have_a_thousand_lanes() {
    let Run { output, trace, .. } = watch_specimen(&[], "crowd");
    assert_eq!(trace.lanes().len(), 1001);
    let chart = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(chart.lines().count() < 60, "{chart}");
    assert!(chart.contains("--every-lane"), "{chart}");
}

#[test]
#[ignore = "needs python3"]
fn a_thousand_threads_of_python_do_not_drown_the_tracer() {
    let program = "import threading, time\n\
        threads = [threading.Thread(target=time.sleep, args=(1,)) for _ in range(1000)]\n\
        for t in threads: t.start()\n\
        for t in threads: t.join()";
    let Run { output, trace, .. } = watch(&["--limit", "60"], &["python3", "-c", program]);
    assert_eq!(output.status.code(), Some(0), "did not end within a minute");
    assert_eq!(trace.lanes().len(), 1001);
}

#[test]
fn a_deadlock_is_two_waits_to_the_end() {
    let Run { output, trace, .. } = watch_specimen(&["--limit", "1"], "deadlock");
    assert_eq!(output.status.code(), Some(124));
    for lane in ["thread 1", "thread 2"] {
        let life = trace.life(lane);
        // To be killed it needs a core once more.
        let last = life.iter().rfind(|s| s.state.starts_with("waiting")).unwrap();
        assert_eq!(last.state, "waiting for a lock", "{lane}: {life:?}");
        let after = life.iter().filter(|s| s.start >= last.end && s.state == "running");
        let ran: f64 = after.map(common::Stretch::length).sum();
        assert!(ran < 50.0, "{lane} ran for {ran} ms after its wait: {life:?}");
    }
}

#[test]
#[ignore = "needs python3"]
fn threads_of_python_wait_for_the_interpreter_lock() {
    // Neither begins before both are there.
    let program = "import threading\n\
        both = threading.Barrier(2)\n\
        def count():\n    both.wait()\n    for _ in range(3_000_000): pass\n\
        threads = [threading.Thread(target=count) for _ in range(2)]\n\
        for t in threads: t.start()\n\
        for t in threads: t.join()";
    let trace = watch(&[], &["python3", "-c", program]).trace;
    for lane in ["thread 1", "thread 2"] {
        let waits = trace.stretches("waiting for Python's interpreter lock");
        assert!(waits.iter().any(|wait| wait.lane == lane && wait.length() > 4.0), "{lane}");
    }
}

#[test]
fn a_program_that_waits_costs_the_tracer_no_core() {
    // What the shell and its children had of a core: minutes and seconds, in the user's code and in the
    // kernel, a line for each.
    let script = "\"$0\" sleep 2 2>/dev/null; times";
    let output = std::process::Command::new("sh").args(["-c", script, common::TIMELINE]).output();
    let said = String::from_utf8(output.unwrap().stdout).unwrap();
    let times: Vec<f64> = said
        .split_whitespace()
        .map(|time| {
            let (minutes, seconds) = time.trim_end_matches('s').split_once('m').unwrap();
            60.0 * minutes.parse::<f64>().unwrap() + seconds.parse::<f64>().unwrap()
        })
        .collect();
    assert_eq!(times.len(), 4, "{said}");
    let used: f64 = times.iter().sum();
    assert!(used < 0.5, "{used} s of a core while the program slept for 2 s: {said}");
}
