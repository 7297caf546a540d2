//! The lessons that are searched, by name.

use crate::Lesson;

/// Compiles a lesson's own source against this crate's std.
macro_rules! lesson {
    ($name:ident) => {
        mod $name {
            #[allow(unused_imports)]
            use crate::{
                prelude::{drop, print, println},
                std,
            };

            include!(concat!("../../lessons/", stringify!($name), "/src/main.rs"));

            pub fn run() -> ::std::process::ExitCode {
                ::std::process::Termination::report(main())
            }
        }
    };
}

lesson!(bank_lock);

/// bank lock
pub static BANK_LOCK: Lesson = Lesson::new("bank_lock", include_str!("../../lessons/bank_lock/src/main.rs"), bank_lock::run);
