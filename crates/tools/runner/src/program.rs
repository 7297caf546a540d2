//! A program that can be started.

use std::ffi::{OsStr, OsString};
use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use crate::Running;
use crate::running::Heard;

/// An executable with its arguments, ready to be run.
#[derive(Debug, Clone)]
pub struct Program {
    executable: OsString,
    arguments: Vec<OsString>,
    folder: Option<PathBuf>,
}

impl Program {
    /// The program at a path, or one that is found in `PATH`.
    pub fn new(executable: impl AsRef<OsStr>) -> Self {
        Self { executable: executable.as_ref().to_owned(), arguments: Vec::new(), folder: None }
    }

    /// Adds one argument.
    pub fn arg(mut self, argument: impl AsRef<OsStr>) -> Self {
        self.arguments.push(argument.as_ref().to_owned());
        self
    }

    /// Runs it in this folder, which is to take its temporary files, too.
    pub fn in_folder(mut self, folder: impl AsRef<Path>) -> Self {
        self.folder = Some(folder.as_ref().to_owned());
        self
    }

    /// Starts the program in a terminal of its own, as a student would see it. Where the system
    /// has no pseudo-terminals, it gets pipes.
    ///
    /// # Panics
    ///
    /// When it cannot be started.
    pub fn in_terminal(&self) -> Running {
        #[cfg(unix)]
        {
            let (terminal, inside) = pty_process::blocking::open().expect("a pseudo-terminal");
            let mut command =
                pty_process::blocking::Command::new(&self.executable).args(&self.arguments);
            for (name, value) in ENVIRONMENT {
                command = match value {
                    Some(value) => command.env(name, value),
                    None => command.env_remove(name),
                };
            }
            if let Some(folder) = &self.folder {
                command = command.current_dir(folder).env(TEMPORARY_FILES, folder);
            }
            let settings_before = crate::running::Terminal::new(&terminal);
            let started = Instant::now();
            let child = command.spawn(inside).unwrap_or_else(|error| self.cannot_start(&error));
            let running = Running::new(child, started).with_terminal(settings_before);
            running.hear(terminal, Heard::said);
            running
        }
        #[cfg(not(unix))]
        self.with_pipes()
    }

    /// Starts the program with stdout and stderr as two pipes and nothing to read on stdin.
    ///
    /// # Panics
    ///
    /// When it cannot be started.
    pub fn with_pipes(&self) -> Running {
        let mut command = Command::new(&self.executable);
        command.args(&self.arguments);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        for (name, value) in ENVIRONMENT {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        if let Some(folder) = &self.folder {
            command.current_dir(folder).env(TEMPORARY_FILES, folder);
        }
        // A group of its own, so that a signal can reach all its processes and no others.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);

        let started = Instant::now();
        let mut child = command.spawn().unwrap_or_else(|error| self.cannot_start(&error));
        let (stdout, stderr) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
        let running = Running::new(child, started);
        running.hear(stdout, Heard::said);
        running.hear(stderr, Heard::complained);
        running
    }

    fn cannot_start(&self, error: &dyn Display) -> ! {
        panic!("cannot start {}: {error}", self.executable.to_string_lossy())
    }
}

/// Python must print whole lines, as it does for a student at a terminal: PYTHONUNBUFFERED would
/// have it write each line in pieces, which other writers split.
const ENVIRONMENT: [(&str, Option<&str>); 2] =
    [("PYTHONUNBUFFERED", None), ("PYTHONUTF8", Some("1"))];

/// The environment variable that says where temporary files go.
const TEMPORARY_FILES: &str = if cfg!(windows) { "TMP" } else { "TMPDIR" };
