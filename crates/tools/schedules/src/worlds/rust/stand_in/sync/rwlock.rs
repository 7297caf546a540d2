//! A lock that readers share.
#![allow(unsafe_code)]

use ::std::cell::UnsafeCell;
use ::std::fmt::{self, Debug, Display};
use ::std::ops::{Deref, DerefMut};
use ::std::panic::Location;
use ::std::sync::{LockResult, PoisonError, TryLockError, TryLockResult};

use crate::step::{Action, ThingNumber};
use crate::worlds::rust::stand_in::fresh::Fresh;
use crate::worlds::rust::stand_in::show;
use crate::worlds::rust::{prelude, state};

/// A lock that readers share, and the value that it guards.
pub struct RwLock<T>(Fresh<Place<T>>);

struct Place<T> {
    lock: Option<ThingNumber>,
    made: &'static Location<'static>,
    value: UnsafeCell<T>,
    poisoned: bool,
}

// SAFETY: as in std. The state of the run lets no thread read while another one writes.
unsafe impl<T: Send + Sync> Sync for RwLock<T> {}

impl<T> RwLock<T> {
    /// A lock that guards this value.
    #[track_caller]
    pub const fn new(value: T) -> Self {
        let value = UnsafeCell::new(value);
        let made = Location::caller();
        RwLock(Fresh::new(Place { lock: None, made, value, poisoned: false }))
    }

    fn number(&self) -> ThingNumber {
        self.0.with(|place| *place.lock.get_or_insert_with(|| state::enter_lock(place.made)))
    }

    fn hold(&self, shared: bool, at: &'static Location<'static>) -> (Hold<'_, T>, bool) {
        let lock = self.number();
        let (value, poisoned) = self.0.with(|place| (place.value.get(), place.poisoned));
        (Hold { of: self, lock, shared, at, value }, poisoned)
    }

    /// Waits until nobody writes, and shares the lock.
    ///
    /// # Errors
    ///
    /// When somebody has panicked who could write.
    #[track_caller]
    pub fn read(&self) -> LockResult<RwLockReadGuard<'_, T>> {
        let at = Location::caller();
        state::step_at(Action::Lock { lock: self.number(), shared: true }, at);
        let (hold, poisoned) = self.hold(true, at);
        hold.show();
        result(RwLockReadGuard(hold), poisoned)
    }

    /// Waits until nobody reads or writes, and takes the lock.
    ///
    /// # Errors
    ///
    /// When somebody has panicked who could write.
    #[track_caller]
    pub fn write(&self) -> LockResult<RwLockWriteGuard<'_, T>> {
        let at = Location::caller();
        state::step_at(Action::Lock { lock: self.number(), shared: false }, at);
        let (hold, poisoned) = self.hold(false, at);
        hold.show();
        result(RwLockWriteGuard(hold), poisoned)
    }

    /// Shares the lock if nobody writes.
    ///
    /// # Errors
    ///
    /// When somebody writes, or has panicked who could.
    #[track_caller]
    pub fn try_read(&self) -> TryLockResult<RwLockReadGuard<'_, T>> {
        let at = Location::caller();
        state::step_at(Action::TryLock { lock: self.number(), shared: true }, at);
        if !state::success() {
            return Err(TryLockError::WouldBlock);
        }
        let (hold, poisoned) = self.hold(true, at);
        result(RwLockReadGuard(hold), poisoned).map_err(TryLockError::Poisoned)
    }

    /// Takes the lock if nobody reads or writes.
    ///
    /// # Errors
    ///
    /// When somebody reads or writes, or has panicked who could write.
    #[track_caller]
    pub fn try_write(&self) -> TryLockResult<RwLockWriteGuard<'_, T>> {
        let at = Location::caller();
        state::step_at(Action::TryLock { lock: self.number(), shared: false }, at);
        if !state::success() {
            return Err(TryLockError::WouldBlock);
        }
        let (hold, poisoned) = self.hold(false, at);
        result(RwLockWriteGuard(hold), poisoned).map_err(TryLockError::Poisoned)
    }

    /// Whether somebody has panicked who could write.
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
    /// When somebody has panicked who could write.
    pub fn get_mut(&mut self) -> LockResult<&mut T> {
        let place = self.0.get_mut();
        result(place.value.get_mut(), place.poisoned)
    }

    /// The value without the lock.
    ///
    /// # Errors
    ///
    /// When somebody has panicked who could write.
    pub fn into_inner(self) -> LockResult<T> {
        let place = self.0.into_inner();
        result(place.value.into_inner(), place.poisoned)
    }
}

fn result<G>(guard: G, poisoned: bool) -> LockResult<G> {
    if poisoned { Err(PoisonError::new(guard)) } else { Ok(guard) }
}

impl<T: Default> Default for RwLock<T> {
    #[track_caller]
    fn default() -> Self {
        Self::new(T::default())
    }
}

impl<T> From<T> for RwLock<T> {
    #[track_caller]
    fn from(value: T) -> Self {
        Self::new(value)
    }
}

impl<T> Debug for RwLock<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RwLock").finish_non_exhaustive()
    }
}

/// What both kinds of guards have.
struct Hold<'a, T> {
    of: &'a RwLock<T>,
    lock: ThingNumber,
    shared: bool,
    /// Where it was taken.
    at: &'static Location<'static>,
    value: *mut T,
}

// SAFETY: as in std. Through a shared guard its value is only read.
unsafe impl<T: Sync> Sync for Hold<'_, T> {}

impl<T> Hold<'_, T> {
    fn value(&self) -> &T {
        // SAFETY: nobody writes as long as a reader holds the lock, or another than this writer.
        unsafe { &*self.value }
    }

    fn show(&self) {
        state::outcome(|| show::saw(self.value()));
    }
}

impl<T> Drop for Hold<'_, T> {
    fn drop(&mut self) {
        let at = prelude::dropped_at().unwrap_or(self.at);
        if !self.shared && ::std::thread::panicking() {
            self.of.0.with(|place| place.poisoned = true);
        }
        state::step_at(Action::Unlock { lock: self.lock, shared: self.shared }, at);
        self.show();
    }
}

/// The right to read what the lock guards, until it is dropped.
#[must_use = "a lock that is not kept is given back at once"]
pub struct RwLockReadGuard<'a, T>(Hold<'a, T>);

/// The right to read and write what the lock guards, until it is dropped.
#[must_use = "a lock that is not kept is given back at once"]
pub struct RwLockWriteGuard<'a, T>(Hold<'a, T>);

impl<T> Deref for RwLockReadGuard<'_, T> {
    type Target = T;
    fn deref(&self) -> &T {
        self.0.value()
    }
}

impl<T> Deref for RwLockWriteGuard<'_, T> {
    type Target = T;
    fn deref(&self) -> &T {
        self.0.value()
    }
}

impl<T> DerefMut for RwLockWriteGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: nobody else reads or writes as long as a writer holds the lock.
        unsafe { &mut *self.0.value }
    }
}

impl<T: Debug> Debug for RwLockReadGuard<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl<T: Debug> Debug for RwLockWriteGuard<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl<T: Display> Display for RwLockReadGuard<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl<T: Display> Display for RwLockWriteGuard<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}
