//! A lock that one thread holds at a time.
#![allow(unsafe_code)]

use ::std::fmt::{self, Debug, Display};
use ::std::marker::PhantomData;
use ::std::ops::{Deref, DerefMut};
use ::std::panic::Location;
use ::std::sync::{LockResult, PoisonError, TryLockError, TryLockResult};

use crate::step::{Action, ThingNumber};
use crate::worlds::rust::stand_in::fresh::Fresh;
use crate::worlds::rust::stand_in::show;
use crate::worlds::rust::{prelude, state};

/// A lock and the value that it guards.
pub struct Mutex<T>(Fresh<Place<T>>);

struct Place<T> {
    lock: Option<ThingNumber>,
    made: &'static Location<'static>,
    /// The value, unless a guard has it.
    value: Option<T>,
    poisoned: bool,
}

impl<T> Mutex<T> {
    /// A lock that guards this value.
    #[track_caller]
    pub const fn new(value: T) -> Self {
        let made = Location::caller();
        Mutex(Fresh::new(Place { lock: None, made, value: Some(value), poisoned: false }))
    }

    fn number(&self) -> ThingNumber {
        self.0.with(|place| *place.lock.get_or_insert_with(|| state::enter_lock(place.made)))
    }

    /// Waits until nobody holds the lock, and takes it.
    ///
    /// # Errors
    ///
    /// When somebody has panicked who held it: the guard is in the error.
    #[track_caller]
    pub fn lock(&self) -> LockResult<MutexGuard<'_, T>> {
        let at = Location::caller();
        let lock = self.number();
        state::step_at(Action::Lock { lock, shared: false }, at);
        let guard = self.taken(lock, at);
        match &guard {
            Ok(guard) => guard.show(),
            Err(error) => error.get_ref().show(),
        }
        guard
    }

    /// Takes the lock if nobody holds it.
    ///
    /// # Errors
    ///
    /// When somebody holds it, or has panicked who held it.
    #[track_caller]
    pub fn try_lock(&self) -> TryLockResult<MutexGuard<'_, T>> {
        let at = Location::caller();
        let lock = self.number();
        state::step_at(Action::TryLock { lock, shared: false }, at);
        if !state::success() {
            return Err(TryLockError::WouldBlock);
        }
        self.taken(lock, at).map_err(TryLockError::Poisoned)
    }

    /// The guard of whoever has just taken the lock.
    pub(super) fn taken(
        &self,
        lock: ThingNumber,
        at: &'static Location<'static>,
    ) -> LockResult<MutexGuard<'_, T>> {
        let (value, poisoned) = self.0.with(|place| (place.value.take(), place.poisoned));
        let guard = MutexGuard { mutex: self, lock, at, value, stays: PhantomData };
        if poisoned { Err(PoisonError::new(guard)) } else { Ok(guard) }
    }

    fn give_back(&self, value: Option<T>, poison: bool) {
        self.0.with(|place| {
            place.value = value;
            place.poisoned |= poison;
        });
    }

    /// Whether somebody has panicked who held it.
    pub fn is_poisoned(&self) -> bool {
        self.0.with(|place| place.poisoned)
    }

    /// Forgets that somebody has panicked.
    pub fn clear_poison(&self) {
        self.0.with(|place| place.poisoned = false);
    }

    /// The value, which nobody else can see.
    ///
    /// # Errors
    ///
    /// When somebody has panicked who held the lock.
    pub fn get_mut(&mut self) -> LockResult<&mut T> {
        let place = self.0.get_mut();
        let value = place.value.as_mut().expect("nobody holds it");
        if place.poisoned { Err(PoisonError::new(value)) } else { Ok(value) }
    }

    /// The value without the lock.
    ///
    /// # Errors
    ///
    /// When somebody has panicked who held it.
    pub fn into_inner(self) -> LockResult<T> {
        let place = self.0.into_inner();
        let value = place.value.expect("nobody holds it");
        if place.poisoned { Err(PoisonError::new(value)) } else { Ok(value) }
    }
}

impl<T: Default> Default for Mutex<T> {
    #[track_caller]
    fn default() -> Self {
        Self::new(T::default())
    }
}

impl<T> From<T> for Mutex<T> {
    #[track_caller]
    fn from(value: T) -> Self {
        Self::new(value)
    }
}

impl<T: Debug> Debug for Mutex<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = f.debug_struct("Mutex");
        self.0.with(|place| match &place.value {
            Some(value) => text.field("data", value),
            None => text.field("data", &format_args!("<locked>")),
        });
        text.field("poisoned", &self.is_poisoned()).finish_non_exhaustive()
    }
}

/// The right to use what a mutex guards, until it is dropped.
#[must_use = "a lock that is not kept is given back at once"]
pub struct MutexGuard<'a, T> {
    mutex: &'a Mutex<T>,
    lock: ThingNumber,
    /// Where it was taken.
    at: &'static Location<'static>,
    /// The value, until a wait gives it back before its time.
    value: Option<T>,
    /// It stays in its thread, as in std.
    stays: PhantomData<*const ()>,
}

// SAFETY: as in std. Through a shared guard its value is only read.
unsafe impl<T: Sync> Sync for MutexGuard<'_, T> {}

impl<'a, T> MutexGuard<'a, T> {
    /// Gives the value back without a step, since the step that follows, a wait, gives the lock back.
    pub(super) fn into_wait(mut self) -> (&'a Mutex<T>, ThingNumber) {
        let (mutex, lock) = (self.mutex, self.lock);
        mutex.give_back(self.value.take(), false);
        (mutex, lock)
    }

    pub(super) fn show(&self) {
        if let Some(value) = &self.value {
            state::outcome(|| show::saw(value));
        }
    }
}

impl<T> Deref for MutexGuard<'_, T> {
    type Target = T;
    fn deref(&self) -> &T {
        self.value.as_ref().expect("a guard has the value")
    }
}

impl<T> DerefMut for MutexGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        self.value.as_mut().expect("a guard has the value")
    }
}

impl<T> Drop for MutexGuard<'_, T> {
    fn drop(&mut self) {
        let Some(value) = self.value.take() else { return };
        /// Gives the value back also where the run is over and the step does not return.
        struct GiveBack<'a, T>(&'a Mutex<T>, Option<T>);
        impl<T> Drop for GiveBack<'_, T> {
            fn drop(&mut self) {
                self.0.give_back(self.1.take(), ::std::thread::panicking());
            }
        }
        let given = GiveBack(self.mutex, Some(value));
        let at = prelude::dropped_at().unwrap_or(self.at);
        state::step_at(Action::Unlock { lock: self.lock, shared: false }, at);
        if let Some(value) = &given.1 {
            state::outcome(|| show::saw(value));
        }
    }
}

impl<T: Display> Display for MutexGuard<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl<T: Debug> Debug for MutexGuard<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}
