//! One round: which signal goes to whom, and when.

use std::time::Duration;
use std::{env, fmt};

use fastrand::Rng;
use nix::sys::signal::Signal;

/// The environment variable that brings back the signals and moments of another run.
const SEED: &str = "FAULTS_SEED";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Shot {
    pub(super) signal: Signal,
    pub(super) target: Target,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Target {
    Main,
    /// Main and all its children, as Ctrl-C does.
    Group,
    /// A child or a worker.
    #[cfg(target_os = "linux")]
    Child,
}

pub(super) const TO_MAIN: [Shot; 4] = [
    Shot { signal: Signal::SIGKILL, target: Target::Main },
    Shot { signal: Signal::SIGTERM, target: Target::Main },
    Shot { signal: Signal::SIGINT, target: Target::Main },
    Shot { signal: Signal::SIGINT, target: Target::Group },
];

#[cfg(target_os = "linux")]
pub(super) const TO_A_CHILD: [Shot; 3] = [
    Shot { signal: Signal::SIGKILL, target: Target::Child },
    Shot { signal: Signal::SIGTERM, target: Target::Child },
    Shot { signal: Signal::SIGINT, target: Target::Child },
];
/// Linux alone has a file that lists the children of a process, so elsewhere none is hit.
#[cfg(not(target_os = "linux"))]
pub(super) const TO_A_CHILD: [Shot; 0] = [];

impl fmt::Display for Shot {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} to {:?}", self.signal, self.target)
    }
}

#[derive(Debug, Clone)]
pub(super) struct Round {
    pub(super) shot: Shot,
    /// Counted from the start of the program. A signal for a child waits until there is one.
    pub(super) moment: Duration,
    pub(super) in_terminal: bool,
    /// Which of the children, counted around.
    #[cfg(target_os = "linux")]
    pub(super) choice: usize,
}

impl Round {
    /// Whether neither main nor the system behind its terminal can end the children any more.
    pub(super) fn leaves_children_on_their_own(&self) -> bool {
        self.shot.target == Target::Main && self.shot.signal != Signal::SIGINT && !self.in_terminal
    }
}

impl fmt::Display for Round {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = if self.in_terminal { "in a terminal" } else { "with pipes" };
        write!(formatter, "{} after {:.1?} {place}", self.shot, self.moment)
    }
}

/// So many rounds, with each shot as often as the others.
pub(super) fn rounds(
    count: usize,
    shots: &[Shot],
    moment: impl Fn(&mut Rng) -> Duration,
) -> Vec<Round> {
    let seed = match env::var(SEED) {
        Ok(seed) => seed.parse().expect("a seed is a number"),
        Err(_) => fastrand::u64(..),
    };
    println!("{SEED}={seed}");
    let mut rng = Rng::with_seed(seed);
    (0..count)
        .map(|number| Round {
            shot: shots[number % shots.len()],
            moment: moment(&mut rng),
            in_terminal: number / shots.len() % 2 == 1,
            #[cfg(target_os = "linux")]
            choice: rng.usize(..),
        })
        .collect()
}

pub(super) fn up_to(limit: Duration, rng: &mut Rng) -> Duration {
    limit.mul_f64(rng.f64())
}
