//! What a program that is searched has for `std`.
//!
//! A package with `std = { package = "schedules-std", … }` among its dependencies is compiled with
//! `--extern std=…`, and rustc takes that for the prelude, for `std::…` and for the macros. So the
//! program stays as it is.
//!
//! # Layout
//!
//! * everything is `schedules::worlds::rust::stand_in`, but what must be defined here:
//! * the macros that print, and `thread_local!`. They must stand in the prelude modules too, or the real
//!   ones are taken
//! * the prelude of each edition
//! * what the command appends to a program calls `__run`, what `#[test]` makes of one calls `__test`

pub use schedules::worlds::rust::stand_in::*;

#[doc(hidden)]
pub use schedules::program::run as __run;
#[doc(hidden)]
pub use schedules::program::test as __test;

/// Prints to the output that is kept with the run, in one step.
#[macro_export]
macro_rules! print {
    ($($text:tt)*) => { $crate::io::print($crate::format!($($text)*)) };
}

/// Prints a line to the output that is kept with the run, in one step.
#[macro_export]
macro_rules! println {
    () => { $crate::io::print($crate::string::String::from("\n")) };
    ($($text:tt)*) => { $crate::io::print($crate::format!($($text)*) + "\n") };
}

/// Prints to stderr, which is no part of the output: nothing is kept.
#[macro_export]
macro_rules! eprint {
    ($($text:tt)*) => {{ let _ = $crate::format!($($text)*); }};
}

/// Prints a line to stderr, which is no part of the output: nothing is kept.
#[macro_export]
macro_rules! eprintln {
    () => { () };
    ($($text:tt)*) => {{ let _ = $crate::format!($($text)*); }};
}

/// Makes a value for each thread.
#[macro_export]
macro_rules! thread_local {
    () => {};
    ($(#[$attribute:meta])* $visibility:vis static $name:ident : $type:ty = const $init:block
     $(; $($rest:tt)*)?) => {
        $(#[$attribute])*
        $visibility static $name: $crate::thread::LocalKey<$type> =
            $crate::thread::LocalKey::new(|| $init);
        $($crate::thread_local!($($rest)*);)?
    };
    ($(#[$attribute:meta])* $visibility:vis static $name:ident : $type:ty = const $init:expr
     $(; $($rest:tt)*)?) => {
        $(#[$attribute])*
        $visibility static $name: $crate::thread::LocalKey<$type> =
            $crate::thread::LocalKey::new(|| const { $init });
        $($crate::thread_local!($($rest)*);)?
    };
    ($(#[$attribute:meta])* $visibility:vis static $name:ident : $type:ty = $init:expr
     $(; $($rest:tt)*)?) => {
        $(#[$attribute])*
        $visibility static $name: $crate::thread::LocalKey<$type> =
            $crate::thread::LocalKey::new(|| $init);
        $($crate::thread_local!($($rest)*);)?
    };
}

/// The preludes of the editions.
pub mod prelude {
    macro_rules! preludes {
        ($($edition:ident)*) => { $(
            /// The prelude of an edition.
            pub mod $edition {
                pub use ::std::prelude::$edition::*;
                pub use crate::{eprint, eprintln, print, println, thread_local};
                pub use schedules::worlds::rust::prelude::drop;
                pub use schedules_test::test;
            }
        )* };
    }
    preludes!(v1 rust_2015 rust_2018 rust_2021 rust_2024);
}
