//! Which numbers of the thread lessons are made smaller, so that all schedules can be tried: one list for
//! both languages. The build script writes the small programs in Rust by it, and `worlds::python::twins`
//! those in Python.

/// The two programs of a lesson.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Twin {
    /// `main.rs`.
    #[allow(dead_code, reason = "the library has no use for it, which the build script has")]
    Rust,
    /// `NAME.py`.
    #[allow(dead_code, reason = "the build script has no use for it, which the library has")]
    Python,
}

/// A place in a lesson's source, and the number in it.
pub struct Change {
    /// How the place reads in Rust, with `#` where the number stands.
    rust: &'static str,
    /// The same in Python.
    python: &'static str,
    /// The number in the lesson.
    whole: &'static str,
    /// The number in the small program.
    small: &'static str,
}

const fn change(
    rust: &'static str,
    python: &'static str,
    whole: &'static str,
    small: &'static str,
) -> Change {
    Change { rust, python, whole, small }
}

/// Each lesson that is searched, and what is made smaller in it.
pub const SMALLER: [(&str, &[Change]); 12] = [
    ("bank_deadlock", &[change("THREADS: i64 = #", "THREADS = #", "10", "2")]),
    (
        "bank_deposit",
        &[
            change("DEPOSITS: usize = #", "DEPOSITS = #", "100", "2"),
            // Twice as much as there is, as in the lesson.
            change(
                "account.transfer_to(&savings, #) && !account.transfer_to(&savings, #)",
                "account.transfer_to(savings, #) and not account.transfer_to(savings, #)",
                "60",
                "2",
            ),
        ],
    ),
    ("bank_lock", &[change("DEPOSITS: i64 = #", "DEPOSITS = #", "100", "2")]),
    ("bank_no_lock", &[change("DEPOSITS: i64 = #", "DEPOSITS = #", "100", "2")]),
    ("bank_transfer", &[change("THREADS: i64 = #", "THREADS = #", "10", "2")]),
    ("change_it", &[change("ROUNDS: usize = #", "ROUNDS = #", "100", "1")]),
    ("change_it_no_lock", &[change("ROUNDS: usize = #", "ROUNDS = #", "100", "1")]),
    ("lost_updates", &[change("ROUNDS: u32 = #", "ROUNDS = #", "1_000_000", "3")]),
    ("ping_pong_threads", &[change("LIMIT: u32 = #", "LIMIT = #", "100", "2")]),
    (
        "print_thread",
        &[
            change(r##""Ping", #"##, r##""Ping", #"##, "10_000", "2"),
            change(r##""pong", #"##, r##""pong", #"##, "20_000", "4"),
        ],
    ),
    ("shared_counter", &[change("ROUNDS: u32 = #", "ROUNDS = #", "1_000_000", "2")]),
    ("thread_order", &[change("THREADS: u32 = #", "THREADS = #", "5", "3")]),
];

/// A source with its numbers made smaller.
///
/// # Errors
///
/// When something that is to be made smaller does not stand there once.
pub fn smaller(source: &str, changes: &[Change], twin: Twin) -> Result<String, String> {
    let mut source = source.to_string();
    for Change { rust, python, whole, small } in changes {
        let place = match twin {
            Twin::Rust => rust,
            Twin::Python => python,
        };
        let [from, to] = [whole, small].map(|number| place.replace('#', number));
        let times = source.matches(&from).count();
        if times != 1 {
            return Err(format!(
                "`{from}` stands there {times} times and not once. Say in \
                 crates/tools/schedules/src/smaller.rs which number is to be made smaller"
            ));
        }
        source = source.replace(&from, &to);
    }
    Ok(source)
}
