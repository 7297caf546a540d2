//! How a whole program ends, and that nothing outlives it.

mod support;

use std::process;
use std::thread;
use std::time::Duration;

use support::{output, program, Running};
use util::{Child, Pool, Process};

fn main() {
    let _main = util::main_guard!(
        tick,
        finish_later,
        sleeps,
        spins,
        has_grandchild,
        reports_ready,
        returns,
        prints_for_ever
    );
    match support::program_name().as_deref() {
        Some("end_of_main") => end_of_main(),
        Some("panic_in_main") => {
            Process::new(finish_later, ()).start().unwrap();
            panic!("on purpose");
        }
        Some("exit_in_main") => {
            Process::new(sleeps, ()).start().unwrap();
            Process::new(spins, ()).start().unwrap();
            process::exit(3);
        }
        Some("everything") => everything(),
        Some("starter_ends") => starter_ends(),
        Some("joins") => joins(),
        Some("starts") => starts(),
        Some("prints") => {
            Process::new(prints_for_ever, ()).start().unwrap();
            prints_for_ever();
        }
        Some(other) => panic!("there is no program {other}"),
        None => {
            let tests = support::tests![
                daemons_end_before_the_others_are_joined,
                a_panic_in_main_still_joins_its_children,
                a_child_outlives_the_thread_that_started_it,
                exit_in_main_ends_the_children,
                a_killed_parent_leaves_nothing,
                a_closed_pipe_ends_it_quietly,
            ];
            #[cfg(unix)]
            let tests = tests.into_iter().chain(unix::tests()).collect();
            support::run(tests)
        }
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

fn tick() {
    loop {
        println!("daemon ticks");
        thread::sleep(Duration::from_millis(50));
    }
}

fn finish_later() {
    thread::sleep(Duration::from_millis(500));
    println!("child finished");
}

fn end_of_main() {
    // The ordinary child comes first: joined in this order, the daemon would tick on.
    Process::new(finish_later, ()).start().unwrap();
    Process::new(tick, ()).daemon(true).start().unwrap();
    thread::sleep(Duration::from_millis(50));
    println!("main ends");
}

fn daemons_end_before_the_others_are_joined() {
    let ticks_after_main = || {
        let output = output(&mut program("end_of_main"));
        let (_, after) = output.stdout.split_once("main ends\n").unwrap();
        assert!(after.ends_with("child finished\n"), "{}", output.stdout);
        assert_eq!(output.status.code(), Some(0));
        after.matches("daemon ticks").count()
    };
    // If the other child were joined first, there would be nine each time. A busy machine may let
    // main wait with the end of the daemon once, but not again and again.
    let ticks: Vec<_> =
        (0..10).map(|_| ticks_after_main()).take_while(|ticks| *ticks > 3).collect();
    assert!(ticks.len() < 10, "ticks after the end of main: {ticks:?}");
}

fn a_panic_in_main_still_joins_its_children() {
    let output = output(&mut program("panic_in_main"));
    assert_eq!(output.stdout, "child finished\n");
    assert_eq!(output.status.code(), Some(101));
}

/// Starts a child from a thread that ends at once.
fn start_from_a_thread(process: Process) -> Child {
    thread::spawn(|| process.start().unwrap()).join().unwrap()
}

fn starter_ends() {
    let child = start_from_a_thread(Process::new(finish_later, ()));
    child.join().unwrap();
    println!("exit code {}", child.exit_code().unwrap());
}

fn a_child_outlives_the_thread_that_started_it() {
    let output = output(&mut program("starter_ends"));
    assert_eq!(output.stdout, "child finished\nexit code 0\n", "{}", output.stderr);
}

fn exit_in_main_ends_the_children() {
    let mut running = Running::start(&mut program("exit_in_main"));
    running.all_gone();
    assert_eq!(running.finish().status.code(), Some(3));
}

fn has_grandchild() {
    Process::new(sleeps, ()).start().unwrap();
    Process::new(spins, ()).start().unwrap();
    reports_ready();
    sleeps();
}

/// Prints a line once all children of this process that were started before it have begun.
fn reports_ready() {
    println!("ready {}", process::id());
}

/// Children of every kind, and grandchildren: more than one core can run, and all of them for ever.
fn everything() {
    Process::new(has_grandchild, ()).start().unwrap();
    start_from_a_thread(Process::new(spins, ()));
    Process::new(sleeps, ()).daemon(true).start().unwrap();
    let pool = Pool::new(2).unwrap();
    let first: Vec<_> = (0..2).map(|_| pool.apply_async(reports_ready, ())).collect();
    first.into_iter().for_each(|result| result.get().unwrap());
    let _tasks =
        [pool.apply_async(sleeps, ()), pool.apply_async(spins, ()), pool.apply_async(sleeps, ())];
    println!("main ready");
    pool.close().join();
}

/// The program, once all its processes run.
fn start_everything() -> Running {
    let mut running = Running::start(&mut program("everything"));
    // Two workers, the child with grandchildren, and main.
    let lines: Vec<_> = (0..4).map(|_| running.line()).collect();
    assert!(lines.iter().all(|line| line.contains("ready")), "{lines:?}");
    running
}

fn a_killed_parent_leaves_nothing() {
    let mut running = start_everything();
    running.kill();
    println!("all gone after {:?}", running.all_gone());
}

fn joins() {
    let child = Process::new(sleeps, ()).start().unwrap();
    println!("{}", child.pid());
    child.join().unwrap();
    println!("child ended with {}", child.exit_code().unwrap());
}

fn returns() {}

/// Starts children for ever, beside one that takes a moment to end.
fn starts() {
    Process::new(sleeps, ()).start().unwrap();
    println!("ready");
    loop {
        Process::new(returns, ()).start().unwrap();
    }
}

fn prints_for_ever() {
    loop {
        println!("a line");
    }
}

fn a_closed_pipe_ends_it_quietly() {
    let mut running = Running::start(&mut program("prints"));
    assert_eq!(running.line(), "a line");
    running.close_stdout();
    running.all_gone();
    assert_eq!(running.finish().stderr, "");
}

#[cfg(unix)]
mod unix {
    use std::fs::File;
    use std::path::Path;
    use std::process::Stdio;

    use libtest_mimic::Trial;
    use nix::sys::signal::{kill, Signal};
    use nix::unistd::Pid;
    use support::tests;

    use super::*;

    pub(super) fn tests() -> Vec<Trial> {
        let mut tests = tests![
            ctrl_c_ends_everything,
            ctrl_c_for_the_parent_alone_ends_everything,
            a_terminated_parent_leaves_nothing,
            ctrl_c_does_not_look_like_the_end_of_a_child,
            ctrl_c_does_not_look_like_a_start_that_failed,
            sigint_for_a_child_alone_ends_only_it,
        ];
        let full_disk = Path::new("/dev/full").exists();
        tests.extend(support::needs(full_disk, tests![a_full_disk_is_reported]));
        tests
    }

    fn ends_with_130(signal: impl FnOnce(&Running)) {
        let mut running = start_everything();
        signal(&running);
        let gone = running.all_gone();
        let output = running.finish();
        assert_eq!(output.status.code(), Some(130), "{}", output.stderr);
        assert_eq!(output.stderr, "");
        assert_eq!(output.stdout, "", "main or a child went on");
        println!("all gone after {gone:?}");
    }

    fn ctrl_c_ends_everything() {
        ends_with_130(|running| running.signal_group(Signal::SIGINT));
    }

    fn ctrl_c_for_the_parent_alone_ends_everything() {
        ends_with_130(|running| running.signal(Signal::SIGINT));
    }

    fn a_terminated_parent_leaves_nothing() {
        let mut running = start_everything();
        running.signal(Signal::SIGTERM);
        println!("all gone after {:?}", running.all_gone());
    }

    fn ctrl_c_does_not_look_like_the_end_of_a_child() {
        for _ in 0..20 {
            let mut running = Running::start(&mut program("joins"));
            running.line();
            running.signal_group(Signal::SIGINT);
            let output = running.finish();
            assert_eq!(
                (output.status.code(), output.stdout.as_str(), output.stderr.as_str()),
                (Some(130), "", "")
            );
        }
    }

    fn ctrl_c_does_not_look_like_a_start_that_failed() {
        for _ in 0..20 {
            let mut running = Running::start(&mut program("starts"));
            running.line();
            running.signal(Signal::SIGINT);
            running.all_gone();
            let output = running.finish();
            assert_eq!((output.status.code(), output.stderr.as_str()), (Some(130), ""));
        }
    }

    fn sigint_for_a_child_alone_ends_only_it() {
        let mut running = Running::start(&mut program("joins"));
        let child: i32 = running.line().parse().unwrap();
        kill(Pid::from_raw(child), Signal::SIGINT).unwrap();
        let output = running.finish();
        assert_eq!(
            (output.status.code(), output.stdout.as_str()),
            (Some(0), "child ended with -2\n")
        );
    }

    fn a_full_disk_is_reported() {
        let mut command = program("prints");
        command
            .stdout(File::options().write(true).open("/dev/full").unwrap())
            .stderr(Stdio::piped());
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(101));
        assert!(String::from_utf8_lossy(&output.stderr).contains("No space left"));
    }
}
