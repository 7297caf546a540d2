//! What a student reads: stories that fit on a page.

use schedules::lessons::{LESSONS, find};
use schedules::{every_schedule, follow, story};
use unicode_width::UnicodeWidthStr;

#[test]
fn the_loss_of_a_deposit_is_told_in_the_lines_of_the_lesson() {
    let program = &find("bank_no_lock").unwrap().small;
    let search = every_schedule(program);
    let lost = search.endings.iter().find(|(ending, _)| ending.output.contains("1 元"));
    let (_, found) = lost.expect("a deposit is lost in some schedule");
    let told = story(program.source, &follow(program, &found.choices));
    let expected = include_str!("lost_deposit.txt").replace("\r\n", "\n");
    assert_eq!(told, expected, "\n{told}");
}

#[test]
fn every_story_fits_in_100_columns() {
    for lesson in &LESSONS {
        for found in every_schedule(&lesson.small).endings.values() {
            let told = story(lesson.small.source, &follow(&lesson.small, &found.choices));
            for line in told.lines() {
                assert!(line.width() <= 100, "{}: {line}", lesson.name);
            }
        }
    }
}

#[test]
fn more_threads_than_fit_side_by_side_are_told_by_name() {
    let program = &find("thread_order").unwrap().whole;
    let search = schedules::some_schedules(program, 0, 1);
    let found = search.endings.values().next().expect("the schedule has an end");
    let told = story(program.source, &follow(program, &found.choices));
    assert!(told.starts_with("main\n 14 "), "{told}");
    for thread in 1..=5 {
        assert!(told.contains(&format!("\nThread-{thread}\n 24 ")), "{told}");
        assert!(told.contains(&format!("→ prints Thread-{thread}\n")), "{told}");
    }
}
