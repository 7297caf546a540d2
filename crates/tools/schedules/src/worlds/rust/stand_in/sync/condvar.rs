//! A condition to wait for. Nobody comes first: whoever waits may be the one who is woken.

use ::std::fmt::{self, Debug};
use ::std::panic::Location;
use ::std::sync::{LockResult, PoisonError};
use ::std::time::Duration;

use super::MutexGuard;
use crate::step::{Action, Outcome, ThingNumber};
use crate::worlds::rust::stand_in::fresh::Fresh;
use crate::worlds::rust::state;

/// A condition to wait for.
pub struct Condvar(Fresh<Option<ThingNumber>>);

/// Whether a wait has ended because its time was up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WaitTimeoutResult(bool);

impl WaitTimeoutResult {
    /// Whether the time was up.
    pub fn timed_out(&self) -> bool {
        self.0
    }
}

type Woken<'a, T> = (LockResult<MutexGuard<'a, T>>, WaitTimeoutResult);

impl Condvar {
    /// A condition that nobody waits for.
    pub const fn new() -> Self {
        Condvar(Fresh::new(None))
    }

    fn number(&self) -> ThingNumber {
        self.0.with(|number| *number.get_or_insert_with(state::enter_condition))
    }

    fn wait_for<'a, T>(
        &self,
        guard: MutexGuard<'a, T>,
        time: Option<Duration>,
        at: &'static Location<'static>,
    ) -> Woken<'a, T> {
        let condition = self.number();
        let (mutex, lock) = guard.into_wait();
        state::step_at(Action::Wait { condition, lock }, at);
        let timed = time.is_some();
        let wake = Action::Wake { condition, lock, timed };
        state::timed_step_at(wake, time.unwrap_or_default(), at);
        let timed_out = !state::success();
        let guard = mutex.taken(lock, at);
        if timed_out {
            state::outcome(|| Outcome::GaveUp);
        } else {
            match &guard {
                Ok(guard) => guard.show(),
                Err(error) => error.get_ref().show(),
            }
        }
        (guard, WaitTimeoutResult(timed_out))
    }

    /// Gives the lock back, waits for a notification, and takes the lock again.
    ///
    /// # Errors
    ///
    /// When somebody has panicked who held the lock.
    #[track_caller]
    pub fn wait<'a, T>(&self, guard: MutexGuard<'a, T>) -> LockResult<MutexGuard<'a, T>> {
        self.wait_for(guard, None, Location::caller()).0
    }

    /// Waits as long as `condition` holds.
    ///
    /// # Errors
    ///
    /// When somebody has panicked who held the lock.
    #[track_caller]
    pub fn wait_while<'a, T>(
        &self,
        mut guard: MutexGuard<'a, T>,
        mut condition: impl FnMut(&mut T) -> bool,
    ) -> LockResult<MutexGuard<'a, T>> {
        let at = Location::caller();
        while condition(&mut guard) {
            guard = self.wait_for(guard, None, at).0?;
        }
        Ok(guard)
    }

    /// Waits for a notification, but not for ever: the time is up when nobody else can go on.
    ///
    /// # Errors
    ///
    /// When somebody has panicked who held the lock.
    #[track_caller]
    pub fn wait_timeout<'a, T>(
        &self,
        guard: MutexGuard<'a, T>,
        time: Duration,
    ) -> LockResult<(MutexGuard<'a, T>, WaitTimeoutResult)> {
        match self.wait_for(guard, Some(time), Location::caller()) {
            (Ok(guard), result) => Ok((guard, result)),
            (Err(error), result) => Err(PoisonError::new((error.into_inner(), result))),
        }
    }

    /// Waits as long as `condition` holds, but not for ever.
    ///
    /// # Errors
    ///
    /// When somebody has panicked who held the lock.
    #[track_caller]
    pub fn wait_timeout_while<'a, T>(
        &self,
        mut guard: MutexGuard<'a, T>,
        time: Duration,
        mut condition: impl FnMut(&mut T) -> bool,
    ) -> LockResult<(MutexGuard<'a, T>, WaitTimeoutResult)> {
        let at = Location::caller();
        loop {
            if !condition(&mut guard) {
                return Ok((guard, WaitTimeoutResult(false)));
            }
            let result;
            (guard, result) = match self.wait_for(guard, Some(time), at) {
                (Ok(guard), result) => (guard, result),
                (Err(error), result) => {
                    return Err(PoisonError::new((error.into_inner(), result)));
                }
            };
            if result.timed_out() {
                let holds = condition(&mut guard);
                return Ok((guard, WaitTimeoutResult(holds)));
            }
        }
    }

    /// Wakes one who waits, whichever.
    #[track_caller]
    pub fn notify_one(&self) {
        state::step(Action::Notify { condition: self.number(), all: false });
    }

    /// Wakes all who wait.
    #[track_caller]
    pub fn notify_all(&self) {
        state::step(Action::Notify { condition: self.number(), all: true });
    }
}

impl Default for Condvar {
    fn default() -> Self {
        Self::new()
    }
}

impl Debug for Condvar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Condvar").finish_non_exhaustive()
    }
}
