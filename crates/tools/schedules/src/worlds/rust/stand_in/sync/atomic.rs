//! [`std::sync::atomic`], with accesses that come in the order that the scheduler chooses. All of them
//! are sequentially consistent, whatever ordering is asked for.
#![allow(unsafe_code)]

pub use ::std::sync::atomic::Ordering;

use ::std::fmt;
use ::std::panic::Location;

use crate::step::{Action, Outcome, ThingNumber};
use crate::world::Caveat;
use crate::worlds::rust::stand_in::fresh::Fresh;
use crate::worlds::rust::state;

/// Does nothing: all accesses are in one order here.
pub fn fence(_: Ordering) {}

/// Does nothing: all accesses are in one order here.
pub fn compiler_fence(_: Ordering) {}

/// A value that threads share, with its number.
struct Shared<T> {
    value: T,
    number: Option<ThingNumber>,
    made: &'static Location<'static>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Access {
    Read,
    Write,
    Update,
}

/// Replaces the value by what `change` makes of it, in one step, and gives the old one.
fn access<T: Copy + PartialEq>(
    shared: &Fresh<Shared<T>>,
    kind: Access,
    order: Ordering,
    at: &'static Location<'static>,
    show: impl Fn(T) -> String,
    change: impl FnOnce(T) -> T,
) -> T {
    let number = shared
        .with(|shared| *shared.number.get_or_insert_with(|| state::enter_variable(shared.made)));
    let action = match kind {
        Access::Read => Action::Read(number),
        Access::Write => Action::Write(number),
        Access::Update => Action::Update(number),
    };
    if order != Ordering::SeqCst {
        state::caveat(Caveat::WeakOrder);
    }
    state::step_at(action, at);
    let (old, new) = shared.with(|shared| {
        let old = shared.value;
        shared.value = change(old);
        (old, shared.value)
    });
    state::accessed(number, kind == Access::Write || old != new);
    state::outcome(|| match kind {
        Access::Read => Outcome::Saw(show(old)),
        Access::Write => Outcome::Wrote(show(new)),
        Access::Update => Outcome::Changed { from: show(old), to: show(new) },
    });
    old
}

/// What all atomic types can do.
macro_rules! atomic {
    ([$($generic:ident)?] $name:ident, $value:ty, $show:expr) => {
        impl<$($generic)?> $name<$($generic)?> {
            /// An atomic with this value.
            #[track_caller]
            pub const fn new(value: $value) -> Self {
                Self(Fresh::new(Shared { value, number: None, made: Location::caller() }))
            }

            #[track_caller]
            fn access(
                &self,
                kind: Access,
                order: Ordering,
                change: impl FnOnce($value) -> $value,
            ) -> $value {
                access(&self.0, kind, order, Location::caller(), $show, change)
            }

            /// Reads the value.
            #[track_caller]
            pub fn load(&self, order: Ordering) -> $value {
                self.access(Access::Read, order, |old| old)
            }

            /// Writes a value.
            #[track_caller]
            pub fn store(&self, value: $value, order: Ordering) {
                self.access(Access::Write, order, |_| value);
            }

            /// Writes a value and gives the one before.
            #[track_caller]
            pub fn swap(&self, value: $value, order: Ordering) -> $value {
                self.access(Access::Update, order, |_| value)
            }

            /// Writes `new` if the value is `current`, and gives the one before.
            ///
            /// # Errors
            ///
            /// The value, when it was another one.
            #[track_caller]
            pub fn compare_exchange(
                &self,
                current: $value,
                new: $value,
                success: Ordering,
                _failure: Ordering,
            ) -> Result<$value, $value> {
                let change = |old| if old == current { new } else { old };
                let old = self.access(Access::Update, success, change);
                if old == current { Ok(old) } else { Err(old) }
            }

            /// As [`compare_exchange`](Self::compare_exchange): it does not fail without a reason here.
            ///
            /// # Errors
            ///
            /// The value, when it was another one.
            #[track_caller]
            pub fn compare_exchange_weak(
                &self,
                current: $value,
                new: $value,
                success: Ordering,
                failure: Ordering,
            ) -> Result<$value, $value> {
                self.compare_exchange(current, new, success, failure)
            }

            /// Reads the value and writes what `change` makes of it, again and again until nobody has
            /// come in between.
            ///
            /// # Errors
            ///
            /// The value, when `change` makes nothing of it.
            #[track_caller]
            pub fn fetch_update(
                &self,
                success: Ordering,
                failure: Ordering,
                mut change: impl FnMut($value) -> Option<$value>,
            ) -> Result<$value, $value> {
                let mut old = self.load(failure);
                while let Some(new) = change(old) {
                    match self.compare_exchange(old, new, success, failure) {
                        Ok(old) => return Ok(old),
                        Err(other) => old = other,
                    }
                }
                Err(old)
            }

            /// The value, which no other thread can see.
            pub fn get_mut(&mut self) -> &mut $value {
                &mut self.0.get_mut().value
            }

            /// The value without the atomic.
            pub fn into_inner(self) -> $value {
                self.0.into_inner().value
            }
        }

        impl<$($generic)?> From<$value> for $name<$($generic)?> {
            fn from(value: $value) -> Self {
                Self::new(value)
            }
        }

        impl<$($generic)?> fmt::Debug for $name<$($generic)?> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.with(|shared| shared.value.fmt(f))
            }
        }
    };
}

macro_rules! value {
    ($($name:ident $value:ty,)*) => { $(
        #[doc = concat!("A `", stringify!($value), "` that threads share.")]
        pub struct $name(Fresh<Shared<$value>>);

        atomic!([] $name, $value, |value| value.to_string());

        impl Default for $name {
            #[track_caller]
            fn default() -> Self {
                Self::new(<$value>::default())
            }
        }

        impl $name {
            /// Takes the bits that both have, in one step, and gives the value before.
            #[track_caller]
            pub fn fetch_and(&self, value: $value, order: Ordering) -> $value {
                self.access(Access::Update, order, |old| old & value)
            }

            /// Adds the bits of `value`, in one step, and gives the value before.
            #[track_caller]
            pub fn fetch_or(&self, value: $value, order: Ordering) -> $value {
                self.access(Access::Update, order, |old| old | value)
            }

            /// Turns the bits of `value` over, in one step, and gives the value before.
            #[track_caller]
            pub fn fetch_xor(&self, value: $value, order: Ordering) -> $value {
                self.access(Access::Update, order, |old| old ^ value)
            }

            /// Takes the bits that not both have, in one step, and gives the value before.
            #[track_caller]
            pub fn fetch_nand(&self, value: $value, order: Ordering) -> $value {
                self.access(Access::Update, order, |old| !(old & value))
            }
        }
    )* };
}

macro_rules! number {
    ($($name:ident $value:ty,)*) => {
        value!($($name $value,)*);
        $(impl $name {
            /// Adds to the value, wrapping around, and gives the one before.
            #[track_caller]
            pub fn fetch_add(&self, value: $value, order: Ordering) -> $value {
                self.access(Access::Update, order, |old| old.wrapping_add(value))
            }

            /// Subtracts from the value, wrapping around, and gives the one before.
            #[track_caller]
            pub fn fetch_sub(&self, value: $value, order: Ordering) -> $value {
                self.access(Access::Update, order, |old| old.wrapping_sub(value))
            }

            /// Keeps the larger value, and gives the one before.
            #[track_caller]
            pub fn fetch_max(&self, value: $value, order: Ordering) -> $value {
                self.access(Access::Update, order, |old| old.max(value))
            }

            /// Keeps the smaller value, and gives the one before.
            #[track_caller]
            pub fn fetch_min(&self, value: $value, order: Ordering) -> $value {
                self.access(Access::Update, order, |old| old.min(value))
            }
        })*
    };
}

value! { AtomicBool bool, }
number! {
    AtomicI8 i8,
    AtomicI16 i16,
    AtomicI32 i32,
    AtomicI64 i64,
    AtomicIsize isize,
    AtomicU8 u8,
    AtomicU16 u16,
    AtomicU32 u32,
    AtomicU64 u64,
    AtomicUsize usize,
}

impl AtomicBool {
    /// Turns the value over, in one step, and gives the one before.
    #[track_caller]
    pub fn fetch_not(&self, order: Ordering) -> bool {
        self.access(Access::Update, order, |old| !old)
    }
}

/// A pointer that threads share.
pub struct AtomicPtr<T>(Fresh<Shared<*mut T>>);

// SAFETY: as in std. The pointer itself is read and written in single steps; what it points to is the
// program's business.
unsafe impl<T> Sync for AtomicPtr<T> {}
// SAFETY: as above.
unsafe impl<T> Send for AtomicPtr<T> {}

// An address is another in every run: what it points to is not known, only whether it does.
atomic!([T] AtomicPtr, *mut T, |pointer: *mut T| {
    if pointer.is_null() { "null" } else { "a pointer" }.to_string()
});

impl<T> Default for AtomicPtr<T> {
    #[track_caller]
    fn default() -> Self {
        Self::new(::std::ptr::null_mut())
    }
}
