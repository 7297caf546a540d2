//! The two programs of a lesson, and the tests that are made of them.

use std::ffi::OsStr;
use std::path::PathBuf;
use std::sync::OnceLock;

use says::{Broken, Complaint, Description, Transcript};

use crate::{Program, Running};

/// How often a program is run when nothing but its times is not as described.
const TRIES: usize = 5;

/// The two programs of a lesson, and what both say.
#[derive(Debug)]
pub struct Lesson {
    rust: Program,
    twin: PathBuf,
    description: Description,
    good_run: OnceLock<Result<Transcript, Complaint>>,
}

impl Lesson {
    /// The lesson of this name, whose Rust program has been built.
    pub fn new(name: &str, executable: impl AsRef<OsStr>, description: Description) -> Self {
        Self {
            rust: Program::new(executable),
            twin: course::twin(name),
            description,
            good_run: OnceLock::new(),
        }
    }

    /// The Rust program.
    pub fn rust(&self) -> Program {
        self.rust.clone()
    }

    /// The Python program.
    ///
    /// # Panics
    ///
    /// When there is no Python.
    pub fn python(&self) -> Program {
        let python = course::python().unwrap_or_else(|missing| panic!("{missing}"));
        Program::new(python).arg(&self.twin)
    }

    /// What both say.
    pub fn description(&self) -> &Description {
        &self.description
    }

    /// Runs the Rust program in a terminal, to its end or to the Ctrl-C that its description asks
    /// for, and then waits until all its processes are gone.
    pub fn run_rust(&self) -> Transcript {
        let running = self.rust.in_terminal();
        if self.description.needs_ctrl_c() {
            wait_until_all_is_said(&running, &self.description);
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
    pub fn run_python(&self) -> Transcript {
        let running = self.python().in_terminal();
        if self.description.needs_ctrl_c() {
            let before = wait_until_all_is_said(&running, &self.description);
            running.ctrl_c();
            return before;
        }
        running.finish()
    }

    /// A run of the Rust program that is as described. One run serves all that look at one.
    ///
    /// # Errors
    ///
    /// What is not as described.
    pub fn good_run(&self) -> Result<&Transcript, Complaint> {
        let run = self.good_run.get_or_init(|| self.settled(|| self.run_rust()));
        run.as_ref().map_err(Clone::clone)
    }

    /// The test that the Rust program says what is described.
    ///
    /// # Panics
    ///
    /// When it does not.
    pub fn rust_says_it(&self) {
        if let Err(complaint) = self.good_run() {
            panic!("{complaint}");
        }
    }

    /// The test that the Python program says what is described.
    ///
    /// # Panics
    ///
    /// When it does not, and when there is no Python.
    pub fn python_says_it(&self) {
        if let Err(complaint) = self.settled(|| self.run_python()) {
            panic!("{complaint}");
        }
    }

    /// The test that the description refuses every broken transcript, each a change of a good one.
    ///
    /// # Panics
    ///
    /// When it accepts one.
    pub fn broken_is_refused(&self, broken: &[Broken]) {
        let good = self.good_run().expect("a run that is as described");
        for broken in broken {
            let accepted = self.description.examine(&broken.of(good, &self.description)).is_ok();
            assert!(!accepted, "the description accepts a transcript that is {}", broken.what());
        }
    }

    /// Runs a program until a run is as described or wrong for good: what a busy machine has held up
    /// is tried again.
    fn settled(&self, run: impl Fn() -> Transcript) -> Result<Transcript, Complaint> {
        let mut tries = 1;
        loop {
            let transcript = run();
            match self.description.examine(&transcript) {
                Ok(()) => return Ok(transcript),
                Err(complaint) if complaint.is_about_time() && tries < TRIES => tries += 1,
                Err(complaint) => return Err(complaint),
            }
        }
    }
}

/// Waits until a program without an end has said all that it must.
pub(crate) fn wait_until_all_is_said(running: &Running, description: &Description) -> Transcript {
    running.wait_until(|said| description.is_fulfilled_by(said))
}

/// Makes the tests of a lesson.
///
/// The name of the lesson comes first; `says` is the module that is the lesson's `says.rs`, with its
/// description and the broken transcripts that the description must refuse. The rest is there
/// where the lesson needs it, in this order:
///
/// ```text
/// #[path = "../says.rs"]
/// mod says;
///
/// runner::tests! {
///     bank_no_lock,
///     // The programs in this folder are refused by the compiler.
///     refused: "refused",
///     // It is hit by signals at random moments, and this becomes of its children: see
///     // `runner::signals::Children`.
///     signals: End,
///     // Each of so many runs is as described, so many of them at the same time: see
///     // `runner::many_runs`.
///     many_runs: 1_000, side_by_side: 40,
/// }
/// ```
#[macro_export]
macro_rules! tests {
    (
        $name:ident
        $(, refused: $refused:literal)?
        $(, signals: $children:ident)?
        $(, many_runs: $runs:literal, side_by_side: $side_by_side:literal)?
        $(,)?
    ) => {
        fn lesson() -> &'static $crate::Lesson {
            static LESSON: std::sync::LazyLock<$crate::Lesson> = std::sync::LazyLock::new(|| {
                $crate::Lesson::new(
                    stringify!($name),
                    env!(concat!("CARGO_BIN_EXE_", stringify!($name))),
                    says::description(),
                )
            });
            &LESSON
        }

        #[test]
        fn rust_says_it() {
            lesson().rust_says_it();
        }

        #[test]
        #[ignore = "needs python3"]
        fn python_says_it() {
            lesson().python_says_it();
        }

        #[test]
        fn a_broken_transcript_is_refused() {
            lesson().broken_is_refused(&says::broken());
        }

        $(
            #[test]
            fn rust_refuses_what_is_wrong() {
                $crate::refused::all_in(concat!(env!("CARGO_MANIFEST_DIR"), "/", $refused));
            }
        )?

        $(
            #[cfg(unix)]
            #[test]
            fn few_signals() {
                $crate::signals::few(lesson(), $crate::signals::Children::$children);
            }

            #[cfg(unix)]
            #[test]
            #[ignore = "takes minutes: many rounds"]
            fn many_signals() {
                $crate::signals::many(lesson(), $crate::signals::Children::$children);
            }
        )?

        $(
            #[test]
            #[ignore = "takes minutes: many runs"]
            fn many_runs() {
                lesson().every_run_fits($runs, $side_by_side, $crate::Cores::All);
            }

            #[cfg(target_os = "linux")]
            #[test]
            #[ignore = "takes minutes: many runs"]
            fn many_runs_on_one_core() {
                lesson().every_run_fits($runs, $side_by_side, $crate::Cores::One);
            }

            #[test]
            #[ignore = "takes minutes: many runs"]
            fn many_runs_on_busy_cores() {
                lesson().every_run_fits($runs, $side_by_side, $crate::Cores::Busy);
            }
        )?
    };
}
