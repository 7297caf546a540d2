//! What holds for all lessons together: each is complete, and each is as simple as it was.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Pairs of which one shows what the other is there for.
const TWINS: [(&str, &str); 4] = [
    ("bank_lock", "bank_no_lock"),
    ("change_it", "change_it_no_lock"),
    ("shared_counter", "lost_updates"),
    ("bank_transfer", "bank_deadlock"),
];

/// What the lessons may depend on beyond the standard library; process lessons on util as well.
const DEPENDENCIES: [(&str, &[&str]); 7] = [
    ("fork_demo", &["nix"]),
    ("fork_globals", &["nix"]),
    ("process_args", &["serde"]),
    ("pool_demo", &["rand"]),
    ("spawn_cost", &["nix", "util"]),
    ("parallel_vs_concurrent", &["num_cpus"]),
    ("too_many_threads", &["num_cpus"]),
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../..")
}

fn read(path: impl AsRef<Path>) -> String {
    let path = root().join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn lesson_file(name: &str, file: &str) -> String {
    read(format!("crates/lessons/{name}/{file}"))
}

/// The lessons of the README's tables, each with the heading above its table.
fn lessons() -> BTreeMap<String, String> {
    let readme = read("README.md");
    let mut heading = "";
    let mut lessons = BTreeMap::new();
    for line in readme.lines() {
        if let Some(text) = line.strip_prefix("### ") {
            heading = text;
        } else if let Some((name, _)) = line.strip_prefix("| `").and_then(|row| row.split_once('`'))
        {
            lessons.insert(name.to_owned(), heading.to_owned());
        }
    }
    lessons
}

#[test]
fn the_readme_lists_all_lessons() {
    let mut folders: Vec<String> = fs::read_dir(root().join("crates/lessons"))
        .unwrap()
        .map(|folder| folder.unwrap().file_name().into_string().unwrap())
        .collect();
    folders.sort();
    assert_eq!(lessons().into_keys().collect::<Vec<_>>(), folders);
}

#[test]
fn every_lesson_has_its_python_twin_and_its_test() {
    for name in lessons().into_keys() {
        assert!(!lesson_file(&name, &format!("{name}.py")).is_empty());
        let test = lesson_file(&name, &format!("tests/{name}.rs"));
        assert!(
            test.contains("pub fn description()") && test.contains("parity::tests!"),
            "{name}'s test"
        );
    }
}

#[test]
fn every_process_lesson_is_hit_by_signals() {
    for (name, heading) in lessons() {
        let test = lesson_file(&name, &format!("tests/{name}.rs"));
        assert_eq!(test.contains("parity::faults!"), heading == "Processes", "{name}'s test");
    }
}

#[test]
fn every_lesson_names_its_notes_and_its_page() {
    for name in lessons().into_keys() {
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
    for name in lessons().into_keys() {
        let lines = lesson_file(&name, "src/main.rs").lines().count();
        assert!(lines <= 60, "{name} has {lines} lines");
    }
}

#[test]
fn every_lesson_can_be_included_in_a_module() {
    for name in lessons().into_keys() {
        let source = lesson_file(&name, "src/main.rs");
        assert!(
            !source.contains("//!") && !source.contains("#!["),
            "{name} has an inner attribute"
        );
    }
}

#[test]
fn lessons_depend_on_nothing_that_they_do_not_teach() {
    for (name, heading) in lessons() {
        let allowed = DEPENDENCIES
            .iter()
            .find(|(lesson, _)| *lesson == name)
            .map_or(&[][..], |(_, allowed)| allowed);
        for dependency in dependencies(&lesson_file(&name, "Cargo.toml")) {
            let util = heading == "Processes" && dependency == "util";
            assert!(
                util || allowed.contains(&dependency.as_str()),
                "{name} depends on {dependency}"
            );
        }
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
            assert!(differ <= 12, "{one} and {other} differ in {differ} lines");
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
