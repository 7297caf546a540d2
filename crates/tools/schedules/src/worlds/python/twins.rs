//! The lessons' programs in Python, with the same numbers made smaller as in Rust, so that the sets of
//! their endings can be held against each other.

use std::fs;

use super::Program;
use crate::lessons;
use crate::smaller::{self, Change, SMALLER, Twin};
use crate::tell::words::{self, Language};

/// The small program in Python of a thread lesson, and which of its lines are others than in the lesson.
/// `None` if there is no such lesson.
///
/// # Errors
///
/// When the lesson's program cannot be read, or does not say any more what is to be made smaller.
pub fn small(lesson: &str, language: Language) -> Option<Result<(Program, String), String>> {
    let (_, changes) = SMALLER.iter().find(|(name, _)| *name == lesson)?;
    Some(made_smaller(lesson, changes, language))
}

fn made_smaller(
    lesson: &str,
    changes: &[Change],
    language: Language,
) -> Result<(Program, String), String> {
    let path = course::twin(lesson);
    let whole = fs::read_to_string(&path).map_err(|error| words::file(language, &path, &error))?;
    let source = smaller::smaller(&whole, changes, Twin::Python)
        .map_err(|error| format!("{}: {error}", path.display()))?;
    let remarks = lessons::changes(language, &whole, &source);
    let program = Program { source: Some(source), language, ..Program::new(path) };
    Ok((program, remarks))
}

/// Lessons whose sets differ, and why. What they differ in is held by a test.
const DIFFERENCES: [(&str, &str, &str); 2] = [
    (
        "change_it_no_lock",
        "Python's `balance += n` reads and writes in two steps, and the other thread may come in between. \
         Rust's `fetch_add` is one step.",
        "Python 的 `balance += n` 先读后写，是两步，另一个线程可以插在中间；Rust 的 `fetch_add` 是一步。",
    ),
    (
        "ping_pong_threads",
        "Python's `count += 1` reads and writes in two steps, so that a count can be lost and a word \
         printed once more. Rust's `fetch_add` is one step.",
        "Python 的 `count += 1` 先读后写，是两步，可能丢掉一次计数而多打印一个词；Rust 的 `fetch_add` 是一步。",
    ),
];

/// Why the sets of a lesson differ, in English or Chinese. With `one_step_additions` none does.
pub fn why_they_differ(lesson: &str, chinese: bool) -> Option<&'static str> {
    let (_, english, in_chinese) = DIFFERENCES.iter().find(|(name, _, _)| *name == lesson)?;
    Some(if chinese { in_chinese } else { english })
}
