use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::thread;

use crate::{Broken, Description, Program, Transcript};

/// The two programs of a lesson.
#[derive(Debug, Clone)]
pub struct Lesson {
    /// The built executable.
    pub rust: Program,
    /// The Python script.
    pub twin: PathBuf,
}

impl Lesson {
    /// Runs the Rust program in a terminal, to its end or to the Ctrl-C that its description asks
    /// for, and then waits until all its processes are gone.
    pub fn run_rust(&self, description: &Description) -> Transcript {
        let running = self.rust.in_terminal();
        if let Some(time) = description.ctrl_c_after {
            thread::sleep(time);
            running.ctrl_c();
        }
        let transcript = running.finish();
        #[cfg(unix)]
        running.all_gone();
        transcript
    }

    /// Runs the Python program in the same way. What follows Ctrl-C is a traceback, which is
    /// Python's own affair, so its transcript ends before it.
    ///
    /// # Panics
    ///
    /// When there is no Python.
    pub fn run_python(&self, description: &Description) -> Transcript {
        let running = Program::new(find_python().unwrap_or_else(|missing| panic!("{missing}")))
            .arg(&self.twin)
            .in_terminal();
        match description.ctrl_c_after {
            Some(time) => {
                thread::sleep(time);
                let before = running.so_far();
                running.ctrl_c();
                before
            }
            None => running.finish(),
        }
    }

    /// Fails unless the description refuses every broken transcript, each a change of a good one.
    pub fn refuses(description: &Description, good: &Transcript, broken: &[Broken]) {
        description.examine(good).expect("the good transcript fits");
        for broken in broken {
            let accepted = description.examine(&broken.of(good, description)).is_ok();
            assert!(!accepted, "the description accepts a transcript that is {}", broken.what());
        }
    }
}

/// The path of the Python interpreter.
///
/// # Errors
///
/// What is missing, in words.
pub fn find_python() -> Result<&'static Path, String> {
    static PYTHON: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    let found = PYTHON.get_or_init(|| {
        // `python3` may be a script that starts the real one; signals and process ids need that.
        let command = if cfg!(windows) { "python" } else { "python3" };
        let output =
            Command::new(command).args(["-c", "import sys; print(sys.executable)"]).output();
        match output {
            Ok(output) if output.status.success() => {
                Ok(String::from_utf8_lossy(&output.stdout).trim().into())
            }
            Ok(output) => {
                Err(format!("{command} does not work: {}", String::from_utf8_lossy(&output.stderr)))
            }
            Err(error) => {
                Err(format!("this compares with Python: install {command} (3.9 or later). {error}"))
            }
        }
    });
    found.as_deref().map_err(Clone::clone)
}

/// Makes the tests of a lesson from its `description()`.
///
/// The first argument is the name of the lesson, the second a list of broken transcripts, which
/// the description must refuse:
///
/// ```text
/// parity::tests! {
///     process_order,
///     broken: [swapped("启动主进程", "启动子进程"), without("结束主进程")]
/// }
/// ```
#[macro_export]
macro_rules! tests {
    ($name:ident, broken: [$($broken:expr),+ $(,)?] $(,)?) => {
        #[cfg(test)]
        fn lesson() -> $crate::Lesson {
            $crate::Lesson {
                rust: $crate::Program::new(env!(concat!("CARGO_BIN_EXE_", stringify!($name)))),
                twin: concat!(env!("CARGO_MANIFEST_DIR"), "/", stringify!($name), ".py").into(),
            }
        }

        /// One run serves both tests that look at one.
        #[cfg(test)]
        fn transcript() -> &'static $crate::Transcript {
            static TRANSCRIPT: std::sync::OnceLock<$crate::Transcript> = std::sync::OnceLock::new();
            TRANSCRIPT.get_or_init(|| lesson().run_rust(&description()))
        }

        #[test]
        fn rust_says_it() {
            if let Err(complaint) = description().examine(transcript()) {
                panic!("{complaint}");
            }
        }

        #[test]
        #[ignore = "needs python3"]
        fn python_says_it() {
            let description = description();
            if let Err(complaint) = description.examine(&lesson().run_python(&description)) {
                panic!("{complaint}");
            }
        }

        #[test]
        fn a_broken_transcript_is_refused() {
            $crate::Lesson::refuses(&description(), transcript(), &[$($broken),+]);
        }

        #[test]
        fn the_book_shows_such_a_run() {
            $crate::sample::examine(stringify!($name), &description());
        }

        #[test]
        #[ignore = "takes a build: the lesson in a project of its own"]
        fn it_goes_into_an_assignment() {
            $crate::assignment::hand_in(stringify!($name), &description());
        }
    };
}

/// Makes two tests of a lesson that starts processes: it is hit by signals at random moments, a few
/// times and two hundred times.
///
/// ```text
/// parity::faults! { children: End }
/// ```
///
/// `parity::faults::Children` says what becomes of children whose parent is killed. Only Unix has
/// signals: elsewhere it makes none.
#[macro_export]
macro_rules! faults {
    (children: $children:ident) => {
        #[cfg(all(test, unix))]
        fn victim() -> $crate::faults::Victim {
            let children = $crate::faults::Children::$children;
            $crate::faults::Victim::new(lesson().rust, description(), transcript().took, children)
        }

        #[cfg(unix)]
        #[test]
        fn few_signals() {
            victim().hit_few_times();
        }

        #[cfg(unix)]
        #[test]
        #[ignore = "takes minutes: many rounds"]
        fn many_signals() {
            victim().hit_many_times();
        }
    };
}
