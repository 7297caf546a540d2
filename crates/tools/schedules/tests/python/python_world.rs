//! What is a step of a Python program, what is refused, and what the command says.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;
#[cfg(target_os = "linux")]
use std::time::Duration;

use schedules::search::{Extent, Options, search};
use schedules::world::{End, Fault};
use schedules::worlds::python::Program;

use super::{TIME, findings, outputs, program, refusal};

#[test]
#[ignore = "needs python3"]
fn an_addition_can_be_lost_unless_it_is_taken_for_one_step() {
    let source = "import threading
n = 0
def add():
    global n
    n += 1
threads = [threading.Thread(target=add) for _ in range(2)]
for t in threads: t.start()
for t in threads: t.join()
print(n)
";
    assert_eq!(outputs(source), ["1\n", "2\n"]);
    let one_step = Program { one_step_additions: true, ..program(source) };
    let findings = findings(&one_step, TIME).unwrap();
    assert_eq!(findings.outputs(), ["2\n"]);
}

#[test]
#[ignore = "needs python3"]
fn what_a_lock_orders_costs_no_schedules() {
    let source = "import threading
n = 0
lock = threading.Lock()
def add():
    global n
    with lock:
        n += 1
threads = [threading.Thread(target=add) for _ in range(2)]
for t in threads: t.start()
for t in threads: t.join()
print(n)
";
    let findings = findings(&program(source), TIME).unwrap();
    assert_eq!(findings.outputs(), ["2\n"]);
    // Each thread takes the lock and gives it back; main waits for the first while the second goes on.
    assert!(findings.schedules.is_some_and(|count| count < 10), "{:?}", findings.schedules);
}

#[test]
#[ignore = "needs python3"]
fn what_is_not_modelled_is_refused_by_name() {
    let why = refusal("import threading\nimport asyncio\n");
    assert!(why.contains("program.py:2: asyncio is not modelled"), "{why}");
    let why = refusal("from multiprocessing import Process\n");
    assert!(why.contains("processes"), "{why}");
    let why = refusal("import os\nprint('begins')\nos.fork()\n");
    assert!(why.contains("program.py:3: os.fork") && why.contains("processes"), "{why}");
    let why = refusal("open('never-written', 'w')\n");
    assert!(why.contains("program.py:1") && why.contains("written"), "{why}");
    assert!(!Path::new("never-written").exists());
    let why = refusal("print(1\n");
    assert!(why.contains("program.py:1: SyntaxError"), "{why}");
}

#[test]
#[ignore = "needs python3"]
fn loops_without_end_are_told_from_those_that_wait() {
    let end = |source: &str| {
        let findings = findings(&program(source), TIME).unwrap();
        let ends: BTreeSet<_> = findings.endings.into_keys().map(|ending| ending.end).collect();
        ends
    };
    assert_eq!(end("while True: pass\n"), BTreeSet::from([End::Endless]));
    let waits = "import threading
done = False
def work():
    global done
    done = True
threading.Thread(target=work).start()
while not done: pass
";
    assert_eq!(end(waits), BTreeSet::from([End::Returned]));
    let never = waits.replace("done = True", "done = False");
    assert_eq!(end(&never), BTreeSet::from([End::Endless]));
}

#[test]
#[ignore = "needs python3"]
fn an_engine_that_dies_is_told_and_not_waited_for() {
    // The C function never comes back, and then there is no interpreter any more.
    let source = "import faulthandler\nfaulthandler._sigsegv()\n";
    match findings(&program(source), TIME) {
        Err(Fault::Failed(why)) => assert!(why.contains("has ended"), "{why}"),
        other => panic!("{other:?}"),
    }
}

#[test]
#[ignore = "needs python3"]
fn a_run_can_be_stopped_from_outside() {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};

    let stop = Arc::new(AtomicBool::new(false));
    let mut world = program("print('something')\n").start_until(Arc::clone(&stop)).unwrap();
    let everything = Options { extent: Extent::Everything, time: TIME };
    assert_eq!(search(&mut world, everything).fault, None);
    stop.store(true, Ordering::Relaxed);
    assert_eq!(search(&mut world, everything).fault, Some(Fault::Interrupted));
    // It goes on for ever inside of one call of C code, already in the run before all others.
    let source = program("import itertools\nsum(itertools.repeat(0))\n");
    assert_eq!(source.start_until(stop).err(), Some(Fault::Interrupted));
}

/// The engine is read by every Python that is promised, also where only a newer one is at hand.
#[test]
#[ignore = "needs python3"]
fn the_engine_keeps_to_python_3_9() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/worlds/python/engine");
    let check = "import ast, pathlib, sys
files = sorted(pathlib.Path(sys.argv[1]).glob('*.py'))
assert len(files) == 7, files
for file in files:
    ast.parse(file.read_text(encoding='utf-8'), str(file), feature_version=(3, 9))
";
    let python = course::python().unwrap();
    let checked = Command::new(python).args(["-c", check]).arg(folder).output().unwrap();
    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stderr));
}

/// A long program with all that the language has prints the same, rewritten or not.
#[test]
#[ignore = "needs python3"]
fn rewriting_a_program_changes_nothing() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/python/features.py");
    let python = match super::interpreter() {
        Some(python) => python,
        None => course::python().unwrap().to_path_buf(),
    };
    let plain = Command::new(python).arg(&path).env("PYTHONIOENCODING", "utf-8").output().unwrap();
    assert!(plain.status.success(), "{}", String::from_utf8_lossy(&plain.stderr));
    let program = Program { interpreter: super::interpreter(), ..Program::new(path) };
    let findings = findings(&program, TIME).unwrap();
    let plain = String::from_utf8(plain.stdout).unwrap().replace("\r\n", "\n");
    assert_eq!(findings.outputs(), [plain]);
    assert_eq!(findings.schedules, Some(1));
}

/// Runs the command, which must come to an answer.
fn command(arguments: &[&str]) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_schedules"))
        .args(arguments)
        .env("LC_ALL", "C.UTF-8")
        .output()
        .unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code().unwrap(), text(&output.stdout), text(&output.stderr))
}

/// The path of one of the programs of students' kinds.
fn path(name: &str) -> String {
    format!("{}/tests/python_programs/{name}.py", env!("CARGO_MANIFEST_DIR"))
}

#[test]
#[ignore = "needs python3"]
fn the_command_tells_a_program_in_its_own_lines() {
    let (code, told, _) = command(&[&path("global_counter")]);
    assert_eq!(code, 0);
    assert!(told.contains("all that there are, 3 endings"), "{told}");
    assert!(told.contains("+= 1") && told.contains("→ reads 0"), "{told}");
    let (code, told, _) = command(&[&path("global_counter"), "--one-step-additions"]);
    assert!(code == 0 && told.contains("1 ending\n"), "{told}");
    let (code, told, _) = command(&[&path("main_raises"), "--json"]);
    let told: serde_json::Value = serde_json::from_str(&told).unwrap();
    assert_eq!(code, 1);
    assert!(told["endings"][0]["end"].as_str().unwrap().starts_with("panic: "), "{told}");
}

#[test]
#[ignore = "needs python3"]
fn without_an_answer_the_command_says_why() {
    let (code, told, error) = command(&[&path("uses_asyncio")]);
    assert!(code == 2 && told.is_empty() && error.contains("asyncio is not modelled"), "{error}");
    let (code, _, error) = command(&["no/such/program.py"]);
    assert!(code == 2 && error.contains("no/such/program.py"), "{error}");
}

#[test]
#[ignore = "needs python3"]
fn both_shows_a_lesson_in_both_languages() {
    let (code, told, _) = command(&["--both", "thread_order"]);
    assert!(code == 0 && told.contains("6 endings, the same in Rust and in Python"), "{told}");
    let (code, told, _) = command(&["--both", "change_it_no_lock", "--json"]);
    let told: serde_json::Value = serde_json::from_str(&told).unwrap();
    assert_eq!((code, &told["equal"]), (1, &serde_json::Value::Bool(false)));
    assert_eq!(told["rust"]["endings"].as_array().unwrap().len(), 5);
    assert_eq!(told["python"]["endings"].as_array().unwrap().len(), 7);
    let (code, _, error) = command(&["--both", "too_many_threads"]);
    assert!(code == 2 && error.contains("no lesson of threads or processes"), "{error}");
}

/// The processes that a process has started and not yet waited for.
#[cfg(target_os = "linux")]
fn children(of: u32) -> Vec<u32> {
    let list = std::fs::read_to_string(format!("/proc/{of}/task/{of}/children"));
    list.unwrap_or_default().split_whitespace().map(|id| id.parse().unwrap()).collect()
}

/// Waits for an event, for as long as it may take on a busy machine.
#[cfg(target_os = "linux")]
fn wait_for<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let start = std::time::Instant::now();
    while start.elapsed() < Duration::from_secs(60) {
        if let Some(found) = look() {
            return found;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("{what} did not come");
}

/// Starts the command on a program that it would search for ten minutes, and waits for its engine.
#[cfg(target_os = "linux")]
fn long_search(folder: &Path, source: &str) -> (std::process::Child, u32) {
    let path = folder.join("long.py");
    std::fs::write(&path, source).unwrap();
    let command = Command::new(env!("CARGO_BIN_EXE_schedules"))
        .arg(path)
        .args(["--seconds", "600"])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let engine = wait_for("the engine", || {
        let engine = children(command.id()).pop()?;
        // Only then it no longer listens to the signal that its group gets.
        let status = std::fs::read_to_string(format!("/proc/{engine}/status")).ok()?;
        let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"))?;
        let ignored = u64::from_str_radix(ignored.trim(), 16).unwrap();
        (ignored & 0b10 != 0).then_some(engine)
    });
    (command, engine)
}

#[cfg(target_os = "linux")]
fn is_gone(process: u32) -> Option<()> {
    (!Path::new(&format!("/proc/{process}")).exists()).then_some(())
}

#[cfg(target_os = "linux")]
const LONG: &str = "import threading
n = 0
def work():
    global n
    for _ in range(50): n += 1
    print(n)
for _ in range(5): threading.Thread(target=work).start()
";

#[cfg(target_os = "linux")]
#[test]
#[ignore = "needs python3"]
fn ctrl_c_tells_what_was_found_and_leaves_nothing_running() {
    let folder = tempfile::tempdir().unwrap();
    for source in [LONG, "import itertools\nsum(itertools.repeat(0))\n"] {
        let (command, engine) = long_search(folder.path(), source);
        let id = command.id().to_string();
        assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
        let output = command.wait_with_output().unwrap();
        let told = String::from_utf8_lossy(&output.stdout).into_owned();
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(told.contains("interrupted") || error.contains("interrupted"), "{told}{error}");
        assert!(!told.contains("all that there are"), "{told}");
        wait_for("the end of the engine", || is_gone(engine));
    }
}

#[cfg(target_os = "linux")]
#[test]
#[ignore = "needs python3"]
fn an_engine_ends_with_a_command_that_was_killed() {
    let folder = tempfile::tempdir().unwrap();
    for source in [LONG, "while True: pass\n"] {
        let (mut command, engine) = long_search(folder.path(), source);
        command.kill().unwrap();
        command.wait().unwrap();
        wait_for("the end of the engine", || is_gone(engine));
    }
}
