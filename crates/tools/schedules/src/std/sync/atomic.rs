//! [`std::sync::atomic`], with accesses that come in the order that the scheduler
//! chooses. All of them are sequentially consistent, whatever ordering is asked for.

pub use ::std::sync::atomic::Ordering;

use ::std::fmt;

use crate::run;
use crate::std::fresh::Fresh;
use crate::step::Action;

/// Writes an atomic type with what all of them can do.
macro_rules! atomic {
    ($name:ident, $value:ty) => {
        #[doc = concat!("A `", stringify!($value), "` that threads share.")]
        pub struct $name(Fresh<$value>);

        impl $name {
            /// An atomic with this value.
            pub const fn new(value: $value) -> Self {
                Self(Fresh::new(value))
            }

            /// Replaces the value by what `change` makes of it, in one step, and gives the old one.
            #[track_caller]
            fn access(&self, change: impl FnOnce($value) -> $value, what: Access) -> $value {
                run::step(Action::Access);
                let (old, new) = self.0.with(|value| {
                    let old = *value;
                    *value = change(old);
                    (old, *value)
                });
                run::note(|| match what {
                    Access::Read => format!("reads {old}"),
                    Access::Write => format!("writes {new}"),
                    Access::Both => format!("reads {old}, writes {new}"),
                });
                old
            }

            /// Reads the value.
            #[track_caller]
            pub fn load(&self, _: Ordering) -> $value {
                self.access(|old| old, Access::Read)
            }

            /// Writes a value.
            #[track_caller]
            pub fn store(&self, value: $value, _: Ordering) {
                self.access(|_| value, Access::Write);
            }

            /// Writes a value and gives the one before.
            #[track_caller]
            pub fn swap(&self, value: $value, _: Ordering) -> $value {
                self.access(|_| value, Access::Both)
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
                _: Ordering,
                _: Ordering,
            ) -> Result<$value, $value> {
                let old = self.access(|old| if old == current { new } else { old }, Access::Both);
                if old == current { Ok(old) } else { Err(old) }
            }

            /// The value, without the atomic.
            pub fn into_inner(self) -> $value {
                self.0.into_inner()
            }
        }

        impl Default for $name {
            fn default() -> Self {
                Self::new(<$value>::default())
            }
        }

        impl From<$value> for $name {
            fn from(value: $value) -> Self {
                Self::new(value)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.with(|value| value.fmt(f))
            }
        }
    };
}

/// Writes an atomic number.
macro_rules! atomic_number {
    ($name:ident, $value:ty) => {
        atomic!($name, $value);

        impl $name {
            /// Adds to the value, wrapping around, and gives the one before.
            #[track_caller]
            pub fn fetch_add(&self, value: $value, _: Ordering) -> $value {
                self.access(|old| old.wrapping_add(value), Access::Both)
            }

            /// Subtracts from the value, wrapping around, and gives the one before.
            #[track_caller]
            pub fn fetch_sub(&self, value: $value, _: Ordering) -> $value {
                self.access(|old| old.wrapping_sub(value), Access::Both)
            }
        }
    };
}

#[derive(Clone, Copy)]
enum Access {
    Read,
    Write,
    Both,
}

atomic!(AtomicBool, bool);
atomic_number!(AtomicI32, i32);
atomic_number!(AtomicI64, i64);
atomic_number!(AtomicIsize, isize);
atomic_number!(AtomicU32, u32);
atomic_number!(AtomicU64, u64);
atomic_number!(AtomicUsize, usize);
