//! The programs, and the three tables.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use tracer::filter::Filter;
use tracer::start::Launch;
use tracer::stop::{self, Stop, Until, Which};

/// A name for the table and what a shell is to run. What it prints must be the same each time.
const PROGRAMS: [(&str, &str); 44] = [
    ("true", "true"),
    ("echo", "echo hello"),
    ("ls", "ls -la /usr/bin"),
    ("cat", "cat /usr/bin/*.py /etc/passwd"),
    ("sort", "seq 100000 | tac | sort -n | md5sum"),
    ("find", "find /usr/share -name '*.txt' | sort"),
    ("grep", "grep -rc the /usr/share/common-licenses"),
    ("sed", "seq 100000 | sed 's/1/one/g' | tail -3"),
    ("awk", "seq 200000 | awk '{ s += $1 } END { print s }'"),
    ("pipeline", "yes | head -c 20M | wc -c"),
    (
        "tar and gzip",
        "tar c /usr/share/common-licenses 2>/dev/null | gzip -n | gzip -d | tar t | sort",
    ),
    ("xz with threads", "head -c 8M /dev/zero | xz -T2 -1 | xz -d | md5sum"),
    ("zstd", "head -c 8M /dev/zero | zstd -q -T2 | zstd -dq | md5sum"),
    ("openssl", "openssl version"),
    (
        "bash, jobs",
        "bash -c 'for i in 1 2 3 4; do (sleep 0.0$i; exit $i) & done; for j in $(jobs -p); do wait $j; echo $?; done'",
    ),
    ("bash, trap", "bash -c 'trap \"echo usr1\" USR1; kill -USR1 $$; echo after'"),
    (
        "bash, coproc",
        "bash -c 'coproc cat; echo hi >&${COPROC[1]}; read -r x <&${COPROC[0]}; echo $x'",
    ),
    ("stop and continue", "sh -c 'sleep 0.1 & kill -STOP $!; kill -CONT $!; wait $!; echo $?'"),
    ("nohup", "nohup sh -c 'kill -HUP $$; echo lives' 2>/dev/null"),
    ("timeout", "timeout 0.1 sleep 5; echo $?"),
    ("exit code", "exit 42"),
    ("death by a signal", "sh -c 'kill -SEGV $$'; echo $?"),
    ("flock", "f=$(mktemp); flock $f sh -c 'flock -n '$f' true; echo $?'; rm $f"),
    ("xargs -P", "seq 40 | xargs -P4 -n1 echo | sort -n"),
    (
        "make -j",
        "printf 'all: a b c d\\na b c d:\\n\\t@sleep 0.01; echo $@\\n' | make -sj4 -f - | sort",
    ),
    ("git log", "git -C $ROOT log --oneline | tail -20"),
    (
        "git status",
        "git -C $ROOT status --short docs | head -3 | wc -c; git -C $ROOT ls-files | wc -l",
    ),
    ("git grep", "git -C $ROOT grep -c fn -- crates/util | sort"),
    (
        "cargo metadata",
        "cd $ROOT && cargo metadata --offline --no-deps --format-version 1 | md5sum",
    ),
    (
        "rustc",
        "f=$(mktemp -d); echo 'fn main() { println!(\"made\") }' > $f/a.rs; rustc -o $f/a $f/a.rs && $f/a; rm -r $f",
    ),
    (
        "cc",
        "f=$(mktemp -d); echo 'int main(void) { return 9; }' > $f/a.c; cc -o $f/a $f/a.c; $f/a; echo $?; rm -r $f",
    ),
    ("python3", "python3 -c 'print(sum(range(3_000_000)))'"),
    (
        "python3, threads",
        "python3 -c 'import threading as t; l=[t.Thread(target=sum,args=(range(300_000),)) for _ in range(8)]; [x.start() for x in l]; [x.join() for x in l]; print(len(l))'",
    ),
    (
        "python3, pool",
        "python3 -c 'import multiprocessing as m; p=m.get_context(\"fork\").Pool(3); print(p.map(abs, range(-50,0))[:3]); p.close(); p.join()'",
    ),
    (
        "python3, subprocess",
        "python3 -c 'import subprocess as s; print([s.call([\"sh\",\"-c\",\"exit %d\" % n]) for n in range(9)])'",
    ),
    (
        "python3, asyncio",
        "python3 -c 'import asyncio as a; print(a.run(a.wait_for(a.sleep(0.05, 7), 2)))'",
    ),
    (
        "python3, sockets",
        "python3 -c 'import socket as s, threading as t\na, b = s.socketpair()\nx = t.Thread(target=lambda: b.sendall(a.family.name.encode()))\nx.start(); print(a.recv(99)); x.join()'",
    ),
    ("perl", "perl -e 'my $p = fork; if (!$p) { exit 3 } waitpid $p, 0; print $? >> 8, \"\\n\"'"),
    ("node", "node -e 'setTimeout(() => console.log(\"later\"), 50); console.log(\"now\")'"),
    (
        "node, workers",
        "node -e 'const {Worker}=require(\"worker_threads\"); new Worker(\"require(\\\"worker_threads\\\").parentPort.postMessage(7)\",{eval:true}).on(\"message\",m=>console.log(m))'",
    ),
    ("java", "java -version 2>&1 | head -1"),
    (
        "sqlite in python3",
        "python3 -c 'import sqlite3; d=sqlite3.connect(\":memory:\"); d.execute(\"create table t(x)\"); d.executemany(\"insert into t values(?)\",[(i,) for i in range(20000)]); print(d.execute(\"select sum(x) from t\").fetchone())'",
    ),
    (
        "chromium",
        "chromium --headless=new --no-sandbox --disable-gpu --dump-dom 'data:text/html,<p>seen' 2>/dev/null",
    ),
    (
        "ssh-keygen",
        "f=$(mktemp -u); ssh-keygen -q -t ed25519 -N '' -f $f && wc -l < $f.pub; rm -f $f $f.pub",
    ),
];

/// What has to stay cheap: a name and a command without a shell.
const COST: [(&str, &str); 4] = [
    ("bank_lock", "bank_lock"),
    ("bank_no_lock", "bank_no_lock"),
    ("2,000 threads", "specimen threads 2000"),
    ("5,000 processes", "specimen processes 5000"),
];

/// Programs whose waits strace sees as well.
const WAITS: [(&str, &str); 13] = [
    ("sleep", "sleep 0.3"),
    ("sleeps in a shell", "sh -c 'sleep 0.1; sleep 0.2'"),
    ("wait for a child", "sh -c 'sleep 0.25 & wait'"),
    ("read of a pipe", "sh -c 'sleep 0.2 | cat'"),
    ("write to a full pipe", "sh -c 'head -c 200000 /dev/zero | (sleep 0.2; cat >/dev/null)'"),
    (
        "a lock on a file",
        "sh -c 'f=$(mktemp); flock $f sleep 0.3 & sleep 0.1; flock $f true; rm $f; wait'",
    ),
    ("poll", "python3 -c 'import select; select.poll().poll(200)'"),
    (
        "a thread's end",
        "python3 -c 'import threading as t, time; x = t.Thread(target=time.sleep, args=(0.2,)); x.start(); x.join()'",
    ),
    (
        "a socket",
        "python3 -c 'import socket as s, threading as t, time\na, b = s.socketpair()\nx = t.Thread(target=lambda: (time.sleep(0.2), b.send(b\"x\")))\nx.start(); a.recv(1); x.join()'",
    ),
    ("a limit in time", "timeout 0.2 sleep 5"),
    (
        "an event loop",
        "python3 -c 'import asyncio as a; print(a.run(a.wait_for(a.sleep(0.2, 7), 2)))'",
    ),
    ("jobs", "bash -c 'for i in 1 2 3 4; do sleep 0.1$i & done; wait'"),
    ("bank_lock", "bank_lock"),
];

/// So many times each of them is run under each tracer.
const RUNS: usize = 5;

/// The calls in which those programs wait.
const MAY_WAIT: [&str; 10] = [
    "clock_nanosleep",
    "epoll_wait",
    "flock",
    "futex",
    "poll",
    "read",
    "recvfrom",
    "rt_sigsuspend",
    "wait4",
    "write",
];

/// What a lane does that is no wait.
const NO_WAIT: [&str; 3] = ["running", "ready, but without a core", "held up by being watched"];

pub fn main() {
    let what = std::env::args().nth(1).unwrap_or_default();
    match what.as_str() {
        "cost" => cost(),
        "strace" => strace(),
        "clock" => clock(),
        "bare" => bare(std::env::args_os().skip(2).collect()),
        _ => table(),
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../..").canonicalize().expect("the course")
}

/// A program that cargo has built beside this one.
fn built(name: &str) -> PathBuf {
    let own = std::env::current_exe().expect("a path");
    let profile = own.parent().and_then(Path::parent).expect("a folder");
    let place = if name == "specimen" { profile.join("examples") } else { profile.to_path_buf() };
    let program = place.join(name);
    assert!(program.exists(), "{} is missing: cargo build it first", program.display());
    program
}

struct Ran {
    code: Option<i32>,
    stdout: Vec<u8>,
    took: Duration,
}

fn run(command: &mut Command) -> Ran {
    command.env("ROOT", root()).env_remove("PYTHONUNBUFFERED").stdin(Stdio::null());
    let start = Instant::now();
    let Output { status, stdout, .. } = command.output().expect("a program that starts");
    Ran { code: status.code(), stdout, took: start.elapsed() }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn table() {
    let timeline = built("timeline");
    println!("| program | same | alone | watched | ratio | memory |");
    println!("| --- | --- | --- | --- | --- | --- |");
    let (mut same, mut all) = (0, 0);
    let mut missing = Vec::new();
    for (name, script) in PROGRAMS {
        let words = script.split(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '3');
        let program = words.into_iter().find(|word| !word.is_empty()).unwrap_or_default();
        let rare =
            ["zstd", "node", "java", "chromium", "perl", "openssl", "ssh-keygen", "make", "git"];
        let needed = rare.iter().find(|rare| **rare == program);
        if needed.is_some_and(|needed| !installed(needed)) {
            missing.push(name);
            continue;
        }
        let (mut alone, mut watched, mut ratios, mut equal) = (vec![], vec![], vec![], true);
        for _ in 0..3 {
            let plain = run(Command::new("sh").args(["-c", script]));
            let drawn = run(Command::new("/usr/bin/env")
                .arg(&timeline)
                .arg("--")
                .args(["sh", "-c", script])
                .stderr(Stdio::piped()));
            equal &= plain.code == drawn.code && plain.stdout == drawn.stdout;
            ratios.push(drawn.took.as_secs_f64() / plain.took.as_secs_f64());
            alone.push(plain.took.as_secs_f64());
            watched.push(drawn.took.as_secs_f64());
        }
        all += 1;
        same += usize::from(equal);
        println!(
            "| {name} | {} | {:.3} s | {:.3} s | {:.2} | {} MB |",
            if equal { "yes" } else { "NO" },
            median(alone),
            median(watched),
            median(ratios),
            memory(&timeline, script)
        );
        let _ = std::io::stdout().flush();
    }
    println!("\n{same} of {all} the same; not installed: {missing:?}");
}

fn installed(program: &str) -> bool {
    Command::new("sh")
        .args(["-c", &format!("command -v {program}")])
        .stdout(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// The most memory that timeline itself held, in megabytes, as the kernel tells while it lives.
fn memory(timeline: &Path, script: &str) -> String {
    let mut child = Command::new(timeline)
        .arg("--")
        .args(["sh", "-c", script])
        .env("ROOT", root())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("timeline");
    let mut most = 0;
    loop {
        let status = std::fs::read_to_string(format!("/proc/{}/status", child.id()));
        let line = status.unwrap_or_default();
        let peak = line.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let peak: u64 =
            peak.and_then(|peak| peak.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0);
        most = most.max(peak);
        if child.try_wait().expect("a child").is_some() {
            return format!("{:.0}", most as f64 / 1024.0);
        }
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// Runs a program under a tracer that knows nothing: it lets each new process and thread go on, and
/// looks at no call. Of those that sleep until they are told of a birth, none can cost less.
fn bare(command: Vec<OsString>) {
    let root = Launch::new(&command, &Filter::new()).start().expect("a program");
    stop::resume(root, Until::NextEvent, 0).expect("a stopped program");
    let mut ended = 0;
    // Nothing is left to wait for when all are gone.
    while let Ok(Some((pid, stop))) = stop::wait(Which::Any, true) {
        match stop {
            Stop::Exited { code } => {
                stop::reap(pid).expect("a dead thread");
                ended = if pid == root { code } else { ended };
            }
            Stop::Killed { .. } => stop::reap(pid).expect("a dead thread"),
            Stop::Signal(signal) => {
                stop::resume(pid, Until::NextEvent, signal).expect("a stopped thread");
            }
            _ => stop::resume(pid, Until::NextEvent, 0).expect("a stopped thread"),
        }
    }
    std::process::exit(ended);
}

fn cost() {
    let timeline = built("timeline");
    let own = std::env::current_exe().expect("a path");
    println!("| program | alone | watched | bare tracer | watched by alone | bare by alone |");
    println!("| --- | --- | --- | --- | --- | --- |");
    for (name, command) in COST {
        let mut words = command.split(' ');
        let program = built(words.next().expect("a program"));
        let args: Vec<&str> = words.collect();
        let pairs = if name == "5,000 processes" { 5 } else { 15 };
        let (mut alone, mut watched, mut untold) = (vec![], vec![], vec![]);
        for _ in 0..pairs {
            let plain = run(Command::new(&program).args(&args));
            let drawn = run(Command::new(&timeline).arg(&program).args(&args));
            let bare = run(Command::new(&own).arg("bare").arg(&program).args(&args));
            assert_eq!((plain.code, plain.code), (drawn.code, bare.code), "{name}");
            alone.push(plain.took.as_secs_f64());
            watched.push(drawn.took.as_secs_f64());
            untold.push(bare.took.as_secs_f64());
        }
        println!(
            "| {name} | {:.3} s | {:.3} s | {:.3} s | {} | {} |",
            median(alone.clone()),
            median(watched.clone()),
            median(untold.clone()),
            ratios(&watched, &alone),
            ratios(&untold, &alone)
        );
    }
}

/// The median of the ratios of runs that came one after the other, and that of the two shortest.
fn ratios(these: &[f64], by: &[f64]) -> String {
    let pairs = these.iter().zip(by).map(|(this, by)| this / by).collect();
    let least = |values: &[f64]| values.iter().copied().fold(f64::MAX, f64::min);
    format!("{:.3} (least {:.3})", median(pairs), least(these) / least(by))
}

/// Ten kinds of waits by the clock of the program that waits, in milliseconds: alone, under strace and
/// under timeline, and what each of these two says of the very same wait.
fn clock() {
    let (timeline, specimen) = (built("timeline"), built("specimen"));
    let folder = std::env::temp_dir().join(format!("programs-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let (log, json) = (folder.join("log"), folder.join("json"));
    let calls = format!("trace=prctl,{}", MAY_WAIT.join(","));
    let mut kinds: BTreeMap<String, [Vec<f64>; 5]> = BTreeMap::new();
    let mut add = |column: usize, waits: BTreeMap<String, f64>| {
        assert_eq!(waits.len(), 10, "{waits:?}");
        for (kind, wait) in waits {
            kinds.entry(kind).or_default()[column].push(wait);
        }
    };
    for _ in 0..RUNS {
        add(0, own_clock(&run(Command::new(&specimen).arg("waits"))));
        let strace = run(Command::new("strace")
            .args(["-f", "--seccomp-bpf", "-T", "-e", &calls, "-o"])
            .arg(&log)
            .arg(&specimen)
            .arg("waits"));
        add(1, own_clock(&strace));
        add(2, called(&std::fs::read_to_string(&log).expect("a log")));
        let drawn = run(Command::new(&timeline)
            .args(["--language", "en", "--json"])
            .arg(&json)
            .arg(&specimen)
            .arg("waits")
            .stderr(Stdio::null()));
        add(3, own_clock(&drawn));
        add(4, waited(&std::fs::read_to_string(&json).expect("a trace")));
    }
    let _ = std::fs::remove_dir_all(folder);
    println!(
        "| wait | alone | under strace | strace says | apart | under timeline | drawn | apart |"
    );
    println!("| --- | --- | --- | --- | --- | --- | --- | --- |");
    for (kind, columns) in kinds {
        let apart = |says: usize, own: usize| {
            let pairs = columns[says].iter().zip(&columns[own]).map(|(says, own)| says - own);
            median(pairs.collect())
        };
        let middle = |column: usize| median(columns[column].clone());
        println!(
            "| {kind} | {:.2} | {:.2} | {:.2} | {:+.2} | {:.2} | {:.2} | {:+.2} |",
            middle(0),
            middle(1),
            middle(2),
            apart(2, 1),
            middle(3),
            middle(4),
            apart(4, 3)
        );
    }
}

/// Milliseconds. What is shorter is a part of no wait that is asked about.
const WORTH_COUNTING: f64 = 1.0;

/// What the program says itself: a kind and its microseconds in each line.
fn own_clock(ran: &Ran) -> BTreeMap<String, f64> {
    assert_eq!(ran.code, Some(0));
    let said = String::from_utf8_lossy(&ran.stdout).into_owned();
    let lines = said.lines().filter_map(|line| line.split_once(' '));
    lines
        .map(|(kind, micros)| (kind.into(), micros.parse::<f64>().expect("a time") / 1e3))
        .collect()
}

/// The same, as strace says it: the long calls of the thread that gave itself the name of the kind.
fn called(log: &str) -> BTreeMap<String, f64> {
    let mut names: BTreeMap<&str, &str> = BTreeMap::new();
    let mut waits = BTreeMap::new();
    for line in log.lines() {
        let (thread, call) = line.split_once(' ').unwrap_or_default();
        if let Some((_, name)) = call.split_once("PR_SET_NAME, \"kind-") {
            names.insert(thread, name.split('"').next().unwrap_or_default());
        }
        let took: f64 = calls(call).into_iter().filter(|&took| took > WORTH_COUNTING).sum();
        if let Some(&name) = names.get(thread)
            && took > 0.0
        {
            *waits.entry(name.to_owned()).or_default() += took;
        }
    }
    waits
}

/// The same, as it is drawn.
fn waited(json: &str) -> BTreeMap<String, f64> {
    let document: serde_json::Value = serde_json::from_str(json).expect("a trace");
    let mut names: BTreeMap<i64, &str> = BTreeMap::new();
    let mut waits = BTreeMap::new();
    for event in document["traceEvents"].as_array().expect("events") {
        let thread = event["tid"].as_i64().unwrap_or(0);
        if event["name"] == "thread_name" {
            let name = event["args"]["name"].as_str().unwrap_or_default();
            match name.split_once("kind-") {
                Some((_, kind)) => names.insert(thread, kind),
                None => names.remove(&thread),
            };
        }
        let length = event["dur"].as_f64().unwrap_or(0.0) / 1e3;
        let what = event["name"].as_str().unwrap_or_default();
        if let Some(&name) = names.get(&thread)
            && event["ph"] == "X"
            && !NO_WAIT.contains(&what)
            && length > WORTH_COUNTING
        {
            *waits.entry(name.to_owned()).or_default() += length;
        }
    }
    waits
}

/// The longest waits, as strace times the calls and as timeline draws them, each the median of some runs
/// in turns. These are other runs of the program, and each tracer makes what is waited for longer in its own way: so beside them stands how long
/// the program took alone and under each. What a wait was in the very same run, [`clock`] says.
fn strace() {
    let timeline = built("timeline");
    // What is called python3 may be a script that looks for it first.
    let python = Command::new("python3").args(["-c", "import sys; print(sys.executable)"]).output();
    let python = String::from_utf8(python.expect("python3").stdout).expect("a path");
    let python = python.trim().to_owned();
    println!(
        "| program | longest waits by strace -f -T, ms | drawn, ms | most apart, ms | all of it alone, \
         under strace, drawn, ms |"
    );
    println!("| --- | --- | --- | --- | --- |");
    for (name, script) in WAITS {
        let script = if script == "bank_lock" {
            built("bank_lock").display().to_string()
        } else {
            script.replace("python3", &python)
        };
        // A shell in between would only wait for all that the program does.
        let script = format!("exec {script}");
        let folder = std::env::temp_dir().join(format!("programs-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder");
        let (log, json) = (folder.join("log"), folder.join("json"));
        // What starts in the meantime is waited for, too: stops at all calls would make that longer.
        let waits_only = format!("trace={}", MAY_WAIT.join(","));
        let mut took = [const { Vec::new() }; 3];
        let (mut by_strace, mut drawn) = (Vec::new(), Vec::new());
        for _ in 0..RUNS {
            let alone = run(Command::new("sh").args(["-c", &script]));
            let traced = run(Command::new("strace")
                .args(["-f", "--seccomp-bpf", "-T", "-e", &waits_only, "-o"])
                .arg(&log)
                .args(["sh", "-c", &script]));
            let shown = run(Command::new(&timeline)
                .args(["--every-thread", "--language", "en", "--json"])
                .arg(&json)
                .args(["--", "sh", "-c", &script]));
            by_strace.push(longest(calls(&std::fs::read_to_string(&log).expect("a log"))));
            drawn.push(longest(waits(&std::fs::read_to_string(&json).expect("a trace"))));
            for (took, ran) in took.iter_mut().zip([alone, traced, shown]) {
                took.push(ran.took.as_secs_f64() * 1e3);
            }
        }
        let _ = std::fs::remove_dir_all(folder);
        let waits = by_strace[0].len();
        let same = by_strace.iter().chain(&drawn).all(|waits_of_run| waits_of_run.len() == waits);
        assert!(same, "{name}: not the same waits each time, {by_strace:?} and {drawn:?}");
        let middle = |runs: &[Vec<f64>]| -> Vec<f64> {
            (0..waits).map(|at| median(runs.iter().map(|run| run[at]).collect())).collect()
        };
        let (by_strace, drawn) = (middle(&by_strace), middle(&drawn));
        let apart = by_strace.iter().zip(&drawn).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        let list = |waits: &[f64]| {
            waits.iter().map(|wait| format!("{wait:.1}")).collect::<Vec<_>>().join(", ")
        };
        let [alone, traced, shown] = took.map(median);
        println!(
            "| {name} | {} | {} | {apart:.2} | {alone:.0}, {traced:.0}, {shown:.0} |",
            list(&by_strace),
            list(&drawn)
        );
        let _ = std::io::stdout().flush();
    }
}

/// The five longest of those that are longer than 20 ms.
fn longest(mut waits: Vec<f64>) -> Vec<f64> {
    waits.retain(|&wait| wait > 20.0);
    waits.sort_by(|a, b| b.total_cmp(a));
    waits.truncate(5);
    waits
}

/// How long each call took that strace saw, in milliseconds.
fn calls(log: &str) -> Vec<f64> {
    log.lines()
        .filter_map(|line| line.strip_suffix('>')?.rsplit_once('<')?.1.parse::<f64>().ok())
        .map(|seconds| seconds * 1e3)
        .collect()
}

/// How long each wait is drawn, in milliseconds.
fn waits(json: &str) -> Vec<f64> {
    let document: serde_json::Value = serde_json::from_str(json).expect("a trace");
    let mut lanes: BTreeMap<i64, Vec<f64>> = BTreeMap::new();
    for event in document["traceEvents"].as_array().expect("events") {
        let name = event["name"].as_str().unwrap_or_default();
        if event["ph"] == "X" && !NO_WAIT.contains(&name) {
            let length = event["dur"].as_f64().unwrap_or(0.0) / 1e3;
            lanes.entry(event["tid"].as_i64().unwrap_or(0)).or_default().push(length);
        }
    }
    lanes.into_values().flatten().collect()
}
