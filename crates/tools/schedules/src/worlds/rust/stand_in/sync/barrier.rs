//! A place where threads wait for each other.

use ::std::fmt::{self, Debug};
use ::std::panic::Location;

use crate::step::{Action, ThingNumber};
use crate::worlds::rust::stand_in::fresh::Fresh;
use crate::worlds::rust::state;

/// A place where threads wait until all have come.
pub struct Barrier {
    threads: usize,
    number: Fresh<Option<ThingNumber>>,
}

/// Says who has come last.
#[derive(Debug)]
pub struct BarrierWaitResult(bool);

impl BarrierWaitResult {
    /// Whether this thread is the one that has come last.
    pub fn is_leader(&self) -> bool {
        self.0
    }
}

impl Barrier {
    /// A barrier that opens when so many threads have come.
    pub const fn new(threads: usize) -> Self {
        Barrier { threads, number: Fresh::new(None) }
    }

    /// Waits until all have come.
    #[track_caller]
    pub fn wait(&self) -> BarrierWaitResult {
        let at = Location::caller();
        let enter = || state::enter_barrier(self.threads);
        let barrier = self.number.with(|number| *number.get_or_insert_with(enter));
        state::step_at(Action::Arrive(barrier), at);
        let last = state::success();
        if !last {
            state::step_at(Action::Pass(barrier), at);
        }
        BarrierWaitResult(last)
    }
}

impl Debug for Barrier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Barrier").finish_non_exhaustive()
    }
}
