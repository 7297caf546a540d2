//! What is initialised once.
#![allow(unsafe_code)]

use ::std::cell::UnsafeCell;
use ::std::fmt::{self, Debug};
use ::std::mem::ManuallyDrop;
use ::std::ops::Deref;
use ::std::panic::{AssertUnwindSafe, Location, catch_unwind, resume_unwind};
use ::std::ptr;

use crate::step::{Action, ThingNumber};
use crate::worlds::rust::stand_in::fresh::Fresh;
use crate::worlds::rust::state;

/// A cell that is written once.
pub struct OnceLock<T>(Fresh<Place<T>>);

struct Place<T> {
    number: Option<ThingNumber>,
    /// The value has a place of its own, which stays where it is.
    value: Option<Box<T>>,
}

// SAFETY: as in std. The value is written by one thread, before any other can see it.
unsafe impl<T: Send + Sync> Sync for OnceLock<T> {}

impl<T> OnceLock<T> {
    /// An empty cell.
    pub const fn new() -> Self {
        OnceLock(Fresh::new(Place { number: None, value: None }))
    }

    fn number(&self) -> ThingNumber {
        self.0.with(|place| *place.number.get_or_insert_with(state::enter_cell))
    }

    fn value(&self) -> Option<&T> {
        // SAFETY: a value that was written is neither moved nor dropped as long as the cell is shared.
        self.0.with(|place| place.value.as_deref().map(|value| unsafe { &*ptr::from_ref(value) }))
    }

    /// The value, if it was written.
    #[track_caller]
    pub fn get(&self) -> Option<&T> {
        state::step(Action::Peek(self.number()));
        if state::success() { self.value() } else { None }
    }

    /// The value, which `init` makes if nobody has. Waits for whoever is making it.
    #[track_caller]
    pub fn get_or_init(&self, init: impl FnOnce() -> T) -> &T {
        let at = Location::caller();
        let cell = self.number();
        state::step_at(Action::Initialise(cell), at);
        if state::success() {
            match catch_unwind(AssertUnwindSafe(init)) {
                Ok(value) => {
                    self.0.with(|place| place.value = Some(Box::new(value)));
                    state::step_at(Action::Initialised { cell, done: true }, at);
                }
                Err(panic) => {
                    state::step_at(Action::Initialised { cell, done: false }, at);
                    resume_unwind(panic);
                }
            }
        }
        self.value().expect("it is initialised")
    }

    /// Writes the value.
    ///
    /// # Errors
    ///
    /// The value, when there is one already.
    #[track_caller]
    pub fn set(&self, value: T) -> Result<(), T> {
        let mut value = Some(value);
        self.get_or_init(|| value.take().expect("it is made once"));
        value.map_or(Ok(()), Err)
    }

    /// The value, which nobody else can see.
    pub fn get_mut(&mut self) -> Option<&mut T> {
        self.0.get_mut().value.as_deref_mut()
    }

    /// The value without the cell.
    pub fn into_inner(self) -> Option<T> {
        self.0.into_inner().value.map(|value| *value)
    }
}

impl<T> Default for OnceLock<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> From<T> for OnceLock<T> {
    fn from(value: T) -> Self {
        let cell = Self::new();
        let _ = cell.set(value);
        cell
    }
}

impl<T: Debug> Debug for OnceLock<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = self.value();
        match value {
            Some(value) => f.debug_tuple("OnceLock").field(value).finish(),
            None => f.write_str("OnceLock(<uninit>)"),
        }
    }
}

/// A value that is made when it is first used.
pub struct LazyLock<T, F = fn() -> T> {
    cell: OnceLock<T>,
    /// The function was called, and has not come back: it has panicked, if it is asked for again.
    called: Fresh<bool>,
    init: ManuallyDrop<UnsafeCell<F>>,
}

// SAFETY: as in std. The function is called by one thread, before any other can see what it gives.
unsafe impl<T: Send + Sync, F: Send> Sync for LazyLock<T, F> {}

impl<T, F: FnOnce() -> T> LazyLock<T, F> {
    /// A value that `init` makes.
    pub const fn new(init: F) -> Self {
        let init = ManuallyDrop::new(UnsafeCell::new(init));
        LazyLock { cell: OnceLock::new(), called: Fresh::new(false), init }
    }

    /// The value, which is made if it was not used before.
    #[track_caller]
    pub fn force(this: &Self) -> &T {
        // SAFETY: the function is called once in each run, and is not dropped. Only that of a static
        // meets a second run, and what a static begins with is a constant, whose bits may be copied.
        this.cell.get_or_init(|| {
            let poisoned = this.called.with(|called| ::std::mem::replace(called, true));
            assert!(!poisoned, "LazyLock instance has previously been poisoned");
            let init = unsafe { ptr::read(this.init.get()) };
            init()
        })
    }
}

impl<T, F: FnOnce() -> T> Deref for LazyLock<T, F> {
    type Target = T;
    #[track_caller]
    fn deref(&self) -> &T {
        Self::force(self)
    }
}

impl<T: Debug, F> Debug for LazyLock<T, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("LazyLock").field(&self.cell).finish()
    }
}

/// Something that is done once.
pub struct Once {
    cell: OnceLock<()>,
    /// A call has begun, and has not come back: it has panicked, if another one comes to it.
    called: Fresh<bool>,
}

/// What `call_once_force` tells its function.
#[derive(Debug)]
pub struct OnceState(bool);

impl OnceState {
    /// Whether an earlier call has panicked.
    pub fn is_poisoned(&self) -> bool {
        self.0
    }
}

impl Once {
    /// Something that was not done yet.
    // That of std has no default either.
    #[allow(clippy::new_without_default)]
    pub const fn new() -> Self {
        Once { cell: OnceLock::new(), called: Fresh::new(false) }
    }

    /// Does it, unless it was done. Waits for whoever is doing it.
    ///
    /// # Panics
    ///
    /// When an earlier call has panicked.
    #[track_caller]
    pub fn call_once(&self, work: impl FnOnce()) {
        self.call_once_force(|state| {
            assert!(!state.is_poisoned(), "Once instance has previously been poisoned");
            work();
        });
    }

    /// Does it, unless it was done, also where an earlier call has panicked.
    #[track_caller]
    pub fn call_once_force(&self, work: impl FnOnce(&OnceState)) {
        self.cell.get_or_init(|| {
            work(&OnceState(self.called.with(|called| ::std::mem::replace(called, true))));
        });
    }

    /// Whether it was done.
    #[track_caller]
    pub fn is_completed(&self) -> bool {
        self.cell.get().is_some()
    }
}

impl Debug for Once {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Once").finish_non_exhaustive()
    }
}
