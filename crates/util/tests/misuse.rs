//! What goes wrong in a program, and what it hears of it: nothing ends in silence, and nothing hangs.

mod support;

use std::process::ExitCode;
use std::time::{Duration, Instant};
use std::{env, io, process, thread};

use support::{output, program};
use util::{Pool, Process, TaskError};

/// Set by a program whose children are to end, or to look at something, before their guard.
const BEFORE_GUARD: &str = "MISUSE_BEFORE_GUARD";

fn main() {
    if let Ok(code) = env::var(BEFORE_GUARD) {
        process::exit(code.parse().unwrap());
    }
    if support::program_name().as_deref() == Some("guard_in_a_thread") {
        thread::spawn(|| drop(util::main_guard!(nothing))).join().unwrap_err();
        return;
    }
    #[cfg(unix)]
    if support::program_name().as_deref() == Some("own_handler") {
        unix::set_handler();
    }
    let _main = util::main_guard!(
        nothing,
        exits,
        waits,
        broken_connection,
        fails,
        fails_with_a_value,
        succeeds_with_a_value,
        chooses_its_code,
        shows_arguments,
        shows_stdin
    );
    match support::program_name().as_deref() {
        Some("broken_connection") => broken_connection(),
        Some("broken_connection_in_a_thread") => {
            thread::spawn(broken_connection).join().unwrap_err();
            println!("main goes on");
        }
        Some("locked_stdout") => locked_stdout(),
        Some("locked_by_another") => locked_by_another(),
        Some("half_a_line") => {
            print!("half a line, ");
            start_and_join(Process::new(shows_arguments, ()));
        }
        Some("fails") => start_and_join(Process::new(fails, ()).name("unlucky")),
        Some("arguments") => {
            shows_arguments();
            start_and_join(Process::new(shows_arguments, ()));
        }
        Some("ends_before_guard") => ends_before_guard(),
        Some("workers_end_before_guard") => workers_end_before_guard(),
        Some("not_listed") => drop(Process::new(not_listed, ())),
        #[cfg(unix)]
        Some("own_handler") => unix::own_handler(),
        Some("child") => start_and_join(Process::new(shows_stdin, ())),
        Some("joins") => {
            let child = Process::new(nothing, ()).start().unwrap();
            match child.join() {
                Ok(()) => println!("exit code {:?}", child.exit_code()),
                Err(error) => println!("{error}"),
            }
            println!("alive: {}", child.is_alive());
        }
        Some(other) => panic!("there is no program {other}"),
        None => {
            let tests = support::tests![
                a_broken_connection_is_a_panic_as_any_other,
                a_broken_connection_in_a_thread_ends_the_thread,
                a_broken_connection_in_a_task_is_a_panic_of_the_task,
                a_worker_is_replaced_while_main_holds_stdout,
                a_child_starts_while_a_thread_holds_stdout,
                what_was_printed_before_a_start_comes_first,
                an_err_is_printed_and_gives_1,
                an_err_beside_a_value_gives_1,
                a_target_may_choose_its_exit_code,
                a_child_has_the_arguments_of_its_parent,
                a_child_that_ends_before_its_guard_has_failed,
                workers_that_end_before_their_guard_are_an_error,
                a_guard_in_a_test_says_what_to_do,
                a_panic_about_misuse_names_the_line,
                a_lone_task_takes_no_nap,
            ];
            #[cfg(unix)]
            let tests = tests.into_iter().chain(unix::tests()).collect();
            support::run(tests)
        }
    }
}

fn nothing() {}

fn exits(code: i32) {
    process::exit(code);
}

fn waits() {
    thread::sleep(Duration::from_secs(600));
}

fn not_listed() {}

fn start_and_join(process: Process) {
    process.start().unwrap().join().unwrap();
}

fn exit_code_of(process: Process) -> i32 {
    let child = process.start().unwrap();
    child.join().unwrap();
    child.exit_code().unwrap()
}

/// Writes to a connection whose other end is gone.
fn broken_connection() {
    use std::io::Write;

    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let mut ours = std::net::TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    drop(listener.accept().unwrap());
    drop(listener);
    loop {
        let written = ours.write_all(b"x");
        let reset = |error: &io::Error| error.kind() == io::ErrorKind::ConnectionReset;
        // Unix says so once, and then that the pipe is broken.
        if cfg!(windows) || !written.as_ref().is_err_and(reset) {
            written.unwrap();
        }
    }
}

fn a_broken_connection_is_a_panic_as_any_other() {
    let output = output(&mut program("broken_connection"));
    assert_eq!(output.status.code(), Some(101));
    assert!(output.stderr.contains("panicked at"), "{}", output.stderr);
}

fn a_broken_connection_in_a_thread_ends_the_thread() {
    let output = output(&mut program("broken_connection_in_a_thread"));
    assert_eq!((output.status.code(), output.stdout.as_str()), (Some(0), "main goes on\n"));
    assert!(output.stderr.contains("panicked at"), "{}", output.stderr);
}

fn a_broken_connection_in_a_task_is_a_panic_of_the_task() {
    let pool = Pool::new(1).unwrap();
    let error = pool.apply(broken_connection, ()).unwrap_err();
    let what = if cfg!(windows) { "Connection" } else { "BrokenPipe" };
    assert!(matches!(&error, TaskError::Panicked(text) if text.contains(what)), "{error}");
    pool.close().join();
}

/// The worker that dies is replaced by a thread of the pool, which must not wait for stdout.
fn locked_stdout() {
    let pool = Pool::new(1).unwrap();
    let stdout = io::stdout().lock();
    pool.apply(exits, (7,)).unwrap_err();
    pool.apply(nothing, ()).unwrap();
    drop(stdout);
    println!("done");
}

fn a_worker_is_replaced_while_main_holds_stdout() {
    assert_eq!(output(&mut program("locked_stdout")).stdout, "done\n");
}

fn locked_by_another() {
    let (locked, is_locked) = std::sync::mpsc::channel();
    let (unlock, may_unlock) = std::sync::mpsc::channel();
    let thread = thread::spawn(move || {
        let _stdout = io::stdout().lock();
        locked.send(()).unwrap();
        may_unlock.recv().unwrap();
    });
    is_locked.recv().unwrap();
    for _ in 0..3 {
        start_and_join(Process::new(nothing, ()));
    }
    unlock.send(()).unwrap();
    thread.join().unwrap();
    println!("done");
}

fn a_child_starts_while_a_thread_holds_stdout() {
    assert_eq!(output(&mut program("locked_by_another")).stdout, "done\n");
}

fn what_was_printed_before_a_start_comes_first() {
    let stdout = output(&mut program("half_a_line")).stdout;
    assert!(stdout.starts_with("half a line, ["), "{stdout}");
}

fn fails() -> io::Result<()> {
    Err(io::Error::other("no luck"))
}

fn fails_with_a_value() -> Result<i64, String> {
    Err("no luck".to_owned())
}

fn succeeds_with_a_value() -> Result<i64, String> {
    Ok(3)
}

fn chooses_its_code(code: u8) -> ExitCode {
    ExitCode::from(code)
}

fn an_err_is_printed_and_gives_1() {
    let stderr = output(&mut program("fails")).stderr;
    assert_eq!(stderr, "Process unlucky:\nError: Custom { kind: Other, error: \"no luck\" }\n");
    assert_eq!(exit_code_of(Process::new(fails, ())), 1);
}

fn an_err_beside_a_value_gives_1() {
    assert_eq!(exit_code_of(Process::new(fails_with_a_value, ())), 1);
    assert_eq!(exit_code_of(Process::new(succeeds_with_a_value, ())), 0);
}

fn a_target_may_choose_its_exit_code() {
    for code in [0, 3, 255] {
        assert_eq!(exit_code_of(Process::new(chooses_its_code, (code,))), i32::from(code));
    }
}

fn shows_arguments() {
    println!("{:?}", env::args().collect::<Vec<_>>());
}

fn a_child_has_the_arguments_of_its_parent() {
    let stdout = output(program("arguments").args(["one", "--two", "三"])).stdout;
    let lines: Vec<_> = stdout.lines().collect();
    assert_eq!(lines.len(), 2, "{stdout}");
    assert_eq!(lines[0], lines[1]);
    assert!(lines[0].ends_with("\"one\", \"--two\", \"三\"]"), "{stdout}");
}

fn ends_before_guard() {
    for code in ["0", "2"] {
        env::set_var(BEFORE_GUARD, code);
        let child = Process::new(nothing, ()).name("astray").start().unwrap();
        child.join().unwrap();
        println!("{:?}", child.exit_code());
    }
    env::remove_var(BEFORE_GUARD);
}

fn a_child_that_ends_before_its_guard_has_failed() {
    let output = output(&mut program("ends_before_guard"));
    assert_eq!(output.stdout, "Some(1)\nSome(2)\n");
    let said = "Process astray: it ended before it came to main_guard!";
    assert_eq!(output.stderr.matches(said).count(), 2, "{}", output.stderr);
}

fn workers_end_before_guard() {
    env::set_var(BEFORE_GUARD, "0");
    let pool = Pool::new(2).unwrap();
    println!("{}", pool.apply(nothing, ()).unwrap_err());
    println!("{}", pool.apply(nothing, ()).unwrap_err());
    pool.close().join();
    env::remove_var(BEFORE_GUARD);
}

fn workers_that_end_before_their_guard_are_an_error() {
    let output = output(&mut program("workers_end_before_guard"));
    let line =
        "no worker could be started: a worker ended before it came to main_guard!, exit code 1\n";
    assert_eq!(output.stdout, line.repeat(2), "{}", output.stderr);
}

fn a_guard_in_a_test_says_what_to_do() {
    let stderr = output(&mut program("guard_in_a_thread")).stderr;
    assert!(stderr.contains("If this is a test") && stderr.contains("CARGO_BIN_EXE_"), "{stderr}");
    assert!(stderr.contains("misuse.rs:"), "{stderr}");
}

fn a_panic_about_misuse_names_the_line() {
    let output = output(&mut program("not_listed"));
    assert_eq!(output.status.code(), Some(101));
    assert!(output.stderr.contains("misuse.rs:"), "{}", output.stderr);
    assert!(output.stderr.contains("shows_stdin, not_listed);"), "{}", output.stderr);
}

/// With a nap every task would take longer than the nap.
fn a_lone_task_takes_no_nap() {
    let pool = Pool::new(2).unwrap();
    pool.apply(nothing, ()).unwrap();
    let time = |work: &dyn Fn()| {
        let begin = Instant::now();
        work();
        begin.elapsed()
    };
    let shorter = (0..400)
        .filter(|_| {
            // Both in the same moments, because the machine may have other things to do.
            let nap = time(&|| thread::sleep(Duration::from_micros(50)));
            time(&|| pool.apply(nothing, ()).unwrap()) < nap
        })
        .count();
    assert!(shorter > 100, "{shorter} of 400 tasks were shorter than a nap");
    pool.close().join();
}

fn shows_stdin() {
    let mut text = String::new();
    let read = io::stdin().read_line(&mut text);
    println!("{read:?}");
}

#[cfg(unix)]
mod unix {
    use std::process::Command;

    use libtest_mimic::Trial;
    use nix::sys::signal::{kill, Signal};
    use nix::unistd::Pid;
    use support::{tests, Running, LIMIT};

    use super::*;

    pub(super) fn tests() -> Vec<Trial> {
        let mut tests =
            tests![a_handler_of_its_own_keeps_ctrl_c, a_question_takes_no_time_after_ctrl_c,];
        // Not every system's env can do it.
        let ignores = Command::new("env").args(["--ignore-signal=CHLD", "true"]).output();
        let ignores = ignores.is_ok_and(|output| output.status.success());
        tests.extend(support::needs(ignores, tests![ignored_sigchld_is_explained]));
        // A place without /proc or /dev/null can only be made by root on Linux.
        let alone = Command::new("unshare").args(["-m", "true"]).status();
        let rooms = alone.is_ok_and(|status| status.success());
        tests.extend(support::needs(
            rooms,
            tests![a_child_starts_without_proc, a_child_starts_without_dev_null],
        ));
        tests
    }

    pub(super) fn set_handler() {
        ctrlc::set_handler(|| {
            println!("a handler of its own");
            process::exit(7);
        })
        .unwrap();
    }

    pub(super) fn own_handler() {
        // A second one is refused, in words.
        println!("{}", ctrlc::set_handler(|| ()).unwrap_err());
        let child = Process::new(waits, ()).start().unwrap();
        println!("ready");
        let _ = child.join();
        waits();
    }

    fn a_handler_of_its_own_keeps_ctrl_c() {
        let mut running = Running::start(&mut program("own_handler"));
        assert!(running.line().contains("already registered"));
        assert_eq!(running.line(), "ready");
        running.signal(Signal::SIGINT);
        running.all_gone();
        let output = running.finish();
        assert_eq!(output.stdout, "a handler of its own\n");
        assert_eq!((output.status.code(), output.stderr.as_str()), (Some(7), ""));
    }

    fn a_question_takes_no_time_after_ctrl_c() {
        let times = (0..5).map(|_| {
            let child = Process::new(waits, ()).start().unwrap();
            kill(Pid::from_raw(child.pid() as i32), Signal::SIGINT).unwrap();
            let from = Instant::now();
            let mut longest = Duration::ZERO;
            while child.is_alive() || child.exit_code().is_none() {
                let before = Instant::now();
                let _ = (child.is_alive(), child.exit_code());
                longest = longest.max(before.elapsed());
                assert!(from.elapsed() < LIMIT);
            }
            assert_eq!(child.exit_code(), Some(-2));
            longest
        });
        // The machine may be busy once, but not each time.
        let shortest = times.min().unwrap();
        assert!(shortest < Duration::from_millis(200), "{shortest:?}");
    }

    fn ignored_sigchld_is_explained() {
        let itself = program("joins");
        // A shell would not leave it ignored.
        let mut env = Command::new("env");
        env.arg("--ignore-signal=CHLD");
        let output = output(env.arg(itself.get_program()).args(itself.get_args()));
        assert!(output.stdout.contains("SIGCHLD"), "{}{}", output.stdout, output.stderr);
        assert!(output.stdout.ends_with("alive: false\n"), "{}", output.stdout);
        assert_eq!(output.status.code(), Some(0));
    }

    fn in_a_place(without: &str) -> support::Output {
        let itself = program("child");
        let script = format!("mount -t tmpfs none {without} && exec \"$@\"");
        let mut shell = Command::new("unshare");
        shell.args(["-m", "sh", "-c", &script, "sh"]);
        output(shell.arg(itself.get_program()).args(itself.get_args()))
    }

    fn a_child_starts_without_proc() {
        let output = in_a_place("/proc");
        assert_eq!(output.stdout, "Ok(0)\n", "{}", output.stderr);
    }

    fn a_child_starts_without_dev_null() {
        let output = in_a_place("/dev");
        assert_eq!(output.stdout, "Ok(0)\n", "{}", output.stderr);
    }
}
