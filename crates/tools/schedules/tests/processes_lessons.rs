//! The process lessons and their twins: what each can come to, and that a `join` that is taken out shows,
//! every time.
#![cfg(all(target_os = "linux", target_arch = "x86_64"))]

mod variants;

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use schedules::search::{self, Ending, Extent, Findings, classes, follow, random};
use schedules::worlds::processes::lessons::{self, ProcessLesson};
use schedules::worlds::processes::{Options, Processes, Sleeps};

use variants::Variants;

const LIMIT: Duration = Duration::from_secs(300);

/// A lesson, and how many endings it has where a sleep ends when nothing else goes on, and where it
/// guarantees nothing.
struct Row {
    lesson: &'static str,
    instant: usize,
    any: Option<usize>,
}

const fn row(lesson: &'static str, instant: usize, any: usize) -> Row {
    Row { lesson, instant, any: Some(any) }
}

const TABLE: &[Row] = &[
    row("child_process", 1, 1),
    row("fork_demo", 2, 2),
    row("fork_globals", 1, 1),
    row("no_shared_globals", 6, 126),
    row("process_args", 1, 1),
    row("process_ids", 2, 2),
    row("process_order", 4, 6),
    row("subprocess_call", 1, 1),
    row("terminate_process", 1, 10),
    row("ping_pong_process", 6, 16),
    row("two_tasks", 2, 32),
    // Where a sleep guarantees nothing there are about 91,500: too many for a test.
    Row { lesson: "daemon_vs_join", instant: 20, any: None },
];

/// How the lesson is run, in Rust and in Python.
fn lesson(name: &str) -> (&'static ProcessLesson, [Vec<OsString>; 2]) {
    let lesson = lessons::find(name).unwrap();
    let arguments = || lesson.arguments.iter().map(OsString::from);
    let ours = [rust(name).into()].into_iter().chain(arguments()).collect();
    let twin = [python().into(), course::twin(name).into()];
    (lesson, [ours, twin.into_iter().chain(arguments()).collect()])
}

fn search(command: Vec<OsString>, options: &Options) -> (Processes, Findings) {
    let mut world = Processes::new(command, options.clone()).unwrap();
    let found = classes::all(&mut world, LIMIT);
    (world, found)
}

fn rust(lesson: &str) -> PathBuf {
    course::build(lesson).unwrap()
}

fn python() -> &'static Path {
    course::python().unwrap()
}

/// All that is printed in each ending, without the times that are measured, and how it ends.
fn outputs(lesson: &ProcessLesson, found: &Findings) -> BTreeSet<String> {
    let ending =
        |ending: &Ending| format!("{}{:?}", lesson.without_times(&ending.output), ending.end);
    found.endings.keys().map(ending).collect()
}

fn hold(sleeps: Sleeps, expected: impl Fn(&Row) -> Option<usize>) {
    for row in TABLE {
        let Some(expected) = expected(row) else { continue };
        let (lesson, [ours, theirs]) = lesson(row.lesson);
        let options = Options { sleeps, prints: lesson.prints, ..Options::default() };
        let (mut world, rust) = search(ours, &options);
        let (_, python) = search(theirs, &options);
        let name = row.lesson;
        for found in [&rust, &python] {
            assert!(found.complete() && found.diverged.is_none(), "{name}: {found:?}");
        }
        assert_eq!(outputs(lesson, &rust), outputs(lesson, &python), "{name}, {sleeps:?}");
        assert_eq!(outputs(lesson, &rust).len(), expected, "{name}, {sleeps:?}");
        // The simplest schedule of an ending leads there, though it may never have been run.
        for (ending, found) in rust.by_simplicity().into_iter().take(8) {
            let run = follow(&mut world, &found.schedule).unwrap();
            let [came, told] = [&run.output, &ending.output].map(|text| lesson.without_times(text));
            assert_eq!(came, told, "{name}");
            assert_eq!(run.end(), Some(&ending.end), "{name}");
        }
    }
}

#[test]
fn rust_and_python_come_to_the_same_where_sleeps_end_when_nothing_else_goes_on() {
    hold(Sleeps::Instant, |row| Some(row.instant));
}

#[test]
fn rust_and_python_come_to_the_same_where_sleeps_guarantee_nothing() {
    hold(Sleeps::Any, |row| row.any);
}

/// A wait in a lesson: its line in Rust and in Python, and whether its absence can be seen. Where it
/// cannot, main prints nothing after it, and waits at its end all the same.
struct Wait {
    lesson: &'static str,
    rust: &'static str,
    python: &'static str,
    shows: bool,
}

const fn wait(lesson: &'static str, rust: &'static str, python: &'static str) -> Wait {
    Wait { lesson, rust, python, shows: true }
}

const WAITS: &[Wait] = &[
    wait("process_order", "one.join()?;", "one.join()"),
    wait("process_order", "two.join()?;", "two.join()"),
    wait("no_shared_globals", "one.join()?;", "one.join()"),
    wait("no_shared_globals", "two.join()?;", "two.join()"),
    wait("child_process", "child.join()?;", "child.join()"),
    wait("terminate_process", "child.join()?;", "child.join()"),
    wait("process_args", "by_position.join()?;", "by_position.join()"),
    Wait { shows: false, ..wait("process_args", "by_keyword.join()?;", "by_keyword.join()") },
    wait("fork_demo", r#"waitpid(child, None).expect("wait failed");"#, "os.wait()"),
    wait("fork_globals", r#"waitpid(child, None).expect("wait failed")"#, "os.waitpid(pid, 0)"),
    Wait { shows: false, ..wait("process_ids", "one.join()?;", "one.join()") },
    Wait { shows: false, ..wait("process_ids", "two.join()?;", "two.join()") },
];

/// A pool of two workers with two tasks, which say who does them.
const POOL: &str = r#"
fn main() {
    let _main = util::main_guard!(run);
    let pool = util::Pool::new(2).unwrap();
    println!("begin");
    pool.apply_async(run, (1,));
    pool.apply_async(run, (2,));
    pool.close().join();
}

fn run(task: u32) {
    println!("{task} {}", std::process::id());
}
"#;

/// The lessons without one of their waits each, and a pool, compiled as the lessons are.
static PATCHED: LazyLock<Variants> = LazyLock::new(|| {
    let mut files = vec![
        ("pool.rs".to_string(), POOL.to_string()),
        ("pool_at_once.rs".to_string(), without(POOL, r#"println!("begin");"#)),
    ];
    for (number, wait) in WAITS.iter().enumerate() {
        let text = without(&fs::read_to_string(course::source(wait.lesson)).unwrap(), wait.rust);
        files.push((format!("wait{number}.rs"), text));
        let text = without(&fs::read_to_string(course::twin(wait.lesson)).unwrap(), wait.python);
        files.push((format!("wait{number}.py"), text));
    }
    variants::compile("waits", &files)
});

fn without(text: &str, wait: &str) -> String {
    assert_eq!(text.matches(wait).count(), 1, "{wait} in\n{text}");
    // The variable that it waited for is used no more, and a block may need a value.
    text.replace(wait, if wait.ends_with(')') && wait.contains("expect") { "{}" } else { "" })
}

#[test]
fn a_join_that_is_taken_out_shows_every_time() {
    for (number, wait) in WAITS.iter().enumerate() {
        let (lesson, line) = (wait.lesson, wait.rust);
        let set = |found| outputs(lessons::find(lesson).unwrap(), found);
        let options = Options { sleeps: Sleeps::Any, ..Options::default() };
        let rust = PATCHED.programs.join(format!("wait{number}"));
        let twin = PATCHED.sources.join(format!("wait{number}.py"));
        let (_, whole) = search(vec![self::rust(lesson).into()], &options);
        let (mut world, ours) = search(vec![rust.into()], &options);
        // This one has hundreds of endings without its waits: too many for starts of Python in a test.
        let theirs = (lesson != "no_shared_globals")
            .then(|| search(vec![python().into(), twin.into()], &options).1);
        for found in [Some(&ours), theirs.as_ref()].into_iter().flatten() {
            assert!(found.complete(), "{lesson} without {line}: {found:?}");
            let wrong = set(found).difference(&set(&whole)).count();
            assert_eq!(wrong > 0, wait.shows, "{lesson} without {line}: {found:#?}");
        }
        if lesson == "process_order" && line.starts_with("two") {
            let wrong = ours
                .by_simplicity()
                .into_iter()
                .find(|(ending, _)| !ending.output.trim_end().ends_with("结束主进程"));
            let (ending, found) = wrong.expect("main can end before its second child");
            let run = follow(&mut world, &found.schedule).unwrap();
            assert_eq!(run.output, ending.output);
            assert_eq!(ours.endings.len(), 10);
            assert_eq!(theirs.map(|theirs| theirs.endings.len()), Some(10));
        }
    }
}

#[test]
fn every_worker_of_a_pool_may_get_every_task() {
    // Whether or not main prints before it gives out the tasks: the threads that hand them on may have
    // come to wait for them then, or not have begun.
    for (program, begin) in [("pool", "begin\n"), ("pool_at_once", "")] {
        let program = PATCHED.programs.join(program);
        let mut world = Processes::new(vec![program.into()], Options::default()).unwrap();
        // All schedules are too many for a test. These are the same ones each time.
        let found = random::some(&mut world, 500, 4, LIMIT);
        assert!(found.fault.is_none() && found.diverged.is_none(), "{found:?}");
        let expected = [
            // One worker does both, or each does one.
            "1 P1.1\n2 P1.1\n",
            "1 P1.2\n2 P1.2\n",
            "1 P1.1\n2 P1.2\n",
            "2 P1.2\n1 P1.1\n",
            "1 P1.2\n2 P1.1\n",
            "2 P1.1\n1 P1.2\n",
        ];
        let outputs: BTreeSet<String> = found.outputs().into_iter().map(str::to_string).collect();
        assert_eq!(outputs, expected.map(|tasks| format!("{begin}{tasks}")).into());
    }
}

/// How many runs are made at least, unless `RUNS` says another number.
const RUNS: usize = 50_000;

/// Every lesson and its twin again and again, in both readings of a sleep: a run that does not do what
/// it is told, or a set that is another one than before, is a divergence. It is meant for a machine whose
/// cores are busy with other work.
#[test]
#[ignore = "takes an hour"]
fn thorough_no_run_diverges() {
    let wanted = std::env::var("RUNS").map_or(RUNS, |runs| runs.parse().expect("a number"));
    let start = Instant::now();
    let (mut runs, mut round, mut diverged) = (0, 0, 0);
    let mut known: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    while runs < wanted {
        round += 1;
        for row in TABLE {
            let (lesson, [ours, theirs]) = lesson(row.lesson);
            for (language, command) in [("Rust", ours), ("Python", theirs)] {
                for sleeps in [Sleeps::Instant, Sleeps::Any] {
                    if sleeps == Sleeps::Any && row.any.is_none() {
                        continue;
                    }
                    let options = Options { sleeps, prints: lesson.prints, ..Options::default() };
                    let mut world = Processes::new(Vec::clone(&command), options).unwrap();
                    let found = classes::all(&mut world, Duration::MAX);
                    runs += found.runs;
                    let of = format!("{} in {language}, {sleeps:?}", row.lesson);
                    let set = outputs(lesson, &found);
                    let other = known.get(&of).is_some_and(|known| *known != set);
                    if !found.complete() || found.diverged.is_some() || other {
                        diverged += 1;
                        println!(
                            "{of}: {:?} {:?} {} endings",
                            found.diverged,
                            found.fault,
                            set.len()
                        );
                    }
                    known.entry(of).or_insert(set);
                }
            }
        }
        let seconds = start.elapsed().as_secs();
        println!("round {round}: {runs} runs, {diverged} divergences, {seconds} s");
    }
    assert_eq!(diverged, 0, "in {runs} runs");
}

/// What was tried of a lesson that has too many endings for a test is all with few switches, or what could
/// be tried in the time. It never calls itself all.
fn part_of_it(lesson: &str, is_possible: impl Fn(&[&str]) -> bool) {
    let options = Options { sleeps: Sleeps::Any, ..Options::default() };
    for command in self::lesson(lesson).1 {
        let mut world = Processes::new(command, options.clone()).unwrap();
        let all = search::Options { extent: Extent::Everything, time: Duration::from_secs(8) };
        let found = search::search(&mut world, all);
        assert!(found.fault.is_none() && found.diverged.is_none(), "{lesson}: {found:?}");
        assert!(!found.complete() && !found.endings.is_empty(), "{lesson}: {found:?}");
        for ending in found.endings.keys() {
            assert!(is_possible(&ending.output.lines().collect::<Vec<_>>()), "{ending:?}");
        }
    }
}

/// Whether the lines that begin like this are numbered from 1 on without a gap.
fn in_order(lines: &[&str], begin: &str) -> bool {
    let lines = lines.iter().filter_map(|line| line.strip_prefix(begin));
    lines.zip(1..).all(|(line, number)| line == format!("tick {number}"))
}

#[test]
fn what_was_tried_of_daemon_vs_join_is_not_called_all() {
    part_of_it("daemon_vs_join", |lines| {
        let ordinary = lines.iter().filter(|line| line.starts_with("ordinary: tick"));
        let finished = lines.contains(&"ordinary: finished");
        // A daemon that is not ended soon finishes, too.
        let lines: Vec<&str> =
            lines.iter().copied().filter(|line| !line.ends_with("finished")).collect();
        ordinary.count() == 6
            && finished
            && in_order(&lines, "daemon: ")
            && in_order(&lines, "ordinary: ")
            && lines.contains(&"main ends")
    });
}

#[test]
fn what_was_tried_of_pool_demo_is_not_called_all() {
    part_of_it("pool_demo", |lines| {
        let place = |what: String| lines.iter().position(|line| line.starts_with(&what));
        lines.len() == 8
            && lines[0] == "启动父进程"
            && lines[7] == "结束父进程"
            && (0..3).all(|task| {
                let begin = place(format!("子进程{task}启动"));
                begin.is_some() && begin < place(format!("子进程{task}结束"))
            })
    });
}
