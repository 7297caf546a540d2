//! Runs a program hundreds of times: what always happens has to happen in each run.

use std::hint;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError, mpsc};
use std::thread;

use crate::{Complaint, Description, Program, Transcript};

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

/// [`many_runs`], for a test.
///
/// # Panics
///
/// When a run does not fit, or does not end.
pub fn always(
    runs: usize,
    side_by_side: usize,
    cores: Cores,
    program: &Program,
    description: &Description,
) {
    if let Err(complaint) = many_runs(runs, side_by_side, cores, program, description) {
        panic!("{complaint}");
    }
}

/// Holds many runs of a program against a description, whose time for the whole run is left aside.
///
/// `side_by_side` of them run at the same time: many where a program mostly sleeps, as many as
/// there are cores where it computes, few where it starts very many threads that soon end: glibc's
/// `pthread_detach` (seen in 2.36) can read the memory of a thread that has just ended, and on a
/// swamped machine that crashes about one such program in thousands.
///
/// A program that has no end gets the Ctrl-C that its description asks for.
///
/// # Errors
///
/// When a run does not fit: how many did not, and what is wrong with the first.
///
/// # Panics
///
/// When a run does not start, does not end, or leaves a process behind.
pub fn many_runs(
    runs: usize,
    side_by_side: usize,
    cores: Cores,
    program: &Program,
    description: &Description,
) -> Result<(), String> {
    // Each of a lesson's tests has the machine to itself.
    static MACHINE: Mutex<()> = Mutex::new(());
    let _machine = MACHINE.lock().unwrap_or_else(PoisonError::into_inner);

    let started = AtomicUsize::new(0);
    let ended = AtomicBool::new(false);
    let ctrl_c_after = description.ctrl_c_after;
    let description = description.clone().at_any_pace();

    let run_one_after_another = |finished: mpsc::SyncSender<Transcript>| {
        #[cfg(target_os = "linux")]
        if cores == Cores::One {
            pin_to_one_core();
        }
        while started.fetch_add(1, Relaxed) < runs {
            let running = program.with_pipes();
            if let Some(time) = ctrl_c_after {
                thread::sleep(time);
                running.ctrl_c();
            }
            let _ = finished.send(running.finish());
        }
    };

    let complaints: Vec<Complaint> = thread::scope(|scope| {
        if cores == Cores::Busy {
            for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
                scope.spawn(|| {
                    while !ended.load(Relaxed) {
                        hint::spin_loop();
                    }
                });
            }
        }
        // Looked at as they come: all together would fill the memory.
        let (finished, transcripts) = mpsc::sync_channel(side_by_side);
        let runners: Vec<_> = (0..side_by_side)
            .map(|_| {
                let (run, finished) = (&run_one_after_another, finished.clone());
                scope.spawn(move || run(finished))
            })
            .collect();
        drop(finished);
        let complaints =
            transcripts.iter().filter_map(|said| description.examine(&said).err()).collect();
        // Before anything is unwrapped: the busy threads must hear of the end in any case.
        ended.store(true, Relaxed);
        for runner in runners {
            runner.join().expect("a run did not start, did not end, or left a process behind");
        }
        complaints
    });
    match complaints.first() {
        Some(first) => Err(format!("{} of {runs} runs do not fit: {first}", complaints.len())),
        None => Ok(()),
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

/// Makes three tests of a lesson: each of so many runs fits its description, on all cores, on one
/// core, and on cores that are busy.
///
/// ```text
/// parity::always! { runs: 1_000, side_by_side: 40 }
/// ```
#[macro_export]
macro_rules! always {
    (runs: $runs:literal, side_by_side: $side_by_side:literal) => {
        #[test]
        #[ignore = "takes minutes: many runs"]
        fn always() {
            $crate::always(
                $runs,
                $side_by_side,
                $crate::Cores::All,
                &lesson().rust,
                &description(),
            );
        }

        #[cfg(target_os = "linux")]
        #[test]
        #[ignore = "takes minutes: many runs"]
        fn always_on_one_core() {
            $crate::always(
                $runs,
                $side_by_side,
                $crate::Cores::One,
                &lesson().rust,
                &description(),
            );
        }

        #[test]
        #[ignore = "takes minutes: many runs"]
        fn always_on_busy_cores() {
            $crate::always(
                $runs,
                $side_by_side,
                $crate::Cores::Busy,
                &lesson().rust,
                &description(),
            );
        }
    };
}
