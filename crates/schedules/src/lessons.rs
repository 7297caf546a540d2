//! The lessons that are searched.

use crate::Program;

/// A lesson, and a smaller program that is the lesson with other numbers in its source.
#[derive(Debug)]
pub struct Lesson {
    /// Its name, which is the package's.
    pub name: &'static str,
    /// The lesson as it stands.
    pub whole: Program,
    /// How many of its schedules can be tried in a few seconds. 0 if a single one takes too long.
    pub sample: usize,
    /// The same source with smaller numbers, so that all its schedules can be tried.
    pub small: Program,
}

impl Lesson {
    /// Says, in lines, which lines of the source are others in the small program. Empty if it is the
    /// lesson as it stands.
    pub fn changes(&self) -> String {
        let lines = self
            .whole
            .source
            .lines()
            .zip(self.small.source.lines())
            .zip(1..);
        let changed = lines.filter(|((whole, small), _)| whole != small);
        let changed = changed
            .map(|((_, small), number)| format!("Line {number} is changed to: {}\n", small.trim()));
        changed.collect()
    }
}

/// Finds a lesson by name.
pub fn find(name: &str) -> Option<&'static Lesson> {
    LESSONS.iter().find(|lesson| lesson.name == name)
}

/// Compiles a source file against this crate's std.
macro_rules! compile {
    ($file:expr) => {
        #[allow(unused_imports)]
        use crate::{
            prelude::{drop, print, println},
            std,
        };

        include!($file);

        pub fn run() -> ::std::process::ExitCode {
            ::std::process::Termination::report(main())
        }

        pub const SOURCE: &str = include_str!($file);
    };
}

macro_rules! lessons {
    ($($name:ident: $sample:literal,)*) => {
        $(mod $name {
            pub mod whole {
                compile!(concat!("../../lessons/", stringify!($name), "/src/main.rs"));
            }
            pub mod small {
                compile!(concat!(env!("OUT_DIR"), "/", stringify!($name), ".rs"));
            }
        })*

        /// All lessons, by name.
        pub static LESSONS: [Lesson; [$(stringify!($name)),*].len()] = [$(Lesson {
            name: stringify!($name),
            whole: Program::new(stringify!($name), $name::whole::SOURCE, $name::whole::run),
            sample: $sample,
            small: Program::new(stringify!($name), $name::small::SOURCE, $name::small::run),
        }),*];
    };
}

lessons! {
    bank_deadlock: 1_000,
    bank_deposit: 1_000,
    bank_lock: 1_000,
    bank_no_lock: 1_000,
    bank_transfer: 1_000,
    change_it: 1_000,
    change_it_no_lock: 1_000,
    lost_updates: 0,
    ping_pong_threads: 1_000,
    print_thread: 0,
    shared_counter: 0,
    thread_order: 1_000,
}
