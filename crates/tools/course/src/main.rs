//! What `cargo run` without a name shows: the lessons, and how to run one.

use std::fs;

use course::{Kind, listed, source};

fn main() {
    println!("Processes and threads: from Python to Rust  进程与线程：从 Python 到 Rust");
    println!("`cargo run -p NAME` runs a lesson. `cargo run -p NAME` 运行一课。");
    for kind in Kind::ALL {
        println!("\n{}", heading(kind));
        for lesson in listed().into_iter().filter(|lesson| lesson.kind == kind) {
            println!("  {:24}{}", lesson.name, shows(&lesson.name));
        }
    }
    println!(
        "\nThe program: crates/lessons/NAME/src/main.rs, the same in Python: NAME/NAME.py beside src."
    );
    println!("Read README.md, or README.zh.md in Chinese. 请看 README.zh.md。");
}

fn heading(kind: Kind) -> &'static str {
    match kind {
        Kind::Process => "Processes  进程",
        Kind::Thread => "Threads  线程",
        Kind::Measured => "Measured for yourself  自己测一测",
    }
}

/// What a lesson shows: the first line of its program says it.
fn shows(lesson: &str) -> String {
    let source = fs::read_to_string(source(lesson)).unwrap_or_default();
    source.lines().next().unwrap_or_default().trim_start_matches("// ").to_owned()
}
