//! Runs a program hundreds of times: what always happens has to happen in each run.

use std::error::Error;
use std::fmt;
use std::hint;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::thread::{self, ScopedJoinHandle};

use says::{Complaint, Description};

use crate::lesson::wait_until_all_is_said;
use crate::{Lesson, Program};

/// Which cores the runs have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cores {
    /// All of them.
    All,
    /// One for all runs.
    #[cfg(target_os = "linux")]
    One,
    /// All of them, each kept busy by another thread as well.
    Busy,
}

/// Why one of many runs was not as it should be. It is shown in English.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    pub(crate) english: String,
    pub(crate) chinese: String,
}

impl Fault {
    /// The same in Chinese.
    pub fn in_chinese(&self) -> &str {
        &self.chinese
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.english)
    }
}

impl Error for Fault {}

impl From<Complaint> for Fault {
    fn from(complaint: Complaint) -> Fault {
        let (what, whole) = (complaint.what_in_chinese(), complaint.whole());
        Fault {
            english: complaint.to_string(),
            chinese: format!("{what}\n程序所说的全部内容：\n{whole}"),
        }
    }
}

impl Lesson {
    /// The test that each of many runs of the Rust program is as described.
    ///
    /// # Panics
    ///
    /// When one is not.
    pub fn every_run_fits(&self, runs: usize, side_by_side: usize, cores: Cores) {
        // Each of a lesson's tests has the machine to itself.
        static MACHINE: Mutex<()> = Mutex::new(());
        let _machine = MACHINE.lock().unwrap_or_else(PoisonError::into_inner);

        let (program, description) = (self.rust(), self.description());
        if let Err(fault) = many_runs(runs, side_by_side, cores, &program, description, |_| ()) {
            panic!("{fault}");
        }
    }
}

/// Holds many runs of a program against a description, whose times are left aside. The first fault
/// ends them all.
///
/// `side_by_side` of them run at the same time: many where a program mostly sleeps, as many as
/// there are cores where it computes, few where it starts very many threads that soon end: glibc's
/// `pthread_detach` (seen in 2.36) can read the memory of a thread that has just ended, and on a
/// swamped machine that crashes about one such program in thousands.
///
/// A program that has no end gets Ctrl-C when it has said all that it must. `progress` is told how
/// many runs are done, whenever one more is.
///
/// # Errors
///
/// Which run was not as described, did not end, or left a process behind.
///
/// # Panics
///
/// When the program cannot be started.
pub fn many_runs(
    runs: usize,
    side_by_side: usize,
    cores: Cores,
    program: &Program,
    description: &Description,
    progress: impl Fn(usize) + Sync,
) -> Result<(), Fault> {
    let description = description.clone().at_any_pace();
    let (started, done) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let fault = OnceLock::new();
    let stop = AtomicBool::new(false);
    let over = AtomicBool::new(false);

    let run_one_after_another = || {
        let _stop_in_any_case = SetWhenPanicking(&stop);
        #[cfg(target_os = "linux")]
        if cores == Cores::One {
            pin_to_one_core();
        }
        while !stop.load(Relaxed) {
            let number = 1 + started.fetch_add(1, Relaxed);
            if number > runs {
                return;
            }
            match run(program, &description, &stop) {
                Ok(()) => progress(1 + done.fetch_add(1, Relaxed)),
                Err(what) => {
                    stop.store(true, Relaxed);
                    // Only the first fault is told: the others may follow from its end.
                    let Fault { english, chinese } = what;
                    let _ = fault.set(Fault {
                        english: format!("run {number} of {runs}: {english}"),
                        chinese: format!("{runs} 次中的第 {number} 次：{chinese}"),
                    });
                }
            }
        }
    };

    thread::scope(|scope| {
        if cores == Cores::Busy {
            for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
                scope.spawn(|| {
                    while !over.load(Relaxed) {
                        hint::spin_loop();
                    }
                });
            }
        }
        let runners: Vec<_> =
            (0..side_by_side).map(|_| scope.spawn(run_one_after_another)).collect();
        let ends: Vec<_> = runners.into_iter().map(ScopedJoinHandle::join).collect();
        // The busy threads must hear of the end before a panic of a runner is passed on.
        over.store(true, Relaxed);
        for end in ends {
            end.expect("a program that can be started");
        }
    });
    fault.into_inner().map_or(Ok(()), Err)
}

/// One run, which is given up when all are to stop.
fn run(program: &Program, description: &Description, stop: &AtomicBool) -> Result<(), Fault> {
    let running = program.with_pipes();
    if description.needs_ctrl_c() {
        wait_until_all_is_said(&running, description);
        running.ctrl_c();
    }
    match running.finish_unless(|| stop.load(Relaxed))? {
        Some(said) => description.examine(&said.untimed()).map_err(Fault::from),
        None => Ok(()),
    }
}

/// Tells the others when the thread that has this panics.
struct SetWhenPanicking<'a>(&'a AtomicBool);

impl Drop for SetWhenPanicking<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.store(true, Relaxed);
        }
    }
}

/// This thread and the programs that it starts share one core from now on.
#[cfg(target_os = "linux")]
fn pin_to_one_core() {
    use nix::sched::{CpuSet, sched_getaffinity, sched_setaffinity};
    use nix::unistd::Pid;

    let this_thread = Pid::from_raw(0);
    let allowed = sched_getaffinity(this_thread).expect("a thread knows its cores");
    let first = (0..CpuSet::count())
        .find(|core| allowed.is_set(*core).unwrap_or(false))
        .expect("a thread has a core");
    let mut one = CpuSet::new();
    one.set(first).expect("an allowed core");
    sched_setaffinity(this_thread, &one).expect("a thread may give up cores");
}
