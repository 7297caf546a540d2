//! [`std::time`], with clocks that go on only by what a thread sleeps and by a microsecond for each look:
//! so they are the same in every run.

pub use ::std::time::*;

use ::std::ops::{Add, AddAssign, Sub, SubAssign};

use crate::worlds::rust::state;

macro_rules! clock {
    ($name:ident, $what:literal) => {
        #[doc = $what]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Duration);

        impl $name {
            /// The moment that it is for the thread that asks.
            pub fn now() -> Self {
                $name(state::clock())
            }

            /// This moment and so much time, unless it is too late.
            pub fn checked_add(&self, time: Duration) -> Option<Self> {
                self.0.checked_add(time).map($name)
            }

            /// So much time before this moment, unless it is too early.
            pub fn checked_sub(&self, time: Duration) -> Option<Self> {
                self.0.checked_sub(time).map($name)
            }
        }

        impl Add<Duration> for $name {
            type Output = Self;
            fn add(self, time: Duration) -> Self {
                $name(self.0 + time)
            }
        }

        impl AddAssign<Duration> for $name {
            fn add_assign(&mut self, time: Duration) {
                self.0 += time;
            }
        }

        impl Sub<Duration> for $name {
            type Output = Self;
            fn sub(self, time: Duration) -> Self {
                $name(self.0 - time)
            }
        }

        impl SubAssign<Duration> for $name {
            fn sub_assign(&mut self, time: Duration) {
                self.0 -= time;
            }
        }
    };
}

clock!(Instant, "A moment, by a clock that begins with the program.");
clock!(SystemTime, "A moment, by a clock that begins in 2020.");

impl Instant {
    /// How much time has passed since then.
    pub fn elapsed(&self) -> Duration {
        Self::now().duration_since(*self)
    }

    /// How much later this is.
    pub fn duration_since(&self, earlier: Instant) -> Duration {
        self.0.saturating_sub(earlier.0)
    }

    /// How much later this is, if it is.
    pub fn checked_duration_since(&self, earlier: Instant) -> Option<Duration> {
        self.0.checked_sub(earlier.0)
    }

    /// How much later this is, 0 if it is not.
    pub fn saturating_duration_since(&self, earlier: Instant) -> Duration {
        self.duration_since(earlier)
    }
}

impl Sub for Instant {
    type Output = Duration;
    fn sub(self, earlier: Instant) -> Duration {
        self.duration_since(earlier)
    }
}

/// From the first second of 1970 to that of 2020.
const YEARS: Duration = Duration::from_secs(1_577_836_800);

/// The first second of 1970, before which this clock does not go.
pub const UNIX_EPOCH: SystemTime = SystemTime(Duration::ZERO);

impl SystemTime {
    /// The first second of 1970.
    pub const UNIX_EPOCH: SystemTime = UNIX_EPOCH;

    /// How much later this is.
    ///
    /// # Errors
    ///
    /// When it is not later.
    pub fn duration_since(
        &self,
        earlier: SystemTime,
    ) -> ::std::result::Result<Duration, SystemTimeError> {
        // An error of std's own cannot be made but by asking for one.
        let epoch = ::std::time::UNIX_EPOCH;
        let begun = if earlier.0 == Duration::ZERO { YEARS } else { Duration::ZERO };
        (epoch + self.0 + begun).duration_since(epoch + earlier.0)
    }

    /// How much time has passed since then.
    ///
    /// # Errors
    ///
    /// When none has.
    pub fn elapsed(&self) -> ::std::result::Result<Duration, SystemTimeError> {
        Self::now().duration_since(*self)
    }
}
