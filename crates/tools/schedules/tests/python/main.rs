//! The world of Python programs: what they can come to, what is refused, and that a search which takes
//! few accesses for steps finds as much as one that takes all of them.
//!
//! Everything here needs Python, so everything is ignored unless it is asked for.

mod lessons;
mod programs;
mod random;

use std::collections::BTreeSet;
use std::time::Duration;

use schedules::search::{Completeness, Ending, Extent, Findings, Options, search};
use schedules::world::{End, Fault};
use schedules::worlds::python::Program;

/// A generous limit: nothing here is about time.
const TIME: Duration = Duration::from_secs(600);

/// Everything that a program can come to.
fn findings(program: &Program, time: Duration) -> Result<Findings, Fault> {
    let mut world = program.start()?;
    let findings = search(&mut world, Options { extent: Extent::Everything, time });
    match findings.fault {
        Some(fault) => Err(fault),
        None => Ok(findings),
    }
}

/// A program that is only a text.
fn program(source: &str) -> Program {
    let mut program = Program::new("program.py");
    program.source = Some(source.to_string());
    program
}

fn endings(findings: &Findings) -> BTreeSet<Ending> {
    findings.endings.keys().cloned().collect()
}

/// All endings of a program that comes to its end.
fn all(source: &str) -> BTreeSet<Ending> {
    let findings = findings(&program(source), TIME).unwrap();
    assert_eq!(findings.completeness, Completeness::All, "{source}");
    endings(&findings)
}

fn outputs(source: &str) -> Vec<String> {
    all(source).into_iter().map(|ending| ending.output).collect()
}

fn refusal(source: &str) -> String {
    match findings(&program(source), TIME) {
        Err(Fault::Refused(why)) => why,
        other => panic!("{other:?}"),
    }
}

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
    assert!(!std::path::Path::new("never-written").exists());
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
    // It goes on for ever inside of one call of C code.
    let source = program("import itertools\nsum(itertools.repeat(0))\n");
    let mut world = source.start_until(Arc::clone(&stop)).unwrap();
    let other = std::thread::spawn(move || stop.store(true, Ordering::Relaxed));
    let findings = search(&mut world, Options { extent: Extent::Everything, time: TIME });
    other.join().unwrap();
    assert_eq!(findings.fault, Some(Fault::Interrupted));
}
