//! Sends signals to a lesson at random moments: nothing may hang, and nothing may be left.
//!
//! Half of the rounds run in a terminal of their own, whose system ends everything in it when the
//! first process of the terminal has ended. The other half run with pipes, where only the lesson
//! itself can see to its children.

#[cfg(target_os = "linux")]
mod linux;
mod round;

use std::time::{Duration, Instant};
use std::{fs, thread};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use says::{Description, Transcript};

use self::round::{Round, Shot, TO_A_CHILD, TO_MAIN, Target, rounds, up_to};
use crate::running::LIMIT;
use crate::{Lesson, Program, Running};

const MANY: usize = 200;

/// In this time a lesson starts its children, and most can go wrong.
const START: Duration = Duration::from_millis(60);

/// What ends later has not ended because of a signal: without one, the lessons that sleep and their
/// children live for three seconds more.
const SOON: Duration = Duration::from_secs(2);

/// The time in which all should be gone: how often it took longer is reported.
const AT_ONCE: Duration = Duration::from_millis(100);

/// What may hang is killed when it has for so long.
const ALLOWED_HANG: Duration = Duration::from_secs(10);

/// A lesson that takes longer mostly sleeps.
const SHORT: Duration = Duration::from_millis(500);

/// How many rounds of a lesson that mostly sleeps run side by side.
const SLEEPERS: usize = 40;

/// What becomes of a lesson's children when their parent is killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Children {
    /// `util` has started them, so they end.
    End,
    /// Nobody tells them, so they live on to their own end: all of Python's do, and in Rust what
    /// `fork` and `std::process::Command` have started.
    LiveOn,
    /// They live on, but one that `fork` copies just while Ctrl-C ends main may wait for ever: its
    /// memory says that another thread is about to end it. Not so where main has no guard.
    LiveOnOrHang,
}

/// Hits a lesson twice with each signal while it starts.
///
/// A child is hit only where the lesson then comes to its end soon.
///
/// # Panics
///
/// When one of the rounds does not end as it should, and when programs that are started here would
/// ignore Ctrl-C.
pub fn few(lesson: &Lesson, children: Children) {
    Victim::new(lesson, children).hit_few_times();
}

/// Hits a lesson in two hundred rounds: in half of them while it starts.
///
/// # Panics
///
/// When one of the rounds does not end as it should, when no signal came in time, and when programs
/// that are started here would ignore Ctrl-C.
pub fn many(lesson: &Lesson, children: Children) {
    Victim::new(lesson, children).hit_many_times();
}

/// A lesson that is to be hit.
#[derive(Debug)]
struct Victim<'a> {
    program: Program,
    description: &'a Description,
    /// How long it takes when nobody hits it, or is looked at when it has no end.
    usually_takes: Duration,
    children: Children,
}

impl<'a> Victim<'a> {
    fn new(lesson: &'a Lesson, children: Children) -> Self {
        #[cfg(target_os = "linux")]
        linux::assert_sigint_is_not_ignored();
        let program = lesson.rust();
        let mut took = lesson.good_run().expect("a run that is as described").took;
        if took < SHORT {
            // The first run may have had to wait for the disk, and then most signals would come too
            // late.
            took = took.min(program.with_pipes().finish().took);
        }
        Self { program, description: lesson.description(), usually_takes: took, children }
    }

    fn hit_few_times(&self) {
        let mut shots = TO_MAIN.to_vec();
        if self.usually_takes < SHORT {
            shots.extend(TO_A_CHILD);
        }
        self.play(&rounds(2 * shots.len(), &shots, |rng| {
            up_to(START.min(self.usually_takes), rng)
        }));
    }

    fn hit_many_times(&self) {
        let shots = [&TO_MAIN[..], &TO_A_CHILD].concat();
        let rounds = rounds(MANY, &shots, |rng| {
            let start = START.min(self.usually_takes);
            up_to(if rng.bool() { start } else { self.usually_takes }, rng)
        });
        let outcomes = self.play(&rounds);
        for target in shots.iter().map(|shot| shot.target) {
            let mut outcomes = rounds.iter().zip(&outcomes);
            let met =
                outcomes.any(|(round, outcome)| round.shot.target == target && outcome.in_time);
            assert!(met, "all signals to {target:?} came too late");
        }
    }

    fn play(&self, rounds: &[Round]) -> Vec<Outcome> {
        let cores = thread::available_parallelism().map_or(1, usize::from);
        let side_by_side = if self.usually_takes < SHORT { 2 * cores } else { SLEEPERS };
        let mut outcomes = Vec::with_capacity(rounds.len());
        for rounds in rounds.chunks(side_by_side) {
            thread::scope(|scope| {
                let start = |round| {
                    // A panic names its thread, and so the round.
                    let thread = thread::Builder::new().name(Round::to_string(round));
                    thread.spawn_scoped(scope, || self.play_one(round)).expect("one more thread")
                };
                let threads: Vec<_> = rounds.iter().map(start).collect();
                for thread in threads {
                    outcomes.push(thread.join().expect("a round that ends as it should"));
                }
            });
        }

        self.report(rounds, &outcomes);
        outcomes
    }

    fn report(&self, rounds: &[Round], outcomes: &[Outcome]) {
        let in_time = || rounds.iter().zip(outcomes).filter(|(_, outcome)| outcome.in_time);
        println!("{} rounds, {} signals in time", rounds.len(), in_time().count());

        let on_their_own = in_time().filter(|(round, _)| round.leaves_children_on_their_own());
        let mut times: Vec<_> = on_their_own.map(|(_, outcome)| outcome.gone_after).collect();
        times.sort();
        let Some(worst) = times.last() else { return };
        let median = times[times.len() / 2];
        println!(
            "{} times main was killed with pipes: all gone after {median:.1?} (median), {worst:.1?} (worst), {} times after more than {AT_ONCE:?}",
            times.len(),
            times.iter().filter(|time| **time > AT_ONCE).count(),
        );
        let ends = self.children != Children::LiveOn;
        assert!(!ends || median < SOON, "the children live on when main is killed");
    }

    fn play_one(&self, round: &Round) -> Outcome {
        let folder = tempfile::tempdir().expect("a new folder for temporary files");
        let program = self.program.clone().in_folder(folder.path());
        let running = if round.in_terminal { program.in_terminal() } else { program.with_pipes() };
        thread::sleep(round.moment);

        let outcome = match round.shot.target {
            Target::Main => self.hit(&running, round, running.pid() as i32),
            // As kill(2) has it, a negative id stands for the group.
            Target::Group => self.hit(&running, round, -(running.pid() as i32)),
            #[cfg(target_os = "linux")]
            Target::Child => self.hit_a_child(&running, round),
        };
        let left: Vec<_> = fs::read_dir(folder.path()).expect("it is still there").collect();
        assert!(left.is_empty(), "files are left: {left:?}");
        #[cfg(target_os = "linux")]
        assert!(running.terminal_is_as_before(), "the terminal has other settings than before");
        outcome
    }

    /// Hits main, alone or with all its group.
    fn hit(&self, running: &Running, round: &Round, target: i32) -> Outcome {
        send(round.shot.signal, target);
        let End { took, gone_after, said } = self.wait_for_end(running, round.shot);
        let code = said.exit_code.expect("it has ended");

        let lives_on = self.children != Children::End;
        let ended_by_signal = match round.shot.signal {
            // The second is from before the first line of main, or from a main without a guard.
            Signal::SIGINT => code == 130 || code == -2 && (lives_on || said.text.is_empty()),
            signal => code == -(signal as i32),
        };
        if !ended_by_signal {
            // It has been quicker than the signal.
            assert!(took < SOON, "main went on for {took:.1?} after the signal, exit code {code}");
            self.description
                .clone()
                .at_any_pace()
                .examine(&said)
                .unwrap_or_else(|complaint| panic!("exit code {code}: {complaint}"));
        } else if !lives_on {
            // A child that lives on may see that it has another parent, and say so.
            let fits = self.description.begins_with(&said);
            assert!(fits, "said what it should not:\n{}", said.text());
        }
        assert_eq!(said.stderr, "", "exit code {code}");
        Outcome { in_time: ended_by_signal, gone_after }
    }

    /// Hits a child. The lesson has to go on to its own end, or until Ctrl-C where it has none.
    #[cfg(target_os = "linux")]
    fn hit_a_child(&self, running: &Running, round: &Round) -> Outcome {
        let child = linux::a_child(running.pid(), round.choice);
        if let Some(child) = child {
            send(round.shot.signal, child as i32);
        }
        if self.description.needs_ctrl_c() {
            let child = child.expect("a lesson without an end has a child");
            linux::wait_for_end(child);
            let so_far = running.so_far().text.len();
            let said = running.wait_until(|said| said.text.len() > so_far);
            assert!(said.text.len() > so_far, "main says nothing more");
            running.ctrl_c();
        }
        let End { gone_after, said, .. } = self.wait_for_end(running, round.shot);
        let expected = self.description.exit_code();
        assert_eq!(said.exit_code, Some(expected), "exit code, having said:\n{}", said.text());
        assert!(!said.text().contains("panicked"), "{}", said.text());
        assert_eq!(said.stderr, "");
        Outcome { in_time: child.is_some(), gone_after }
    }

    fn wait_for_end(&self, running: &Running, shot: Shot) -> End {
        let from = Instant::now();
        running.wait_for_exit();
        let took = from.elapsed();
        let ctrl_c = TO_MAIN.contains(&shot) && shot.signal == Signal::SIGINT;
        let may_hang = self.children == Children::LiveOnOrHang && ctrl_c;
        let limit = if may_hang { ALLOWED_HANG } else { LIMIT };
        let gone_after = running.gone_within(limit).unwrap_or_else(|| {
            assert!(may_hang, "a process was left {limit:?} after the end of main");
            limit
        });
        // With so many side by side, lines come when they come.
        let said = running.finish().untimed();
        End { took, gone_after, said }
    }
}

fn send(signal: Signal, target: i32) {
    // What has ended and is not waited for yet may still take a signal, or not: that is for the
    // system to say.
    let _ = kill(Pid::from_raw(target), signal);
}

/// How a program ended.
struct End {
    /// From now to the end of main.
    took: Duration,
    /// From there to the end of the last process.
    gone_after: Duration,
    said: Transcript,
}

struct Outcome {
    /// Whether the signal hit somebody who still lived.
    in_time: bool,
    gone_after: Duration,
}
