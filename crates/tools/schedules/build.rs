//! Writes each lesson's source with its numbers made smaller, so that all its schedules can be tried.

use std::path::Path;
use std::{env, fs};

/// A lesson, and what its small source says instead of what it says.
const SMALLER: [(&str, &[(&str, &str)]); 12] = [
    ("bank_deadlock", &[("THREADS: i64 = 10", "THREADS: i64 = 2")]),
    (
        "bank_deposit",
        &[
            ("DEPOSITS: usize = 100", "DEPOSITS: usize = 2"),
            // Twice as much as there is, as in the lesson.
            (
                "account.transfer_to(&savings, 60) && !account.transfer_to(&savings, 60)",
                "account.transfer_to(&savings, 2) && !account.transfer_to(&savings, 2)",
            ),
        ],
    ),
    ("bank_lock", &[("DEPOSITS: i64 = 100", "DEPOSITS: i64 = 2")]),
    ("bank_no_lock", &[("DEPOSITS: i64 = 100", "DEPOSITS: i64 = 2")]),
    ("bank_transfer", &[("THREADS: i64 = 10", "THREADS: i64 = 2")]),
    ("change_it", &[("ROUNDS: usize = 100", "ROUNDS: usize = 1")]),
    ("change_it_no_lock", &[("ROUNDS: usize = 100", "ROUNDS: usize = 1")]),
    ("lost_updates", &[("ROUNDS: u32 = 1_000_000", "ROUNDS: u32 = 3")]),
    ("ping_pong_threads", &[("LIMIT: u32 = 100", "LIMIT: u32 = 2")]),
    (
        "print_thread",
        &[(r#""Ping", 10_000"#, r#""Ping", 2"#), (r#""pong", 20_000"#, r#""pong", 4"#)],
    ),
    ("shared_counter", &[("ROUNDS: u32 = 1_000_000", "ROUNDS: u32 = 2")]),
    ("thread_order", &[("THREADS: u32 = 5", "THREADS: u32 = 3")]),
];

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if env::var_os("CARGO_FEATURE_COMMAND").is_none() {
        return;
    }
    let out = env::var("OUT_DIR").expect("cargo sets OUT_DIR");
    for (lesson, changes) in SMALLER {
        let path = format!("../../lessons/{lesson}/src/main.rs");
        println!("cargo::rerun-if-changed={path}");
        let mut source =
            fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
        for (from, to) in changes {
            let times = source.matches(from).count();
            assert!(
                times == 1,
                "{path}: `{from}` stands there {times} times and not once. \
                 Say in crates/tools/schedules/build.rs which number is to be made smaller."
            );
            source = source.replace(from, to);
        }
        fs::write(Path::new(&out).join(format!("{lesson}.rs")), source)
            .unwrap_or_else(|error| panic!("the small source of {lesson}: {error}"));
    }
}
