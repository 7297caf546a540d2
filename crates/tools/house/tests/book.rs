//! Both books have a place for every example and claim of the notes, and say the same of them.
//! What the places are is written down in `docs/course.txt`.

use std::collections::BTreeSet;
use std::fs;

use course::{fields, listed};

const LANGUAGES: [&str; 2] = ["en", "zh"];

/// Pages that are looked up, not read.
const TABLES: [&str; 6] = ["map", "claims", "from_python", "recipes", "trouble", "dependencies"];

/// Two minutes of reading: 230 English words a minute, 350 Chinese characters.
const ENGLISH_WORDS: usize = 460;
const CHINESE_CHARACTERS: usize = 700;

fn read(path: &str) -> String {
    fs::read_to_string(course::root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn page(language: &str, name: &str) -> String {
    read(&format!("docs/{language}/src/{name}.md"))
}

#[derive(Debug, PartialEq, Eq)]
struct Claim {
    section: String,
    python: &'static str,
    rust: &'static str,
    lessons: BTreeSet<String>,
}

fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

fn listed_claims() -> Vec<Claim> {
    let verdict = |word: &str| {
        ["yes", "no", "partly"]
            .into_iter()
            .find(|verdict| *verdict == word)
            .unwrap_or_else(|| panic!("{word:?} is no verdict"))
    };
    fields("claims")
        .iter()
        .map(|row| Claim {
            section: row[0].clone(),
            python: verdict(&row[1]),
            rust: verdict(&row[2]),
            lessons: words(&row[3]).into_iter().collect(),
        })
        .collect()
}

/// The claims of a page: the items of the numbered list under each section's heading.
fn claims_of_page(language: &str) -> Vec<Claim> {
    let mut section = String::new();
    let mut items: Vec<(String, String)> = Vec::new();
    for line in page(language, "claims").lines() {
        if let Some(heading) = line.strip_prefix("## ") {
            section = heading.to_owned();
        } else if line.starts_with(|first: char| first.is_ascii_digit()) {
            items.push((section.clone(), line.to_owned()));
        } else if let (Some((_, item)), true) = (items.last_mut(), line.starts_with("   ")) {
            item.push(' ');
            item.push_str(line.trim());
        }
    }
    items
        .into_iter()
        .map(|(section, item)| Claim {
            section,
            python: verdict(language, &item, "Python"),
            rust: verdict(language, &item, "Rust"),
            lessons: links(&item).into_iter().collect(),
        })
        .collect()
}

fn verdict(language: &str, item: &str, of: &str) -> &'static str {
    let (before, after, words) = match language {
        "zh" => ("：", "。", [("对", "yes"), ("错", "no"), ("不全对", "partly")]),
        _ => (": ", ".", [("yes", "yes"), ("no", "no"), ("partly", "partly")]),
    };
    let found = words.iter().find(|(word, _)| item.contains(&format!("{of}{before}{word}{after}")));
    found.unwrap_or_else(|| panic!("no verdict for {of} in {item}")).1
}

/// The pages that a text links to.
fn links(text: &str) -> Vec<String> {
    text.split("](")
        .skip(1)
        .filter_map(|rest| rest.split_once(".md").map(|(name, _)| name.to_owned()))
        .collect()
}

#[test]
fn the_list_has_every_lesson() {
    let mut names: Vec<String> = listed().into_iter().map(|lesson| lesson.name).collect();
    names.sort();
    assert_eq!(names, course::lessons(), "docs/course.txt");
}

#[test]
fn both_books_have_the_same_pages_in_the_same_order() {
    let [english, chinese] = LANGUAGES.map(|language| links(&page(language, "SUMMARY")));
    assert_eq!(english, chinese);

    let in_summary: BTreeSet<String> = english.iter().cloned().collect();
    assert_eq!(in_summary.len(), english.len(), "a page is listed twice");
    for language in LANGUAGES {
        let folder = course::root().join(format!("docs/{language}/src"));
        let files: BTreeSet<String> = fs::read_dir(folder)
            .unwrap()
            .map(|file| file.unwrap().path())
            // A picture to look into is a page, but none of the book's.
            .filter(|file| file.is_file() && !file.ends_with("SUMMARY.md"))
            .map(|file| file.file_stem().unwrap().to_str().unwrap().to_owned())
            .collect();
        assert_eq!(files, in_summary, "the pages in docs/{language}/src");
    }
}

#[test]
fn lessons_come_in_the_order_of_the_list() {
    let names: Vec<String> = listed().into_iter().map(|lesson| lesson.name).collect();
    let mut pages = links(&page("en", "SUMMARY"));
    pages.retain(|page| names.contains(page));
    assert_eq!(pages, names);
}

#[test]
fn the_map_has_each_lesson_under_its_sections() {
    for language in LANGUAGES {
        let map = page(language, "map");
        for section in ["N0", "N1", "N2", "N3", "N4"] {
            let (_, rest) = map.split_once(&format!("## {section}\n")).unwrap();
            let rows = rest.split("\n## ").next().unwrap();
            let on_the_page: BTreeSet<String> = links(rows).into_iter().collect();
            let expected: BTreeSet<String> = listed()
                .into_iter()
                .filter(|lesson| lesson.sections.iter().any(|at| at == section))
                .map(|lesson| lesson.name)
                .collect();
            assert_eq!(on_the_page, expected, "{section} in docs/{language}/src/map.md");
        }
    }
}

#[test]
fn both_books_judge_every_claim_alike() {
    for language in LANGUAGES {
        let found = claims_of_page(language);
        let expected = listed_claims();
        for (found, expected) in found.iter().zip(&expected) {
            assert_eq!(found, expected, "docs/{language}/src/claims.md");
        }
        assert_eq!(found.len(), expected.len(), "docs/{language}/src/claims.md");
    }
}

#[test]
fn a_lesson_page_takes_its_programs_and_its_output_from_files() {
    for language in LANGUAGES {
        for course::Listed { name, .. } in listed() {
            let page = page(language, &name);
            for file in [
                format!("../../../crates/lessons/{name}/{name}.py"),
                format!("../../../crates/lessons/{name}/src/main.rs"),
                format!("../../samples/{name}.txt"),
            ] {
                assert!(
                    page.contains(&format!("{{{{#include {file}}}}}")),
                    "docs/{language}/src/{name}.md does not include {file}"
                );
            }
            assert!(page.contains(&format!("cargo run -p {name}")), "{name}");
            assert!(
                !page.contains("<!--"),
                "docs/{language}/src/{name}.md has a place that was not filled"
            );
            assert_eq!(
                page.matches("<details>").count(),
                1,
                "docs/{language}/src/{name}.md ends with one question"
            );
        }
    }
}

#[test]
fn the_sample_of_a_lesson_is_such_a_run() {
    for described in descriptions::ALL {
        if let Err(complaint) = house::sample::examine(described.lesson, &(described.description)())
        {
            panic!("{complaint}");
        }
    }
}

#[test]
fn every_story_and_picture_is_shown_in_the_book_of_its_language() {
    for folder in ["stories", "pictures"] {
        for file in fs::read_dir(course::root().join("docs").join(folder)).unwrap() {
            let file = file.unwrap().file_name().into_string().unwrap();
            // A story and a picture are in the language of their page, which their name says.
            let stem = file.rsplit_once('.').unwrap().0;
            let language = stem.rsplit_once('.').map(|(_, language)| language);
            let language = LANGUAGES.into_iter().find(|&one| Some(one) == language);
            let language = language.unwrap_or_else(|| panic!("{file} names no language"));
            let include = format!("{{{{#include ../../{folder}/{file}}}}}");
            let shown = links(&page(language, "SUMMARY"))
                .iter()
                .any(|name| page(language, name).contains(&include));
            assert!(shown, "no page of docs/{language} has {include}");
        }
    }
}

#[test]
fn each_book_shows_the_comparison_with_python() {
    for language in LANGUAGES {
        for kind in ["md", "svg"] {
            let include = format!("{{{{#include ../../compare/{language}.{kind}}}}}");
            assert!(page(language, "costs").contains(&include), "docs/{language}/src/costs.md");
        }
    }
}

#[test]
fn both_books_include_the_same_files() {
    let includes = |language: &str, name: &str| -> BTreeSet<String> {
        let page = page(language, name);
        let files = page.split("{{#include ").skip(1).map(|part| part.split("}}").next().unwrap());
        // A file with words of its own is there in both languages.
        files
            .map(|file| file.replace(&format!("/{language}."), "/LANGUAGE."))
            .map(|file| file.replace(&format!(".{language}."), ".LANGUAGE."))
            .collect()
    };
    for name in links(&page("en", "SUMMARY")) {
        assert_eq!(includes("en", &name), includes("zh", &name), "{name}");
    }
}

#[test]
fn the_books_and_the_readme_give_the_same_commands() {
    let commands = |text: &str| -> Vec<String> {
        text.lines()
            .filter(|line| line.starts_with("$ cargo") || line.starts_with("$ cp"))
            .map(str::to_owned)
            .collect()
    };
    let additions = |text: &str| -> BTreeSet<String> {
        let rows = text.lines().filter(|line| line.contains("| `cargo add"));
        rows.map(str::to_owned).collect()
    };
    let [english, chinese] = LANGUAGES.map(|language| page(language, "assignment"));
    assert_eq!(commands(&english), commands(&chinese));
    assert_eq!(additions(&english), additions(&chinese));

    let readme = commands(&read("README.md"));
    let of_the_page = commands(&english);
    let taking: Vec<_> = readme.iter().filter(|line| line.contains("homework")).collect();
    assert!(!taking.is_empty(), "the README says how to take a lesson");
    for command in taking {
        assert!(of_the_page.contains(command), "only in the README: {command}");
    }
}

#[test]
fn a_page_takes_two_minutes_at_most() {
    for name in links(&page("en", "SUMMARY")) {
        if TABLES.contains(&name.as_str()) {
            continue;
        }
        let words = prose(&page("en", &name)).split_whitespace().count();
        assert!(words <= ENGLISH_WORDS, "docs/en/src/{name}.md: {words} words");

        let characters = prose(&page("zh", &name))
            .chars()
            .filter(|character| ('\u{4e00}'..='\u{9fff}').contains(character))
            .count();
        assert!(characters <= CHINESE_CHARACTERS, "docs/zh/src/{name}.md: {characters} characters");
    }
}

/// A page without its code blocks.
fn prose(page: &str) -> String {
    page.split("```").step_by(2).collect()
}
