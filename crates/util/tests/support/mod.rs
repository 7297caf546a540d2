//! What the tests of this crate share. Each test executable is also a set of small programs, one
//! of which a test runs when it is about a whole program and not about a single call.

#![allow(dead_code, reason = "each test executable uses a part of this")]

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
#[cfg(not(unix))]
use std::sync::mpsc;
use std::time::{Duration, Instant};
use std::{env, mem, thread};

use libtest_mimic::{Arguments, Trial};

/// Keeps a panic that a test asks for out of the test's output.
pub fn panic_quietly() {
    std::panic::set_hook(Box::new(|_| {}));
}

/// Long enough for the slowest machine; what takes longer hangs.
pub const LIMIT: Duration = Duration::from_secs(60);

/// A test, by the name of its function.
macro_rules! tests {
    ($($test:ident),* $(,)?) => {
        vec![$(libtest_mimic::Trial::test(stringify!($test), || { $test(); Ok(()) })),*]
    };
}
pub(crate) use tests;

/// Tests that count as ignored where the system lacks what they need.
pub fn needs(present: bool, tests: Vec<Trial>) -> impl Iterator<Item = Trial> {
    tests.into_iter().map(move |test| test.with_ignored_flag(!present))
}

/// Runs tests as the built-in harness would.
pub fn run(tests: Vec<Trial>) -> ! {
    libtest_mimic::run(&Arguments::from_args(), tests).exit()
}

/// The bytes of memory that this process has, as Linux tells it.
pub fn resident_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    let kilobytes: u64 = line.trim().trim_end_matches(" kB").parse().unwrap();
    1024 * kilobytes
}

/// The name of the program that this executable is to be, if it is to be one.
pub fn program_name() -> Option<String> {
    let mut arguments = env::args().skip(1);
    (arguments.next()? == "--program").then(|| arguments.next().expect("--program has a name"))
}

/// This executable as the program of that name.
pub fn program(name: &str) -> Command {
    let mut command = Command::new(env::current_exe().unwrap());
    command.arg("--program").arg(name).env_remove("RUST_BACKTRACE");
    command
}

/// What a program left when it had ended.
#[derive(Debug)]
pub struct Output {
    pub status: ExitStatus,
    pub stdout: String,
    pub stderr: String,
    pub took: Duration,
}

/// Runs a command to its end, but not for ever.
pub fn output(command: &mut Command) -> Output {
    let mut running = Running::start(command);
    running.finish()
}

/// A program that runs, in a process group of its own.
pub struct Running {
    pub child: Child,
    /// `None` once the test has closed it.
    stdout: Option<BufReader<ChildStdout>>,
    /// What has been read of it.
    stderr: String,
    started: Instant,
    waited_for: bool,
}

impl Running {
    pub fn start(command: &mut Command) -> Self {
        Self::start_with_stdin(command, Stdio::null())
    }

    pub fn start_with_stdin(command: &mut Command, stdin: Stdio) -> Self {
        command.stdin(stdin).stdout(Stdio::piped()).stderr(Stdio::piped());
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(command, 0);
        // What outlives its parent becomes a child of this process: some systems leave a dead
        // process in their table for seconds, and it would look like one that lives.
        #[cfg(target_os = "linux")]
        nix::sys::prctl::set_child_subreaper(true).unwrap();
        let started = Instant::now();
        let mut child = command.spawn().unwrap();
        let stdout = child.stdout.take().map(BufReader::new);
        Self { child, stdout, stderr: String::new(), started, waited_for: false }
    }

    /// The next line that the program prints.
    pub fn line(&mut self) -> String {
        let mut line = String::new();
        self.stdout.as_mut().unwrap().read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }

    /// Stops reading, as `head` does when it has seen enough.
    pub fn close_stdout(&mut self) {
        self.stdout = None;
    }

    pub fn finish(&mut self) -> Output {
        let status = self.wait();
        let took = self.started.elapsed();
        let mut stdout = String::new();
        if let Some(mut rest) = self.stdout.take() {
            rest.read_to_string(&mut stdout).unwrap();
        }
        if let Some(mut rest) = self.child.stderr.take() {
            rest.read_to_string(&mut self.stderr).unwrap();
        }
        Output { status, stdout, stderr: mem::take(&mut self.stderr), took }
    }

    /// Kills the program, and leaves its children to themselves.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
    }

    fn wait(&mut self) -> ExitStatus {
        let deadline = Instant::now() + LIMIT;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                self.waited_for = true;
                return status;
            }
            assert!(Instant::now() < deadline, "the program hangs");
            thread::sleep(Duration::from_millis(1));
        }
    }
}

#[cfg(unix)]
impl Running {
    pub fn signal(&self, signal: nix::sys::signal::Signal) {
        nix::sys::signal::kill(self.group(), signal).unwrap();
    }

    pub fn signal_group(&self, signal: nix::sys::signal::Signal) {
        nix::sys::signal::killpg(self.group(), signal).unwrap();
    }

    /// How long it takes until no process of the program is left.
    pub fn all_gone(&mut self) -> Duration {
        let from = Instant::now();
        self.wait();
        while nix::sys::signal::killpg(self.group(), None).is_ok() {
            assert!(from.elapsed() < LIMIT, "a process is left behind");
            let any_of_the_group = nix::unistd::Pid::from_raw(-self.group().as_raw());
            let _ = nix::sys::wait::waitpid(
                any_of_the_group,
                Some(nix::sys::wait::WaitPidFlag::WNOHANG),
            );
            thread::sleep(Duration::from_micros(200));
        }
        from.elapsed()
    }

    fn group(&self) -> nix::unistd::Pid {
        nix::unistd::Pid::from_raw(self.child.id() as i32)
    }
}

#[cfg(not(unix))]
impl Running {
    /// How long it takes until no process of the program is left: each of them holds stderr open.
    pub fn all_gone(&mut self) -> Duration {
        let from = Instant::now();
        self.wait();
        let mut stderr = self.child.stderr.take().unwrap();
        let (sender, receiver) = mpsc::channel();
        thread::spawn(move || {
            let mut text = String::new();
            stderr.read_to_string(&mut text).unwrap();
            let _ = sender.send(text);
        });
        self.stderr = receiver.recv_timeout(LIMIT).expect("a process is left behind");
        from.elapsed()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Once the program has been waited for, its id may be given to another one.
        if self.waited_for {
            return;
        }
        #[cfg(unix)]
        let _ = nix::sys::signal::killpg(self.group(), nix::sys::signal::Signal::SIGKILL);
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
