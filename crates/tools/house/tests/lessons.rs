//! What holds for all lessons together: each is complete, stands in every list, and is as simple as
//! it was.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use course::{Kind, listed};

/// Pairs of which one shows what the other is there for.
const TWINS: [(&str, &str); 4] = [
    ("bank_lock", "bank_no_lock"),
    ("change_it", "change_it_no_lock"),
    ("shared_counter", "lost_updates"),
    ("bank_transfer", "bank_deadlock"),
];

fn read(path: impl AsRef<Path>) -> String {
    let path = course::root().join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn lesson_file(name: &str, file: &str) -> String {
    read(format!("crates/lessons/{name}/{file}"))
}

/// The README in each language that there is one in.
fn readmes() -> Vec<(&'static str, String)> {
    let there = |name: &&str| course::root().join(name).exists();
    ["README.md", "README.zh.md"].into_iter().filter(there).map(|name| (name, read(name))).collect()
}

#[test]
fn each_readme_lists_all_lessons_under_their_kinds() {
    for (readme, text) in readmes() {
        let tables = text.split("\n### ").skip(1);
        let found: Vec<BTreeSet<&str>> = tables
            .map(|table| {
                let rows = table.lines().filter_map(|line| line.strip_prefix("| `"));
                rows.filter_map(|row| row.split_once('`').map(|(name, _)| name)).collect()
            })
            .collect();
        assert_eq!(found.len(), Kind::ALL.len(), "{readme} has a table for each kind of lesson");
        for (kind, found) in Kind::ALL.into_iter().zip(found) {
            let listed = listed();
            let of_this_kind = listed.iter().filter(|lesson| lesson.kind == kind);
            let expected: BTreeSet<&str> =
                of_this_kind.map(|lesson| lesson.name.as_str()).collect();
            assert_eq!(found, expected, "the {} in {readme}", kind.plural());
        }
        assert!(!text.contains("| – |"), "{readme}: `just samples NAME` fills in the seconds");
    }
}

#[test]
fn each_readme_names_the_notes_of_a_lesson() {
    for (readme, text) in readmes() {
        for lesson in listed() {
            let start = format!("| `{}` |", lesson.name);
            let row = text.lines().find(|line| line.starts_with(&start)).unwrap();
            let notes = row.trim_end_matches(" |").rsplit(" | ").next().unwrap();
            let sections = notes.split([' ', ',', '、']).filter(|word| word.starts_with('N'));
            let found: BTreeSet<&str> = sections.collect();
            let expected: BTreeSet<&str> = lesson.sections.iter().map(String::as_str).collect();
            assert_eq!(found, expected, "{}: the notes in {readme}", lesson.name);
        }
    }
}

#[test]
fn every_lesson_has_its_files() {
    for name in course::lessons() {
        assert!(!lesson_file(&name, &format!("{name}.py")).is_empty());
        let test = lesson_file(&name, &format!("tests/{name}.rs"));
        assert!(test.contains(&format!("runner::tests! {{\n    {name},")), "{name}'s test");
        let described = descriptions::ALL.iter().find(|described| described.lesson == name);
        let described = described.unwrap_or_else(|| panic!("{name} has no says.rs"));
        assert!(!(described.broken)().is_empty(), "{name}: nothing is refused");
    }
}

#[test]
fn no_place_of_a_new_lesson_is_left_to_fill() {
    let mut left = Vec::new();
    for name in course::lessons() {
        for (file, place) in [
            ("src/main.rs".to_owned(), "todo!"),
            (format!("{name}.py"), "NotImplementedError"),
            ("says.rs".to_owned(), "\"what it says\""),
        ] {
            if lesson_file(&name, &file).contains(place) {
                left.push(format!("crates/lessons/{name}/{file}"));
            }
        }
        let steps = format!("docs/try/{name}.txt");
        if fs::read_to_string(course::root().join(&steps))
            .unwrap()
            .contains("- a line of the program")
        {
            left.push(steps);
        }
    }
    assert!(left.is_empty(), "still to be written: {}", left.join(", "));
}

#[test]
fn every_process_lesson_is_hit_by_signals() {
    for lesson in listed() {
        let test = lesson_file(&lesson.name, &format!("tests/{}.rs", lesson.name));
        let is_hit = test.contains("    signals: ");
        assert_eq!(is_hit, lesson.kind == Kind::Process, "{}'s test", lesson.name);
    }
}

#[test]
fn wrong_programs_beside_a_lesson_are_tested() {
    for name in course::lessons() {
        let test = lesson_file(&name, &format!("tests/{name}.rs"));
        let has_wrong_programs = course::folder(&name).join("refused").exists();
        assert_eq!(test.contains("    refused: \"refused\""), has_wrong_programs, "{name}'s test");
    }
}

#[test]
fn every_lesson_names_its_notes_and_its_page() {
    for name in course::lessons() {
        let source = lesson_file(&name, "src/main.rs");
        let mut lines = source.lines();
        assert!(
            lines.next().unwrap().starts_with("// "),
            "{name}: the first line says what it shows"
        );
        let second = lines.next().unwrap();
        assert!(
            second.starts_with("// Notes: ") && second.contains(&format!("Page: {name}.")),
            "{name}: {second}"
        );
    }
}

#[test]
fn no_lesson_is_long() {
    for name in course::lessons() {
        let lines = lesson_file(&name, "src/main.rs").lines().count();
        assert!(lines <= 60, "{name} has {lines} lines");
    }
}

#[test]
fn every_lesson_can_be_included_in_a_module() {
    for name in course::lessons() {
        let source = lesson_file(&name, "src/main.rs");
        assert!(
            !source.contains("//!") && !source.contains("#!["),
            "{name} has an inner attribute"
        );
    }
}

/// Beside util and the standard library, a lesson depends on what the page says to add to an
/// assignment.
#[test]
fn a_lesson_needs_what_a_student_is_told_to_add() {
    let page = read("docs/en/src/assignment.md");
    for lesson in listed() {
        let name = format!("`{}`", lesson.name);
        let rows = page.lines().filter(|line| line.starts_with('|') && line.contains(&name));
        let added: BTreeSet<&str> = rows
            .flat_map(|row| row.split("cargo add ").skip(1))
            .filter_map(|rest| rest.split([' ', '`']).next())
            .collect();
        let needed = dependencies(&lesson_file(&lesson.name, "Cargo.toml"));
        let needed: BTreeSet<&str> =
            needed.iter().map(String::as_str).filter(|needed| *needed != "util").collect();
        assert_eq!(needed, added, "{name}: what it needs, and the page docs/en/src/assignment.md");
    }
}

#[test]
fn a_thread_lesson_needs_the_standard_library_alone() {
    for lesson in listed().into_iter().filter(|lesson| lesson.kind == Kind::Thread) {
        let needed = dependencies(&lesson_file(&lesson.name, "Cargo.toml"));
        assert!(needed.is_empty(), "{} needs {needed:?}", lesson.name);
    }
}

/// The names under `[dependencies]` and `[target.….dependencies]`.
fn dependencies(manifest: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut listed = false;
    for line in manifest.lines() {
        if line.starts_with('[') {
            listed = line == "[dependencies]"
                || (line.starts_with("[target.") && line.ends_with(".dependencies]"));
        } else if let Some((name, _)) =
            line.split_once(['=', '.', ' ']).filter(|_| listed && !line.starts_with('#'))
        {
            names.push(name.to_owned());
        }
    }
    names
}

#[test]
fn util_can_be_copied_out_of_the_repository() {
    let manifest = read("crates/util/Cargo.toml");
    assert!(!manifest.contains("workspace = true"), "it inherits from the workspace");
    assert!(!manifest.contains("path ="), "it depends on its neighbours");
}

#[test]
fn twins_differ_in_what_they_teach_alone() {
    for (one, other) in TWINS {
        for file in ["src/main.rs", "NAME.py"] {
            let [left, right] =
                [one, other].map(|name| lesson_file(name, &file.replace("NAME", name)));
            let (left, right): (Vec<_>, Vec<_>) = (left.lines().collect(), right.lines().collect());
            let same = longest_common(&left, &right);
            let differ = (left.len() - same).max(right.len() - same);
            assert!(differ <= 14, "{one} and {other} differ in {differ} lines");
        }
    }
}

/// How many lines two files have in common, in the same order.
fn longest_common(left: &[&str], right: &[&str]) -> usize {
    let mut row = vec![0; right.len() + 1];
    for line in left {
        let mut diagonal = 0;
        for (column, other) in right.iter().enumerate() {
            let above = row[column + 1];
            row[column + 1] = if line == other { diagonal + 1 } else { above.max(row[column]) };
            diagonal = above;
        }
    }
    row[right.len()]
}
