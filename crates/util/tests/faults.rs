//! Signals at random moments, and a system that refuses: nothing hangs, and nothing is left.

mod support;

use std::time::Duration;
use std::{io, thread};

use util::{Pool, Process, Queue, QueueError, TaskError};

fn main() -> io::Result<()> {
    let _main = util::main_guard!(sleeps, spins, has_a_child, square, hands_on);
    match support::program_name().as_deref() {
        Some("processes") => processes(),
        Some("pool") => pool(),
        Some("map") => map(),
        Some("queues") => queues(),
        Some("both") => both(),
        Some("pools") => pools(),
        Some(other) => panic!("there is no program {other}"),
        #[cfg(unix)]
        None => support::run(unix::tests()),
        #[cfg(not(unix))]
        None => support::run(support::tests![]),
    }
}

fn sleeps() {
    thread::sleep(Duration::from_secs(600));
}

fn spins() {
    loop {
        std::hint::spin_loop();
    }
}

fn has_a_child() {
    Process::new(spins, ()).start().unwrap();
    sleeps();
}

/// Prints the ids of its two children, then how they ended.
fn processes() -> io::Result<()> {
    let first = Process::new(sleeps, ()).start()?;
    let second = Process::new(has_a_child, ()).start()?;
    println!("{} {}", first.pid(), second.pid());
    first.join()?;
    second.join()?;
    println!("{} {}", first.exit_code().unwrap(), second.exit_code().unwrap());
    Ok(())
}

const TASKS: i64 = 30;

fn square(number: i64) -> i64 {
    thread::sleep(Duration::from_millis(2));
    number * number
}

/// Prints the ids of its two workers, then how many tasks have their result, and the exit codes of
/// the workers that died in one.
fn pool() -> io::Result<()> {
    let pool = Pool::new(2)?;
    let pids = pool.pids();
    println!("{} {}", pids[0], pids[1]);
    let results: Vec<_> = (0..TASKS).map(|number| pool.apply_async(square, (number,))).collect();
    let mut done = 0;
    let mut died = Vec::new();
    for (number, result) in (0..).zip(results) {
        match result.get() {
            Ok(result) if result == number * number => done += 1,
            Err(TaskError::WorkerDied(code)) => died.push(code),
            other => panic!("task {number}: {other:?}"),
        }
    }
    pool.close().join();
    println!("{done} {died:?}");
    Ok(())
}

/// As `pool`, with several calls in a task: prints how many calls have their result, and the exit
/// codes of the workers that died.
fn map() -> io::Result<()> {
    let pool = Pool::new(2)?;
    let pids = pool.pids();
    println!("{} {}", pids[0], pids[1]);
    let mut done = 0;
    let mut died = Vec::new();
    for (number, result) in (0..).zip(pool.imap(square, 0..TASKS)) {
        match result {
            Ok(result) if result == number * number => done += 1,
            Err(TaskError::WorkerDied(code)) => died.push(code),
            other => panic!("call {number}: {other:?}"),
        }
    }
    pool.close().join();
    died.dedup();
    println!("{done} {died:?}");
    Ok(())
}

fn hands_on(from: Queue<i64>, to: Queue<i64>) {
    while let Ok(number) = from.get() {
        if number < 0 || to.put(number).is_err() {
            return;
        }
        thread::sleep(Duration::from_micros(200));
    }
}

/// Prints the ids of its two children, then how many numbers they have handed on, how many neither
/// of them took, and why there are no more.
fn queues() -> io::Result<()> {
    let (to, from) = (Queue::new(), Queue::new());
    let children = [
        Process::new(hands_on, (to.clone(), from.clone())).start()?,
        Process::new(hands_on, (to.clone(), from.clone())).start()?,
    ];
    println!("{} {}", children[0].pid(), children[1].pid());
    (0..NUMBERS).for_each(|number| to.put(number).unwrap());
    (0..2).for_each(|_| to.put(-1).unwrap());
    let mut seen = [0; NUMBERS as usize];
    let mut count = |queue: &Queue<i64>| loop {
        match queue.get() {
            Ok(-1) => {}
            Ok(number) => seen[number as usize] += 1,
            Err(error) => return error,
        }
    };
    let ends = [count(&from), count(&to)];
    assert_eq!(ends, [QueueError::Abandoned, QueueError::Abandoned]);
    assert!(seen.iter().all(|times| *times <= 1), "a number came twice: {seen:?}");
    println!("{}", seen.iter().filter(|times| **times == 0).count());
    Ok(())
}

const NUMBERS: i64 = 200;

/// Starts workers over and over.
fn pools() -> io::Result<()> {
    for _ in 0..50 {
        Pool::new(4)?.close().join();
    }
    Ok(())
}

/// Uses all that needs the system's help.
fn both() -> io::Result<()> {
    let child = Process::new(square, (2,)).start()?;
    let pool = Pool::new(2)?;
    let result = pool.apply_async(square, (3,)).get().map_err(io::Error::other)?;
    pool.close().join();
    child.join()?;
    println!("{result} {}", child.exit_code().unwrap());
    Ok(())
}

#[cfg(unix)]
mod unix {
    use std::os::unix::process::ExitStatusExt;
    use std::process::{Command, ExitStatus};
    use std::{env, fs};

    use fastrand::Rng;
    use libtest_mimic::Trial;
    use nix::sys::signal::{kill, Signal};
    use nix::unistd::Pid;
    use support::{program, tests, Running};

    use super::*;

    pub(super) fn tests() -> Vec<Trial> {
        let mut tests = tests![
            few_signals_to_main,
            few_signals_to_children,
            few_signals_to_a_worker,
            few_signals_to_a_worker_in_a_map,
            few_signals_to_the_readers_of_a_queue,
            a_closed_stdin_changes_nothing,
            too_few_files_are_an_error,
        ];
        #[cfg(target_os = "linux")]
        tests.extend(tests![too_few_processes_are_an_error]);
        #[cfg(all(target_os = "linux", not(util_tcp)))]
        tests.extend(tests![a_pool_starts_whoever_kills_its_workers]);
        let long = tests![
            many_signals_to_main,
            many_signals_to_children,
            many_signals_to_a_worker,
            many_signals_to_a_worker_in_a_map,
            many_signals_to_the_readers_of_a_queue,
        ];
        tests.extend(long.into_iter().map(|test| test.with_ignored_flag(true)));
        tests
    }

    const FEW: u32 = 8;
    const MANY: u32 = 200;

    fn few_signals_to_main() {
        signals_to_main(FEW);
    }

    fn many_signals_to_main() {
        signals_to_main(MANY);
    }

    fn few_signals_to_children() {
        signals_to_children(FEW);
    }

    fn many_signals_to_children() {
        signals_to_children(MANY);
    }

    fn few_signals_to_a_worker() {
        signals_to_a_worker(FEW);
    }

    fn many_signals_to_a_worker() {
        signals_to_a_worker(MANY);
    }

    fn few_signals_to_a_worker_in_a_map() {
        signals_to_a_worker_in_a_map(FEW);
    }

    fn many_signals_to_a_worker_in_a_map() {
        signals_to_a_worker_in_a_map(MANY);
    }

    fn few_signals_to_the_readers_of_a_queue() {
        signals_to_the_readers_of_a_queue(FEW);
    }

    fn many_signals_to_the_readers_of_a_queue() {
        signals_to_the_readers_of_a_queue(MANY);
    }

    fn signals_to_a_worker_in_a_map(rounds: u32) {
        in_rounds("signals to a worker in a map", rounds, |rng, running_in| {
            let signal = rng.choice(SIGNALS).unwrap();
            let mut running = Running::start(program("map").current_dir(running_in));
            let worker = pids(&running.line()).nth(rng.usize(..2)).unwrap();
            thread::sleep(up_to_milliseconds(40, rng));
            // A worker that is done is gone.
            let _ = kill(worker, signal);
            let gone = running.all_gone();

            let output = running.finish();
            let (done, died) = output.stdout.trim_end().split_once(' ').unwrap();
            let (done, killed): (i64, _) =
                (done.parse().unwrap(), format!("[{}]", -(signal as i32)));
            // One task is lost at most, and nobody knows how many calls it had.
            let as_told = if done == TASKS { died == "[]" } else { done < TASKS && died == killed };
            assert!(as_told, "{signal}: {output:?}");
            assert_eq!((exit_code(output.status), output.stderr.as_str()), (0, ""), "{signal}");
            gone
        });
    }

    fn signals_to_the_readers_of_a_queue(rounds: u32) {
        in_rounds("signals to the readers of a queue", rounds, |rng, running_in| {
            let mut running = Running::start(program("queues").current_dir(running_in));
            let children: Vec<_> = pids(&running.line()).collect();
            // One of them, or both.
            let hit = rng.usize(1..3);
            for child in &children[..hit] {
                thread::sleep(up_to_milliseconds(30, rng));
                let _ = kill(*child, rng.choice(SIGNALS).unwrap());
            }
            let gone = running.all_gone();

            let output = running.finish();
            let lost: usize = output.stdout.trim_end().parse().unwrap();
            // What a child had got and not handed on is gone with it.
            assert!(lost <= hit, "{output:?}");
            assert_eq!((exit_code(output.status), output.stderr.as_str()), (0, ""));
            gone
        });
    }

    fn signals_to_main(rounds: u32) {
        in_rounds("signals to main", rounds, |rng, running_in| {
            let name = rng.choice(["processes", "pool", "map", "queues"]).unwrap();
            let signal = rng.choice(SIGNALS).unwrap();
            let mut running = Running::start(program(name).current_dir(running_in));
            thread::sleep(up_to_milliseconds(60, rng));
            running.signal(signal);
            let gone = running.all_gone();

            let output = running.finish();
            let code = exit_code(output.status);
            let as_told = match signal {
                // The second is from before the first line of main.
                Signal::SIGINT => code == 130 || code == -2,
                _ => code == -(signal as i32),
            };
            // What ends by itself may have been quicker than the signal.
            let quicker = name != "processes" && code == 0;
            assert!(as_told || quicker, "{name}, {signal}: exit code {code}");
            // Over TCP a child is greeted after its start. One whose main is killed in between takes
            // itself for started by hand.
            let alone = cfg!(util_tcp) && output.stderr.starts_with("UTIL_CHILD_PROCESS");
            assert!(output.stderr.is_empty() || alone, "{name}, {signal}: {}", output.stderr);
            gone
        });
    }

    fn signals_to_children(rounds: u32) {
        in_rounds("signals to children", rounds, |rng, running_in| {
            let signals = [rng.choice(SIGNALS).unwrap(), rng.choice(SIGNALS).unwrap()];
            let mut running = Running::start(program("processes").current_dir(running_in));
            for (child, signal) in pids(&running.line()).zip(signals) {
                thread::sleep(up_to_milliseconds(20, rng));
                kill(child, signal).unwrap();
            }
            let gone = running.all_gone();

            let output = running.finish();
            let codes = signals.map(|signal| -(signal as i32));
            assert_eq!(output.stdout, format!("{} {}\n", codes[0], codes[1]));
            assert_eq!((exit_code(output.status), output.stderr.as_str()), (0, ""));
            gone
        });
    }

    fn signals_to_a_worker(rounds: u32) {
        in_rounds("signals to a worker", rounds, |rng, running_in| {
            let signal = rng.choice(SIGNALS).unwrap();
            let mut running = Running::start(program("pool").current_dir(running_in));
            let worker = pids(&running.line()).nth(rng.usize(..2)).unwrap();
            thread::sleep(up_to_milliseconds(40, rng));
            // A worker that is done is gone.
            let _ = kill(worker, signal);
            let gone = running.all_gone();

            let output = running.finish();
            let nothing_lost = format!("{TASKS} []\n");
            let one_lost = format!("{} [{}]\n", TASKS - 1, -(signal as i32));
            assert!([nothing_lost, one_lost].contains(&output.stdout), "{signal}: {output:?}");
            assert_eq!((exit_code(output.status), output.stderr.as_str()), (0, ""), "{signal}");
            gone
        });
    }

    fn a_closed_stdin_changes_nothing() {
        let output = support::output(&mut in_shell("exec \"$@\" <&-", program("both")));
        assert_eq!((output.stdout.as_str(), output.stderr.as_str()), ("9 0\n", ""));
    }

    fn too_few_files_are_an_error() {
        let refused = (FEWEST_FILES..20)
            .filter(|files| {
                let script = format!("ulimit -n {files} && exec \"$@\"");
                is_refused(in_shell(&script, program("both")), "Too many open files")
            })
            .count();
        assert!(refused > 0, "no limit was low enough to be met");
    }

    /// With fewer the system cannot load a program.
    const FEWEST_FILES: u32 = 4;

    /// Linux alone lists the children of a process. Over TCP a worker that is killed before it has
    /// connected is an error.
    #[cfg(all(target_os = "linux", not(util_tcp)))]
    fn a_pool_starts_whoever_kills_its_workers() {
        let mut running = Running::start(&mut program("pools"));
        let main = running.child.id();
        while running.child.try_wait().unwrap().is_none() {
            let children = fs::read_to_string(format!("/proc/{main}/task/{main}/children"));
            for child in children.unwrap_or_default().split_whitespace() {
                let _ = kill(Pid::from_raw(child.parse().unwrap()), Signal::SIGKILL);
            }
        }
        running.all_gone();
        let output = running.finish();
        assert_eq!((exit_code(output.status), output.stderr.as_str()), (0, ""));
    }

    /// Linux alone says who runs this, and counts the threads of a user.
    #[cfg(target_os = "linux")]
    fn too_few_processes_are_an_error() {
        use std::os::unix::fs::MetadataExt;
        use std::os::unix::process::CommandExt;

        // No limit holds for root, so the program becomes nobody: from a place that nobody can read.
        let root = fs::metadata("/proc/self").unwrap().uid() == 0;
        let folder = Folder::new("processes");
        let copy = folder.0.join("program");
        fs::copy(env::current_exe().unwrap(), &copy).unwrap();

        for processes in 1..12 {
            let mut itself = Command::new(&copy);
            itself.args(program("both").get_args());
            // Some shells have another letter for it.
            let script = format!(
                "ulimit -u {processes} 2>/dev/null || ulimit -p {processes} && exec \"$@\""
            );
            let mut shell = in_shell(&script, itself);
            if root {
                shell.uid(65534).gid(65534);
            }
            let refused = is_refused(shell, "Resource temporarily unavailable");
            assert!(refused || processes > 1, "one process and no thread beside main is too few");
        }
    }

    /// Whether `both` could not do its work. Then it has to say why, and to leave nothing.
    fn is_refused(mut command: Command, why: &str) -> bool {
        let mut running = Running::start(&mut command);
        running.all_gone();
        let output = running.finish();
        match output.status.code() {
            Some(0) if output.stdout == "9 0\n" => false,
            // Where only the child is refused something, main goes on.
            Some(0 | 1) if output.stderr.contains(why) => true,
            _ => panic!("{command:?}: {output:?}"),
        }
    }

    fn in_shell(script: &str, program: Command) -> Command {
        let mut shell = Command::new("sh");
        shell.args(["-c", script, "sh"]).arg(program.get_program()).args(program.get_args());
        shell
    }

    const SIGNALS: [Signal; 3] = [Signal::SIGKILL, Signal::SIGTERM, Signal::SIGINT];

    /// The environment variable that brings back the random numbers of another run.
    const SEED: &str = "FAULTS_SEED";

    /// Plays so many rounds, each with numbers of its own, in an empty folder that has to stay
    /// empty. A round gives the time after which all its processes were gone.
    fn in_rounds(name: &str, rounds: u32, round: impl Fn(&mut Rng, &std::path::Path) -> Duration) {
        let seed = match env::var(SEED) {
            Ok(seed) => seed.parse().expect("a seed is a number"),
            Err(_) => fastrand::u64(..),
        };
        println!("{name}: {SEED}={seed}");
        let mut rng = Rng::with_seed(seed);
        let folder = Folder::new(&name.replace(' ', "_"));
        let slowest = (0..rounds).map(|_| round(&mut rng, &folder.0)).max().unwrap();
        assert_eq!(fs::read_dir(&folder.0).unwrap().count(), 0, "a file is left");
        println!("{name}: {rounds} rounds, all gone after {slowest:.1?} at most");
    }

    fn up_to_milliseconds(milliseconds: u64, rng: &mut Rng) -> Duration {
        Duration::from_micros(rng.u64(..milliseconds * 1000))
    }

    fn pids(line: &str) -> impl Iterator<Item = Pid> + '_ {
        line.split(' ').map(|pid| Pid::from_raw(pid.parse().unwrap()))
    }

    /// Negative for a signal.
    fn exit_code(status: ExitStatus) -> i32 {
        status.code().unwrap_or_else(|| -status.signal().unwrap())
    }

    /// A folder for one test.
    struct Folder(std::path::PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let folder = env::temp_dir().join(format!("util_{name}_{}", std::process::id()));
            fs::create_dir(&folder).unwrap();
            Self(folder)
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }
}
