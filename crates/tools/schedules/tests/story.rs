//! What a student reads: stories that fit on a page.

use std::time::Duration;

use schedules::lessons::{LESSONS, Version, find};
use schedules::search::{Found, classes, follow, random};
use schedules::tell::Reader;
use schedules::tell::source::Sources;
use schedules::tell::story::story;
use schedules::tell::words::Language;
use unicode_width::UnicodeWidthStr;

fn told(reader: impl Into<Reader>, version: &Version, found: &Found) -> String {
    let run = follow(&mut &version.program, &found.schedule).expect("every run can be made again");
    story(reader, &Sources::single(version.source), &run)
}

#[test]
fn the_loss_of_a_deposit_is_told_in_the_lines_of_the_lesson() {
    let small = &find("bank_no_lock").unwrap().small;
    let search = classes::all(&mut &small.program, Duration::MAX);
    let lost = search.endings.iter().find(|(ending, _)| ending.output.contains("1 元"));
    let (_, found) = lost.expect("a deposit is lost in some schedule");
    let told = told(Language::English, small, found);
    let expected = include_str!("lost_deposit.txt").replace("\r\n", "\n");
    assert_eq!(told, expected, "\n{told}");
}

#[test]
fn every_story_fits_into_the_terminal() {
    // One that is wider than a line should be, and one that is narrower than any.
    for (terminal, most) in [(Some(60), 60), (Some(80), 80), (Some(200), 100), (Some(1), 40)] {
        for lesson in &LESSONS {
            let search = classes::all(&mut &lesson.small.program, Duration::MAX);
            for found in search.endings.values() {
                for language in [Language::English, Language::Chinese] {
                    let reader = Reader::new(language, terminal);
                    for line in told(reader, &lesson.small, found).lines() {
                        assert!(line.width() <= most, "{}: {line}", lesson.name);
                    }
                }
            }
        }
    }
}

#[test]
fn a_narrower_story_tells_the_same() {
    // With fewer columns the order of what is told stays that of the steps.
    let words = |told: &str| -> Vec<String> {
        let mut words: Vec<_> = told
            .lines()
            .filter(|line| line.contains('→'))
            // The rest may stand on the next line.
            .map(|line| line.split_whitespace().take(3).collect::<Vec<_>>().join(" "))
            .collect();
        words.dedup();
        words
    };
    let small = &find("bank_no_lock").unwrap().small;
    let search = classes::all(&mut &small.program, Duration::MAX);
    for found in search.endings.values() {
        let at = |columns| told(Reader::new(Language::English, Some(columns)), small, found);
        assert!(at(100).starts_with("main   "), "{}", at(100));
        assert!(at(80).starts_with("main   "), "{}", at(80));
        assert!(at(60).starts_with("main\n 16 scope.spawn("), "{}", at(60));
        assert_eq!(words(&at(60)), words(&at(100)));
        assert_eq!(words(&at(80)), words(&at(100)));
        assert_eq!(at(100), told(Language::English, small, found));
    }
}

#[test]
fn more_threads_than_fit_side_by_side_are_told_by_name() {
    let whole = &find("thread_order").unwrap().whole;
    let search = random::some(&mut &whole.program, 1, 0, Duration::MAX);
    let found = search.endings.values().next().expect("the schedule has an end");
    let told = told(Language::English, whole, found);
    assert!(told.starts_with("main\n 14 "), "{told}");
    for thread in 1..=5 {
        assert!(told.contains(&format!("\nThread-{thread}\n 24 ")), "{told}");
        assert!(told.contains(&format!("→ prints Thread-{thread}\n")), "{told}");
    }
}

#[test]
fn of_a_long_story_the_middle_is_left_out() {
    // A hundred threads, each with several lines.
    let whole = &find("bank_lock").unwrap().whole;
    let search = random::some(&mut &whole.program, 1, 0, Duration::MAX);
    let found = search.endings.values().next().expect("the schedule has an end");
    let told = told(Language::English, whole, found);
    assert!(told.starts_with("main\n"), "{told}");
    assert!(told.ends_with("→ prints 账户余额：100 元\n"), "{told}");
    let marks: Vec<_> = told.lines().filter(|line| line.ends_with(" lines left out …")).collect();
    let [mark] = marks[..] else { panic!("{told}") };
    let left_out: usize = mark.split(' ').nth(1).unwrap().parse().unwrap();
    assert!(left_out > 100, "{mark}");
    assert_eq!(told.lines().count(), 363, "{told}");
}
