//! The parts of a chart, on traces made by hand.

use std::collections::BTreeSet;
use std::time::Duration;

use unicode_width::UnicodeWidthStr;

use crate::chart::{Chart, Words, time};
use crate::language::Language;
use crate::terminal::{self, Style};
use crate::trace::{Futex, Lane, More, Outcome, Print, State, Trace, Wait, Wake};
use crate::{json, svg};

fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

fn lane(tid: i32, pid: i32, parent: Option<usize>, birth: u64, death: u64) -> Lane {
    Lane {
        tid,
        pid,
        parent,
        name: None,
        birth: ms(birth),
        death: ms(death),
        waits: Vec::new(),
        prints: Vec::new(),
    }
}

fn wait(state: State, start: u64, end: u64) -> Wait {
    Wait { state, start: ms(start), end: ms(end), more: None }
}

fn print(at: u64, text: &str) -> Print {
    Print { at: ms(at), bytes: text.len(), text: text.to_string() }
}

fn trace(lanes: Vec<Lane>) -> Trace {
    Trace {
        end: lanes.iter().map(|lane| lane.death).max().unwrap(),
        lanes,
        outcome: Outcome::Exited(0),
        cores: 2,
        notes: BTreeSet::new(),
    }
}

fn chart(trace: &Trace) -> Chart<'_> {
    Chart::new(trace, "specimen".to_string(), false, false)
}

fn labels(chart: &Chart<'_>) -> Vec<String> {
    chart.rows.iter().map(|row| row.label.clone()).collect()
}

#[test]
fn threads_stand_under_their_process_and_children_under_their_parent() {
    let mut named = lane(5, 1, Some(0), 3, 90);
    named.name = Some("talker".to_string());
    let trace = trace(vec![
        lane(1, 1, None, 0, 100),
        lane(2, 2, Some(0), 1, 90),
        // Made by a thread of the main process.
        lane(3, 1, Some(0), 2, 90),
        lane(4, 4, Some(2), 3, 90),
        named,
        lane(6, 6, Some(1), 4, 80),
        lane(7, 2, Some(1), 5, 80),
    ]);
    assert_eq!(
        labels(&chart(&trace)),
        [
            "main",
            "thread 1",
            "thread 2 talker",
            "process 1",
            "thread 1",
            "process 1:1",
            "process 2"
        ]
    );
}

#[test]
fn a_number_that_is_used_again_means_the_later_thread() {
    let trace = trace(vec![
        lane(1, 1, None, 0, 100),
        lane(9, 9, Some(0), 1, 20),
        lane(9, 9, Some(0), 30, 60),
        lane(10, 9, Some(2), 40, 50),
    ]);
    assert_eq!(labels(&chart(&trace)), ["main", "process 1", "process 2", "thread 1"]);
}

#[test]
fn a_process_that_became_another_program_says_so() {
    let mut main = lane(1, 1, None, 0, 100);
    main.name = Some("sh".to_string());
    let mut copy = lane(2, 2, Some(0), 1, 90);
    copy.name = Some("sh".to_string());
    let mut other = lane(3, 3, Some(0), 2, 90);
    other.name = Some("sleep".to_string());
    let trace = trace(vec![main, copy, other]);
    assert_eq!(labels(&chart(&trace)), ["main", "process 1", "process 2 sleep"]);
}

#[test]
fn a_lane_is_cut_where_its_state_changes() {
    let mut main = lane(1, 1, None, 0, 100);
    main.waits = vec![wait(State::Sleeping, 0, 40), wait(State::Lock, 60, 100)];
    let trace = trace(vec![main]);
    let chart = chart(&trace);
    let seen: Vec<_> = chart
        .segments(&trace.lanes[0], 10)
        .iter()
        .map(|s| (s.state, s.start, s.end, s.times, s.total))
        .collect();
    assert_eq!(
        seen,
        [
            (State::Sleeping, ms(0), ms(40), 1, ms(40)),
            (State::Running, ms(40), ms(60), 1, ms(20)),
            (State::Lock, ms(60), ms(100), 1, ms(40)),
        ]
    );
}

#[test]
fn many_short_waits_are_one_segment() {
    let mut main = lane(1, 1, None, 0, 1000);
    main.waits = (0..100).map(|n| wait(State::Sleeping, 10 * n, 10 * n + 9)).collect();
    let trace = trace(vec![main]);
    let segments = chart(&trace).segments(&trace.lanes[0], 10);
    assert_eq!(segments.len(), 1);
    assert_eq!(segments[0].state, State::Sleeping);
    assert_eq!(segments[0].times, 100);
    assert_eq!(segments[0].total, ms(900));
}

#[test]
fn a_life_shorter_than_a_column_can_be_seen() {
    let trace = trace(vec![lane(1, 1, None, 0, 10_000), lane(2, 1, Some(0), 5_000, 5_001)]);
    assert_eq!(chart(&trace).segments(&trace.lanes[1], 20).len(), 1);
}

#[test]
fn the_picture_begins_shortly_before_the_story() {
    let trace = trace(vec![lane(1, 1, None, 0, 600), lane(2, 1, Some(0), 100, 600)]);
    assert_eq!(chart(&trace).start, ms(80));
}

#[test]
fn pieces_of_a_line_are_one_word_and_words_apart_are_not() {
    let mut main = lane(1, 1, None, 0, 10_000);
    main.prints = vec![print(0, "done"), print(0, "\n"), print(50, "ping"), print(60, "ping\x1b")];
    let trace = trace(vec![main]);
    let word = |at, text: &str| Words { at: ms(at), text: text.to_string() };
    assert_eq!(
        chart(&trace).words(&trace.lanes[0], 100),
        [word(0, "done"), word(50, "ping"), word(60, "ping\u{fffd}")]
    );
}

#[test]
fn pieces_of_a_line_are_one_word_on_a_slow_machine_too() {
    let mut main = lane(1, 1, None, 0, 10_000);
    main.prints = vec![print(10, "job"), print(50, " "), print(90, "1\n"), print(130, "job 2\n")];
    main.waits = vec![wait(State::Ready, 0, 9), wait(State::Ready, 10, 50)];
    main.waits.extend([wait(State::Held, 50, 90), wait(State::Sleeping, 90, 130)]);
    let trace = trace(vec![main]);
    let texts: Vec<String> =
        chart(&trace).words(&trace.lanes[0], 100).into_iter().map(|word| word.text).collect();
    assert_eq!(texts, ["job 1", "job 2"]);
}

#[test]
fn the_end_of_a_scope_is_a_wait_for_threads_and_a_message_is_not() {
    let woken = |by, at| {
        let mut wait = wait(State::Wakeup, 10, at);
        let woken = Some(Wake { by, at: ms(at) });
        wait.more = Some(Box::new(More { woken, ..More::default() }));
        wait
    };
    let mut main = lane(1, 1, None, 0, 500);
    main.waits = vec![woken(1, 100), woken(2, 200), woken(3, 300), woken(4, 400)];
    let mut sends_and_sleeps = lane(3, 1, Some(0), 1, 450);
    sends_and_sleeps.waits = vec![wait(State::Sleeping, 250, 450)];
    let mut no_core_to_end = lane(5, 1, Some(0), 1, 490);
    no_core_to_end.waits = vec![wait(State::Ready, 390, 450), wait(State::Held, 451, 489)];
    let mut trace = trace(vec![
        main,
        lane(2, 1, Some(0), 1, 101),
        sends_and_sleeps,
        // Lives on after its message.
        lane(4, 1, Some(0), 1, 400),
        no_core_to_end,
    ]);
    trace.correct();
    let states: Vec<_> = trace.lanes[0].waits.iter().map(|wait| wait.state).collect();
    let expected = [State::ThreadEnd, State::Wakeup, State::Wakeup, State::ThreadEnd];
    assert_eq!(states, expected);
}

#[test]
fn a_condition_that_counted_to_the_value_of_a_lock_is_still_a_condition() {
    let at = |address, state, start| {
        let mut wait = wait(state, start, start + 10);
        let futex = Some(Futex { pid: 1, address });
        wait.more = Some(Box::new(More { futex, ..More::default() }));
        wait
    };
    let mut main = lane(1, 1, None, 0, 100);
    main.waits = vec![at(8, State::Wakeup, 0), at(8, State::Lock, 20), at(16, State::Lock, 40)];
    let mut trace = trace(vec![main]);
    trace.correct();
    let states: Vec<_> = trace.lanes[0].waits.iter().map(|wait| wait.state).collect();
    assert_eq!(states, [State::Wakeup, State::Wakeup, State::Lock]);
}

#[test]
fn the_terminal_shows_a_lane_in_each_line() {
    let mut main = lane(1, 1, None, 0, 100);
    main.waits = vec![wait(State::ThreadEnd, 0, 100)];
    main.prints = vec![print(0, "start\n"), print(100, "余额\n")];
    let mut thread = lane(2, 1, Some(0), 0, 50);
    thread.waits = vec![wait(State::Lock, 0, 25), wait(State::Sleeping, 25, 50)];
    let trace = trace(vec![main, thread]);
    let style = Style { width: 32, color: false, every_lane: false, language: Language::En };
    assert_eq!(
        terminal::draw(&chart(&trace), &style),
        "specimen
1 process · 2 threads · 100 ms
exit code 0
main       ····················
           start           余额
  thread 1 ×××××░░░░░
           └0        └50 ms
░ sleeping
× waiting for a lock
· waiting for a thread to end
"
    );
}

#[test]
fn what_a_program_prints_cannot_break_the_pictures() {
    let mut main = lane(1, 1, None, 0, 100);
    main.name = Some("</text>".to_string());
    main.prints = vec![print(50, "</svg> & \"quotes\" \u{1} \u{ffff} ]]>\n")];
    let trace = trace(vec![main]);
    let chart = Chart::new(&trace, "<script> & co".to_string(), false, false);
    let picture = svg::draw(&chart, Language::En, false);
    let document = roxmltree::Document::parse(&picture).unwrap();
    let mut texts = document.descendants().filter_map(|node| node.text());
    assert!(texts.any(|text| text.starts_with("</svg> & \"quotes\"")));
    let events: serde_json::Value = serde_json::from_str(&json::draw(&chart)).unwrap();
    assert_eq!(events["otherData"]["title"], "<script> & co");
}

#[test]
fn times_have_about_three_digits() {
    let written: Vec<_> = [0, 7, 999_600, 1_234_000, 12_340_000, 999_600_000, 61_000_000_000]
        .map(|nanos| time(Duration::from_nanos(nanos)))
        .into();
    assert_eq!(written, ["0", "0 µs", "1 ms", "1.23 ms", "12.3 ms", "1 s", "61 s"]);
}

#[test]
fn exit_codes_are_those_of_shells() {
    let codes = [Outcome::Exited(7), Outcome::Killed(9), Outcome::AtLimit, Outcome::OnRequest(2)];
    assert_eq!(codes.map(Outcome::exit_code), [7, 137, 124, 130]);
}

#[test]
fn a_narrow_terminal_is_not_overrun() {
    let mut main = lane(1, 1, None, 0, 100);
    main.waits = vec![wait(State::ThreadEnd, 0, 50), wait(State::Interpreter, 50, 90)];
    main.prints = vec![print(0, "a long line that is said at the start\n")];
    let mut named = lane(2, 1, Some(0), 0, 50);
    named.name = Some("a-long-name-too".to_string());
    let trace = trace(vec![main, named]);
    for width in [20, 30, 80] {
        let style = Style { width, color: false, every_lane: false, language: Language::En };
        let text = terminal::draw(&chart(&trace), &style);
        for line in text.lines().filter(|line| !line.contains("waiting for")) {
            assert!(line.width() <= width, "{width}: {line:?}");
        }
    }
}

#[test]
fn what_is_coarse_has_the_same_totals() {
    let mut main = lane(1, 1, None, 0, 1000);
    let states = [State::Lock, State::Input, State::Ready];
    main.waits = (0..250).map(|n| wait(states[n as usize % 3], 4 * n, 4 * n + 1 + n % 3)).collect();
    let exact = main.totals();
    main.coarsen(ms(20));
    assert!(main.waits.len() < 160, "{}", main.waits.len());
    assert!(main.waits.windows(2).all(|pair| pair[0].end <= pair[1].start));
    assert_eq!(main.totals(), exact);
}
