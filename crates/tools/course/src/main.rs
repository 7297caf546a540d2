//! What `cargo run` without a name shows: the lessons, and how to run one.

use std::fs;

use course::{Kind, listed, source};

fn main() {
    println!("Processes and threads: from Python to Rust\n进程与线程：从 Python 到 Rust\n");
    println!("`cargo run -p NAME` runs a lesson. `cargo run -p NAME` 运行一课。");
    for kind in Kind::ALL {
        println!("\n{}", heading(kind));
        for lesson in listed().into_iter().filter(|lesson| lesson.kind == kind) {
            let mut name = lesson.name.as_str();
            for line in lines(&shows(&lesson.name)) {
                println!("  {name:INDENT$}{line}");
                name = "";
            }
        }
    }
    println!(
        "\nThe program: crates/lessons/NAME/src/main.rs\nIn Python:   crates/lessons/NAME/NAME.py\n"
    );
    println!("Read README.md, or README.zh.md in Chinese. 请看 README.zh.md。");
}

/// The width of the lessons' names.
const INDENT: usize = 24;

/// The width of what a lesson shows: what a terminal of 80 columns has left.
const WIDTH: usize = 80 - 2 - INDENT;

/// A text in lines of at most this width. The room text does this for any language, and would be one more
/// thing to build for a bare `cargo run`.
fn lines(text: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let line = lines.last_mut().expect("there is a first line");
        if line.is_empty() {
            line.push_str(word);
        } else if line.len() + 1 + word.len() <= WIDTH {
            *line += &format!(" {word}");
        } else {
            lines.push(word.to_owned());
        }
    }
    lines
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
