//! The programs of each lesson stand beside each other, as both books show them.

use std::collections::BTreeSet;

use book::beside::{self, Beside};
use book::comments::{Language, Translations};

/// Both programs of each lesson, with their comments in English and in Chinese.
fn programs() -> Vec<(String, String, String)> {
    let chinese = Translations::chinese().unwrap();
    let mut programs = Vec::new();
    for lesson in course::lessons() {
        let folder = format!("crates/lessons/{lesson}");
        let python = book::read(&format!("{folder}/{lesson}.py")).unwrap();
        let rust = book::read(&format!("{folder}/src/main.rs")).unwrap();
        let translated = (
            chinese.program(&python, Language::Python).unwrap(),
            chinese.program(&rust, Language::Rust).unwrap(),
        );
        programs.push((format!("{lesson}, en"), python, rust));
        programs.push((format!("{lesson}, zh"), translated.0, translated.1));
    }
    programs
}

#[test]
fn each_line_has_a_row_of_its_own() {
    for (lesson, python, rust) in programs() {
        let placed = Beside::of(&python, &rust);
        for (program, rows) in [(&python, &placed.python), (&rust, &placed.rust)] {
            assert_eq!(program.lines().count(), rows.len(), "{lesson}");
            let different: BTreeSet<&usize> = rows.iter().collect();
            assert_eq!(different.len(), rows.len(), "{lesson}: two lines in one row");
            assert!(!different.contains(&0), "{lesson}: a line without a row");
        }
        assert!(placed.python.is_sorted(), "{lesson}: Python's order is the file's");
        for row in &placed.pairs {
            assert!(placed.python.contains(row) && placed.rust.contains(row), "{lesson}: {row}");
        }
    }
}

/// The lines where a function begins, by its name, with their rows.
fn functions<'a>(program: &'a str, rows: &[usize], word: &str) -> Vec<(&'a str, usize)> {
    let begins = |line: &'a str| {
        let name = line.trim_start().strip_prefix(word)?;
        name.split(|c: char| !c.is_alphanumeric() && c != '_').next()
    };
    let found = program.lines().zip(rows).filter_map(|(line, row)| Some((begins(line)?, *row)));
    found.collect()
}

#[test]
fn functions_of_one_name_begin_at_the_same_height() {
    let mut compared = 0;
    for (lesson, python, rust) in programs() {
        let placed = Beside::of(&python, &rust);
        let of_rust = functions(&rust, &placed.rust, "fn ");
        for (name, row) in functions(&python, &placed.python, "def ") {
            let same: Vec<_> = of_rust.iter().filter(|(other, _)| *other == name).collect();
            if same.is_empty() {
                continue;
            }
            assert!(same.iter().any(|(_, other)| *other == row), "{lesson}: {name}");
            compared += 1;
        }
    }
    assert!(compared > 80, "{compared}");
}

#[test]
fn many_lines_have_a_partner() {
    for (lesson, python, rust) in programs() {
        let pairs = Beside::of(&python, &rust).pairs.len();
        let lines = python.lines().filter(|line| !line.trim().is_empty()).count();
        assert!(3 * pairs > lines, "{lesson}: {pairs} of {lines} lines");
    }
}

#[test]
fn every_page_of_a_lesson_has_both_programs_in_a_box() {
    for language in ["en", "zh"] {
        for lesson in course::lessons() {
            let page = book::read(&format!("docs/{language}/src/{lesson}.md")).unwrap();
            assert!(beside::page(&page).contains("<div class=\"programs\""), "{language} {lesson}");
        }
    }
}
