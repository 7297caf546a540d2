//! [`std::sync`], as far as nothing in it can block, with a mutex and a channel.

pub use ::std::sync::{Arc, LockResult, PoisonError, Weak};

pub mod atomic;
pub mod mpsc;

use ::std::fmt::{self, Debug, Display};
use ::std::ops::{Deref, DerefMut};
use ::std::panic::Location;

use super::fresh::Fresh;
use crate::run;
use crate::step::{Action, LockNumber};

/// A lock and the value that it guards.
///
/// The value is copied to start anew in every run and shown in stories, hence `Clone` and `Debug`.
pub struct Mutex<T> {
    place: Fresh<Place<T>>,
    show: fn(&T) -> String,
}

#[derive(Clone)]
struct Place<T> {
    /// Known from the first time on that somebody wants the lock.
    lock: Option<LockNumber>,
    /// Taken out by the guard, for as long as the lock is held.
    value: Option<T>,
    poisoned: bool,
}

impl<T> Mutex<T> {
    /// A mutex around `value`.
    pub const fn new(value: T) -> Self
    where
        T: Clone + Debug,
    {
        let place = Place { lock: None, value: Some(value), poisoned: false };
        Mutex { place: Fresh::new(place), show: show::<T> }
    }

    /// Waits until nobody holds the lock, then takes it.
    ///
    /// # Errors
    ///
    /// When a thread panicked with the lock in its hands.
    #[track_caller]
    pub fn lock(&self) -> LockResult<MutexGuard<'_, T>> {
        let at = Location::caller();
        let lock = self.place.with(|place| *place.lock.get_or_insert_with(run::enter_lock));
        run::step_at(Action::Lock(lock), at);
        let (value, poisoned) = self.place.with(|place| (place.value.take(), place.poisoned));
        run::note(|| value.as_ref().map_or_else(String::new, self.show));
        let guard = MutexGuard { mutex: self, lock, at, value };
        if poisoned { Err(PoisonError::new(guard)) } else { Ok(guard) }
    }

    /// The value, without the mutex.
    ///
    /// # Errors
    ///
    /// When a thread panicked with the lock in its hands.
    pub fn into_inner(self) -> LockResult<T> {
        let place = self.place.into_inner();
        let value = place.value.expect("nobody holds a lock that is given away");
        if place.poisoned { Err(PoisonError::new(value)) } else { Ok(value) }
    }
}

fn show<T: Debug>(value: &T) -> String {
    format!("{value:?}")
}

impl<T: Clone + Debug + Default> Default for Mutex<T> {
    fn default() -> Self {
        Self::new(T::default())
    }
}

impl<T> Debug for Mutex<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mutex").finish_non_exhaustive()
    }
}

/// The right to use what a mutex guards, until it is dropped.
#[must_use = "a lock that is not kept is given back at once"]
pub struct MutexGuard<'a, T> {
    mutex: &'a Mutex<T>,
    lock: LockNumber,
    /// The call that took the lock, from which the line that gives it back is found.
    at: &'static Location<'static>,
    value: Option<T>,
}

impl<T> Deref for MutexGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.value.as_ref().expect("a guard holds the value until it is dropped")
    }
}

impl<T> DerefMut for MutexGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        self.value.as_mut().expect("a guard holds the value until it is dropped")
    }
}

impl<T> Drop for MutexGuard<'_, T> {
    fn drop(&mut self) {
        let at = crate::prelude::dropped_at().unwrap_or(self.at);
        run::step_at(Action::Release(self.lock), at);
        let value = self.value.take();
        run::note(|| value.as_ref().map_or_else(String::new, self.mutex.show));
        self.mutex.place.with(|place| {
            place.value = value;
            place.poisoned |= ::std::thread::panicking();
        });
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
