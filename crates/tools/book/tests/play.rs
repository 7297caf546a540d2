//! The games in the pages: both books ask the same, and every ending belongs to one answer.

use book::play::{FOLDER, Play, page, plays};
use serde_json::Value;

/// The pages that have a board, and how many of their answers are decoys.
const PAGES: [(&str, usize); 9] = [
    ("bank_deadlock", 2),
    ("bank_lock", 2),
    ("bank_no_lock", 2),
    ("change_it_no_lock", 2),
    ("daemon_vs_join", 2),
    ("lost_updates", 2),
    ("ping_pong_threads", 2),
    ("process_order", 1),
    ("thread_order", 1),
];

fn read(path: &str) -> String {
    book::read(path).unwrap_or_else(|error| panic!("{error}"))
}

fn data(name: &str) -> Value {
    serde_json::from_str(&read(&format!("{FOLDER}/{name}.json"))).unwrap()
}

fn plays_of(language: &str, name: &str) -> Vec<Play> {
    plays(&read(&format!("docs/{language}/src/{name}.md")))
        .unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn every_ending_belongs_to_one_answer() {
    for language in ["en", "zh"] {
        for (name, decoys) in PAGES {
            let plays = plays_of(language, name);
            let [play] = plays.as_slice() else {
                panic!("{language}/{name}: {} games", plays.len())
            };
            assert_eq!(play.data[0], name);
            let endings = play.endings(&data(name)).unwrap_or_else(|error| panic!("{error}"));
            let all: usize = endings.iter().map(Vec::len).sum();
            assert_eq!(all, data(name)["endings"].as_array().unwrap().len(), "{language}/{name}");
            let none = endings.iter().filter(|endings| endings.is_empty()).count();
            assert_eq!(none, decoys, "{language}/{name}");
        }
    }
}

#[test]
fn a_program_in_python_answers_the_same_question() {
    for (name, _) in PAGES {
        for play in plays_of("en", name) {
            for python in play.data.iter().filter(|name| name.ends_with(".py")) {
                let rust = play.endings(&data(name)).unwrap();
                let python = play.endings(&data(python)).unwrap_or_else(|error| panic!("{error}"));
                let decoys = |endings: &[Vec<usize>]| -> Vec<bool> {
                    endings.iter().map(Vec::is_empty).collect()
                };
                assert_eq!(decoys(&rust), decoys(&python), "{name}");
            }
        }
    }
}

#[test]
fn both_books_ask_the_same() {
    for lesson in course::lessons() {
        let [english, chinese] = ["en", "zh"].map(|language| plays_of(language, &lesson));
        let is_listed = PAGES.iter().any(|(name, _)| *name == lesson);
        assert_eq!(!english.is_empty(), is_listed, "{lesson}");
        let asked = |plays: &[Play]| -> Vec<(Vec<String>, Vec<String>)> {
            let patterns =
                |play: &Play| play.answers.iter().map(|answer| answer.pattern.clone()).collect();
            plays.iter().map(|play| (play.data.clone(), patterns(play))).collect()
        };
        assert_eq!(asked(&english), asked(&chinese), "{lesson}");
    }
}

#[test]
fn a_page_has_its_board_before_the_pictures() {
    for language in ["en", "zh"] {
        for (name, _) in PAGES {
            let text = read(&format!("docs/{language}/src/{name}.md"));
            let shown = page(&text, |path| Ok(read(path))).unwrap();
            let board = shown.find("<div class=\"play\"").unwrap();
            let seen = shown.find("{#seen}").unwrap();
            let tried =
                shown.find(if language == "zh" { "## 动手试试" } else { "## Try, in order" });
            assert!(tried.unwrap() < board && board < seen, "{language}/{name}");
            let block = &shown[board..board + shown[board..].find("</div>").unwrap()];
            // A blank line would end the block of HTML.
            assert!(!block.contains("\n\n"), "{language}/{name}");
            assert_eq!(block.matches("<script").count(), block.matches("</script").count());
        }
    }
}
