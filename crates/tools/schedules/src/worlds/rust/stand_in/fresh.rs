//! A value that starts anew in every run, so that a `static` does not carry what one schedule left in
//! it into the next.
//!
//! No bound can be asked of the values: a `Mutex` in std has none. So their beginning is kept as bits. A
//! value that meets a second run belongs to a `static`, and the value of a `static` is a constant, whose
//! bits may be copied as those of a `const` are.
#![allow(unsafe_code)]

use ::std::mem::{self, MaybeUninit};
use ::std::ptr;
use ::std::sync::{Mutex, PoisonError};

use crate::worlds::rust::state;

pub(crate) struct Fresh<T>(Mutex<Versions<T>>);

struct Versions<T> {
    beginning: MaybeUninit<T>,
    now: T,
    /// The number of the run that the value belongs to, 0 if it was never used.
    run: u64,
}

impl<T> Fresh<T> {
    pub(crate) const fn new(now: T) -> Self {
        Fresh(Mutex::new(Versions { beginning: MaybeUninit::uninit(), now, run: 0 }))
    }

    /// Works on the value as this run has left it, or as it was in the beginning if this run has not
    /// seen it yet.
    pub(crate) fn with<R>(&self, work: impl FnOnce(&mut T) -> R) -> R {
        let run = state::with(|state| state.number());
        let mut versions = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if versions.run == 0 {
            let now = (&raw const versions.now).cast::<MaybeUninit<T>>();
            // SAFETY: the bits of a value are read as bits. They become a value below, if at all.
            versions.beginning = unsafe { ptr::read(now) };
        } else if versions.run != run {
            // SAFETY: only a static lives on in another run, and its first value is a constant: see
            // the comment at the top. What the last run has left is forgotten and not dropped, since
            // to drop it could take steps.
            let beginning = unsafe { ptr::read(versions.beginning.as_ptr()) };
            mem::forget(mem::replace(&mut versions.now, beginning));
        }
        versions.run = run;
        work(&mut versions.now)
    }

    pub(crate) fn get_mut(&mut self) -> &mut T {
        &mut self.0.get_mut().unwrap_or_else(PoisonError::into_inner).now
    }

    pub(crate) fn into_inner(self) -> T {
        self.0.into_inner().unwrap_or_else(PoisonError::into_inner).now
    }
}
