//! The list of translated comments is complete, and nothing in it is left over.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use book::comments::{Language, Translations, comments};

/// The files in a folder and below it.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

/// The programs that pages show.
fn programs() -> Vec<PathBuf> {
    let mut shown = Vec::new();
    for page in files(&course::root().join("docs/zh/src")) {
        let text = fs::read_to_string(&page).unwrap();
        let included = text.split("{{#include ").skip(1).filter_map(|part| part.split('}').next());
        let programs = included.filter(|file| file.ends_with(".rs") || file.ends_with(".py"));
        shown.extend(programs.map(|file| page.parent().unwrap().join(file)));
    }
    assert!(shown.len() > 60, "each lesson has two programs");
    shown
}

#[test]
fn every_comment_that_the_chinese_book_shows_has_a_translation() {
    let translations = Translations::chinese().unwrap();
    let known: BTreeSet<&str> = translations.english().collect();
    let mut used = BTreeSet::new();
    let mut missing = Vec::new();
    for file in programs() {
        let program = fs::read_to_string(&file).unwrap();
        for comment in comments(&program, Language::of(&file.to_string_lossy())) {
            if !known.contains(comment.as_str()) {
                missing.push(format!("{}: {comment}", file.display()));
            }
            used.insert(comment);
        }
    }
    assert!(missing.is_empty(), "without a translation:\n{}", missing.join("\n"));
    let left_over: Vec<&&str> = known.iter().filter(|comment| !used.contains(**comment)).collect();
    assert!(left_over.is_empty(), "no program has these comments: {left_over:#?}");
}
