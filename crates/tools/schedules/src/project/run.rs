//! Runs what was compiled, and asks it.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use super::{Copy, Project, Refusal};
use crate::answer::Question;
use crate::program::{ASKED, Asked, TEST, Tested};
use crate::worlds::processes::command::interrupt;

/// How much longer than its time a program may take before it is ended.
const PATIENCE: Duration = Duration::from_secs(20);

impl Copy {
    /// What the program is asked.
    pub fn asked(
        &self,
        project: &Project,
        question: Question,
        stdin: String,
        arguments: Vec<String>,
        remarks: Vec<String>,
    ) -> Asked {
        let mut all = vec![project.name.clone()];
        all.extend(arguments);
        Asked {
            question,
            name: project.name.clone(),
            folder: self.folder.clone(),
            sources: self.sources.clone(),
            stdin,
            arguments: all,
            remarks,
        }
    }
}

/// Runs a program that was compiled, and gives its exit code.
///
/// # Errors
///
/// When it does not start, or has to be ended.
pub fn run(program: &Path, asked: &Asked) -> Result<u8, Refusal> {
    let mut command = Command::new(program);
    command.env(ASKED, asked.to_line());
    let interrupt = (!asked.question.play).then(interrupt);
    if interrupt.is_some() {
        // The program is told of a Ctrl-C by the end of its stdin, and tells what it has found.
        command.stdin(Stdio::piped());
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
    }
    let child = command.spawn().map_err(Refusal::file(program))?;
    let time = (!asked.question.play).then_some(asked.question.seconds);
    let status = wait(child, program, time, interrupt.as_deref())?;
    if let Some(code) = status.code() {
        return Ok(code.clamp(0, 255) as u8);
    }
    Err(Refusal::Ended(asked.name.clone(), status))
}

/// Runs tests that were compiled.
///
/// # Errors
///
/// When they do not start, or have to be ended.
pub fn run_tests(programs: &[PathBuf], asked: &Asked) -> Result<Vec<Tested>, Refusal> {
    let mut all = Vec::new();
    for program in programs {
        let mut command = Command::new(program);
        command
            .args(["--test-threads=1", "--nocapture"])
            .env(ASKED, asked.to_line())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut child = command.spawn().map_err(Refusal::file(program))?;
        let stdout = child.stdout.take().expect("it is piped");
        let reader = thread::spawn(move || {
            let lines = BufReader::new(stdout).lines().map_while(Result::ok);
            let told = lines.filter_map(|line| Tested::from_line(line.split_once(TEST)?.1));
            told.collect::<Vec<_>>()
        });
        let ended = wait(child, program, Some(asked.question.seconds * 20.0), None);
        all.extend(reader.join().unwrap_or_default());
        ended?;
    }
    Ok(all)
}

/// Waits for a program, but not much longer than its time.
fn wait(
    mut child: Child,
    program: &Path,
    seconds: Option<f64>,
    interrupt: Option<&AtomicBool>,
) -> Result<ExitStatus, Refusal> {
    let Some(seconds) = seconds else {
        return child.wait().map_err(Refusal::file(program));
    };
    let time = Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX);
    let deadline = Instant::now().checked_add(time.saturating_add(PATIENCE));
    let mut pause = Duration::from_millis(1);
    loop {
        if let Some(status) = child.try_wait().map_err(Refusal::file(program))? {
            return Ok(status);
        }
        if interrupt.is_some_and(|interrupt| interrupt.load(Ordering::SeqCst)) {
            drop(child.stdin.take());
        }
        if deadline.is_some_and(|deadline| Instant::now() > deadline) {
            // It may end by itself at this very moment.
            let _ = child.kill();
            let _ = child.wait();
            return Err(Refusal::Late);
        }
        thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(20));
    }
}
