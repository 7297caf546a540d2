//! Two lessons that show the same program right and wrong: their difference is the lesson.

use std::fs;
use std::path::Path;

/// The most lines that one of two such programs may have and the other not.
const MOST: usize = 12;

/// Compares the Rust programs of two lessons, then their Python programs.
///
/// # Panics
///
/// When one has more than a dozen lines that the other has not.
pub fn differ_little(lesson: &Path, other: &str) {
    let name = lesson.file_name().unwrap().to_str().unwrap();
    let other_lesson = lesson.with_file_name(other);
    for (one, two) in [
        ("src/main.rs".to_owned(), "src/main.rs".to_owned()),
        (format!("{name}.py"), format!("{other}.py")),
    ] {
        let (one, two) = (lesson.join(one), other_lesson.join(two));
        let read = |path: &Path| {
            fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
        };
        let differing = differing_lines(&read(&one), &read(&two));
        assert!(
            differing <= MOST,
            "{} and {} differ in {differing} lines",
            one.display(),
            two.display()
        );
    }
}

/// The lines that the longer text has and that the other one has not, in that order.
fn differing_lines(one: &str, two: &str) -> usize {
    let two: Vec<&str> = two.lines().collect();
    // For each start of `two`: the most lines that it and the lines of `one` so far have in common.
    let mut common = vec![0; two.len() + 1];
    for line in one.lines() {
        let mut diagonal = 0;
        for (position, other) in two.iter().enumerate() {
            let without = common[position + 1].max(common[position]);
            let with = diagonal + usize::from(line == *other);
            diagonal = common[position + 1];
            common[position + 1] = without.max(with);
        }
    }
    one.lines().count().max(two.len()) - common[two.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_texts_do_not_differ() {
        assert_eq!(differing_lines("a\nb\nc", "a\nb\nc"), 0);
    }

    #[test]
    fn changed_and_added_lines_count() {
        assert_eq!(differing_lines("a\nb\nc", "a\nx\nc"), 1);
        assert_eq!(differing_lines("a\nc", "a\nx\nb\nc"), 2);
        assert_eq!(differing_lines("a\nb\nc\nd", "d"), 3);
    }

    #[test]
    fn the_order_of_the_lines_counts() {
        assert_eq!(differing_lines("a\nb", "b\na"), 1);
    }
}
