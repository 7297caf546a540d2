//! A sample of schedules.

use std::time::{Duration, Instant};

use super::{Completeness, Findings, drive};
use crate::world::{Finish, Plan, Run, Search, Then, World};

/// Tries schedules drawn at random, the same ones whenever the seed is the same.
pub fn some(world: &mut dyn World, schedules: usize, seed: u64, time: Duration) -> Findings {
    let start = Instant::now();
    let draw = Draw {
        left: schedules,
        seed,
        deadline: start.checked_add(time),
        found: Findings::default(),
    };
    let (draw, fault) = drive(world, draw);
    let mut found = draw.found;
    found.fault = fault;
    found.completeness = Completeness::Drawn(found.runs);
    found
}

struct Draw {
    left: usize,
    seed: u64,
    deadline: Option<Instant>,
    found: Findings,
}

impl Search for Draw {
    fn next(&mut self) -> Option<Plan> {
        if self.deadline.is_some_and(|deadline| Instant::now() > deadline) {
            return None;
        }
        self.left = self.left.checked_sub(1)?;
        let then = Then::Random(next(&mut self.seed));
        Some(Plan { then, ..Plan::default() })
    }

    fn learn(&mut self, run: Run) {
        if run.finish == Finish::Again {
            self.left += 1;
            return;
        }
        self.found.note(&run);
        self.found.add(&run, Some(1), run.switches(), run.schedule());
    }
}

/// The next of the numbers that depend on `state` alone: SplitMix64, the generator of Java's
/// SplittableRandom (Steele, Lea, Flood 2014). What a seed draws must never change, so it is written
/// out here.
pub fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut mixed = *state;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_numbers_are_those_of_splitmix64() {
        // The first three for the seed 1234567, as Rosetta Code gives them.
        let mut state = 1_234_567;
        assert_eq!(
            [super::next(&mut state), super::next(&mut state), super::next(&mut state)],
            [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]
        );
    }
}
