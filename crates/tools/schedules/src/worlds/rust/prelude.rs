//! What a program uses of std without saying so: the names of the prelude that matter to a schedule.

use ::std::cell::Cell;
use ::std::panic::Location;

/// [`print!`](::std::print), kept with the run instead of shown.
#[cfg(any(feature = "command", test))]
macro_rules! print {
    ($($text:tt)*) => { $crate::worlds::rust::stand_in::io::print(format!($($text)*)) };
}

/// [`println!`](::std::println), kept with the run instead of shown.
#[cfg(any(feature = "command", test))]
macro_rules! println {
    () => { $crate::worlds::rust::stand_in::io::print("\n".to_string()) };
    ($($text:tt)*) => { $crate::worlds::rust::stand_in::io::print(format!($($text)*) + "\n") };
}

#[cfg(any(feature = "command", test))]
pub(crate) use {print, println};

::std::thread_local! {
    static DROPPED_AT: Cell<Option<&'static Location<'static>>> = const { Cell::new(None) };
}

/// [`drop`](::std::mem::drop), with the place of the call known to the value that is dropped.
#[track_caller]
pub fn drop<T>(value: T) {
    DROPPED_AT.set(Some(Location::caller()));
    ::std::mem::drop(value);
    DROPPED_AT.set(None);
}

/// The call of [`drop`](fn@drop) that is under way, for the first value that asks.
pub(crate) fn dropped_at() -> Option<&'static Location<'static>> {
    DROPPED_AT.take()
}
