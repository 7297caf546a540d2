//! What the lessons can and cannot do, in all schedules.
//!
//! `all` tries every schedule of a lesson's small program: the lesson's source with the smaller
//! numbers that `build.rs` names. `many` tries 1,000 random schedules of the lesson as it stands.

use std::collections::BTreeSet;

use std::time::Duration;

use schedules::lessons::{Lesson, find};
use schedules::search::{Count, Findings, classes, every, random};
use schedules::world::End;

fn lesson(name: &str) -> &'static Lesson {
    find(name).unwrap_or_else(|| panic!("{name} is not among the lessons"))
}

fn all(name: &str) -> Findings {
    let search = classes::all(&mut &lesson(name).small.program, Duration::MAX);
    assert!(search.complete());
    search
}

fn many(name: &str) -> Findings {
    random::some(&mut &lesson(name).whole.program, 1_000, 0, Duration::MAX)
}

/// The numbers that stand in all that was printed.
fn numbers(output: &str) -> Vec<i64> {
    let numbers = output.split(|c: char| !c.is_ascii_digit() && c != '-');
    numbers.filter_map(|number| number.parse().ok()).collect()
}

fn all_return(search: &Findings) -> bool {
    search.endings.keys().all(|ending| ending.end == End::Returned)
}

/// How many schedules and endings each lesson has, and how many schedules lead to the first endings,
/// the simplest first.
const COUNTS: [(&str, Count, usize, &[Count]); 12] = [
    ("bank_deadlock", 228, 4, &[10, 10, 104, 104]),
    ("bank_deposit", 2, 1, &[2]),
    ("bank_lock", 2, 1, &[2]),
    ("bank_no_lock", 20, 2, &[2, 18]),
    ("bank_transfer", 141, 2, &[37, 104]),
    ("change_it", 2, 1, &[2]),
    ("change_it_no_lock", 70, 5, &[16, 2, 2, 25, 25]),
    ("lost_updates", 924, 5, &[20, 300, 416, 180, 8]),
    ("ping_pong_threads", 1602, 26, &[3, 3, 3, 30, 30]),
    ("print_thread", 35, 15, &[5, 1, 1, 4, 3]),
    ("shared_counter", 6, 1, &[6]),
    ("thread_order", 280, 6, &[106, 57, 54, 15, 33]),
];

#[test]
fn the_lessons_have_these_endings_and_counts_in_classes_as_in_all_schedules() {
    assert_eq!(COUNTS.len(), schedules::lessons::LESSONS.len());
    for (name, schedules, endings, counts) in COUNTS {
        let search = all(name);
        let found = search.by_simplicity();
        let first = found.iter().take(counts.len());
        let first: Vec<_> = first.map(|(_, found)| found.schedules.expect("counted")).collect();
        assert_eq!(search.schedules, Some(schedules), "{name}");
        assert_eq!((found.len(), &first[..]), (endings, counts), "{name}");
        // The counts and the simplest schedules are those of the search that leaves nothing out.
        let whole = every::all(&mut &lesson(name).small.program, Duration::MAX);
        assert_eq!(search.endings, whole.endings, "{name}");
    }
}

#[test]
fn a_locked_account_keeps_every_deposit() {
    assert_eq!(all("bank_lock").outputs(), ["账户余额：2 元\n"]);
    assert_eq!(many("bank_lock").outputs(), ["账户余额：100 元\n"]);
}

#[test]
fn an_account_without_a_lock_can_lose_a_deposit() {
    let search = all("bank_no_lock");
    assert_eq!(search.outputs(), ["账户余额：1 元\n", "账户余额：2 元\n"]);
    // Two threads that read, sleep and write can do so in 20 orders. In 2 of them, one thread reads
    // what the other has written.
    assert_eq!(search.schedules, Some(20));
}

#[test]
fn a_hundred_deposits_without_a_lock_do_not_all_survive_in_1000_random_schedules() {
    for output in many("bank_no_lock").outputs() {
        assert!(numbers(output)[0] < 100, "{output}");
    }
}

#[test]
fn an_account_of_its_own_type_keeps_every_deposit_and_never_transfers_too_much() {
    let search = all("bank_deposit");
    assert_eq!(search.outputs(), ["++++++++ 2\n"]);
    assert!(all_return(&search), "an assertion of the lesson failed");
    let search = many("bank_deposit");
    assert_eq!(search.outputs(), ["++++++++ 100\n"]);
    assert!(all_return(&search), "an assertion of the lesson failed");
}

#[test]
fn transfers_that_lock_in_one_order_never_deadlock_and_keep_the_sum() {
    for (search, sum) in [(all("bank_transfer"), 200), (many("bank_transfer"), 200)] {
        assert!(all_return(&search), "somebody was stuck");
        for output in search.outputs() {
            let last = numbers(output.lines().last().unwrap());
            assert_eq!(last[2], sum, "{output}");
            assert_eq!(last[0] + last[1], sum, "{output}");
        }
    }
}

#[test]
fn transfers_that_lock_in_opposite_orders_can_deadlock() {
    let search = all("bank_deadlock");
    let stuck = search.endings.keys().filter(|ending| ending.end == End::Exited(1));
    let stuck: Vec<_> = stuck.map(|ending| ending.output.as_str()).collect();
    assert_eq!(stuck.len(), 2, "{stuck:?}");
    assert!(stuck.iter().all(|output| output.contains("probably a deadlock")), "{stuck:?}");
    // And they can go well: a program that is right most of the time is not right.
    assert!(search.endings.keys().any(|ending| ending.end == End::Returned));
}

#[test]
fn a_locked_balance_is_left_as_it_was() {
    assert_eq!(all("change_it").outputs(), ["balance = 0\n"]);
    assert_eq!(many("change_it").outputs(), ["balance = 0\n"]);
}

#[test]
fn a_balance_without_a_lock_can_be_left_at_anything_that_one_thread_missed() {
    assert_eq!(
        all("change_it_no_lock").outputs(),
        ["balance = -5\n", "balance = -8\n", "balance = 0\n", "balance = 5\n", "balance = 8\n"]
    );
}

#[test]
fn additions_in_one_step_are_never_lost() {
    assert_eq!(all("shared_counter").outputs(), ["4\n"]);
}

#[test]
fn of_three_additions_in_two_steps_by_each_of_two_threads_all_but_two_can_be_lost() {
    let search = all("lost_updates");
    // 6 steps of one thread among 12: nothing is left out, nothing is tried twice.
    assert_eq!(search.schedules, Some(924));
    let told = (2..=6).map(|n| format!("expected: 6\ncounted: {n}\nlost: {}\n", 6 - n));
    assert_eq!(search.outputs(), told.collect::<Vec<_>>());
}

#[test]
fn ping_and_pong_count_to_the_limit_or_one_further() {
    for (search, limit) in [(all("ping_pong_threads"), 2), (many("ping_pong_threads"), 100)] {
        assert!(all_return(&search));
        let mut sums = BTreeSet::new();
        for output in search.outputs() {
            let counted = numbers(output);
            assert_eq!(counted.len(), 2, "{output}");
            let words = output.matches("ping").count() + output.matches("pong").count();
            // The two lines at the end name the threads.
            let sum = counted[0] + counted[1];
            assert_eq!(words as i64 - 2, sum, "{output}");
            sums.insert(sum);
        }
        assert_eq!(sums, BTreeSet::from([limit, limit + 1]));
    }
}

#[test]
fn words_printed_by_two_threads_are_never_torn() {
    let search = all("print_thread");
    // 2 times Ping among 4 times pong: 15 orders.
    assert_eq!(search.endings.len(), 15);
    for output in search.outputs() {
        assert_eq!(output.matches("Ping").count(), 2, "{output}");
        assert_eq!(output.matches("pong").count(), 4, "{output}");
        assert_eq!(output.len(), 24, "{output}");
    }
}

#[test]
fn threads_may_come_in_any_order() {
    assert_eq!(all("thread_order").endings.len(), 6);
    assert_eq!(many("thread_order").endings.len(), 120);
}
