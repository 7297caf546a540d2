//! The thread lessons: what their programs in Rust and in Python can come to is the same, or differs in
//! what is named here.

use std::collections::BTreeSet;

use schedules::answer::Question;
use schedules::both::{Both, Compared, How};
use schedules::lessons::LESSONS;
use schedules::search::Ending;
use schedules::world::End;
use schedules::worlds::python::twins;

fn question() -> Question {
    Question { seconds: 600.0, ..Question::default() }
}

fn how(one_step_additions: bool) -> How {
    How { one_step_additions, interpreter: super::interpreter(), ..How::default() }
}

fn returned(output: &str) -> Ending {
    Ending { output: output.to_string(), end: End::Returned, uncaught: vec![] }
}

/// The endings that only the Python program has.
fn more_in_python(lesson: &str) -> BTreeSet<Ending> {
    match lesson {
        // `balance += n` reads and writes: what the other thread takes out between the two is lost, so
        // that one's own sum, -5 + 8 or -8 + 5, is all that is left.
        "change_it_no_lock" => {
            ["balance = -3\n", "balance = 3\n"].map(returned).into_iter().collect()
        }
        // `count += 1` reads and writes: a thread can put the count back, and both print once more.
        "ping_pong_threads" => &ping_pong(false) - &ping_pong(true),
        _ => BTreeSet::new(),
    }
}

/// What one of the two threads of ping_pong_threads is about to do.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum At {
    Look,
    Print,
    Add,
    Write(u32),
    Tell,
    Over,
}

/// All that ping_pong_threads can print up to 2, counted out without any search of this crate: the steps
/// of the loop stand here once more, and all their orders are tried.
fn ping_pong(one_step: bool) -> BTreeSet<Ending> {
    type State = ([(At, u32); 2], u32, String);
    let mut open: Vec<State> = vec![([(At::Look, 0); 2], 0, String::new())];
    let mut seen: BTreeSet<State> = open.iter().cloned().collect();
    let mut outputs = BTreeSet::new();
    while let Some(state) = open.pop() {
        if state.0.iter().all(|(at, _)| *at == At::Over) {
            outputs.insert(returned(&state.2));
        }
        for (me, word) in ["ping", "pong"].into_iter().enumerate() {
            let (mut threads, mut count, mut output) = state.clone();
            let (at, printed) = &mut threads[me];
            *at = match *at {
                At::Look if count < 2 => At::Print,
                At::Look => At::Tell,
                At::Print => {
                    output.push_str(word);
                    At::Add
                }
                At::Add if one_step => {
                    count += 1;
                    *printed += 1;
                    At::Look
                }
                At::Add => At::Write(count + 1),
                At::Write(sum) => {
                    count = sum;
                    *printed += 1;
                    At::Look
                }
                At::Tell => {
                    output.push_str(&format!("\n{word}打印了{printed}次\n\n"));
                    At::Over
                }
                At::Over => continue,
            };
            let next = (threads, count, output);
            if seen.insert(next.clone()) {
                open.push(next);
            }
        }
    }
    outputs
}

#[test]
#[ignore = "needs python3"]
fn every_lesson_comes_to_the_same_in_both_languages() {
    let mut wrong = Vec::new();
    for lesson in &LESSONS {
        let both = Both::search(lesson.name, &question(), &how(false)).unwrap();
        let (rust, python) = both.difference();
        let (runs, findings) = (both.python.findings.runs, both.python.findings.endings.len());
        println!(
            "{}: Rust {:?} schedules, {} endings; Python {:?} schedules in {runs} runs, {findings} endings",
            lesson.name,
            both.rust.findings.schedules,
            both.rust.findings.endings.len(),
            both.python.findings.schedules,
        );
        let explained = twins::why_they_differ(lesson.name, false).is_some();
        assert_eq!(explained, both.compared() != Compared::Equal, "{}", lesson.name);
        if !both.complete() {
            wrong.push(format!("{}: not complete", lesson.name));
        }
        let more = more_in_python(lesson.name);
        if !rust.is_empty() || python != more.iter().collect() {
            wrong.push(format!(
                "{}: only in Rust {rust:#?}, only in Python {python:#?}",
                lesson.name
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The other lesson that differs is counted out as well, so that the set of neither rests on the search
/// alone.
#[test]
#[ignore = "needs python3"]
fn ping_pong_comes_to_what_can_be_counted_out() {
    let both = Both::search("ping_pong_threads", &question(), &how(false)).unwrap();
    let rust: BTreeSet<_> = both.rust.findings.endings.keys().cloned().collect();
    let python: BTreeSet<_> = both.python.findings.endings.keys().cloned().collect();
    assert_eq!(rust, ping_pong(true));
    assert_eq!(python, ping_pong(false));
}

#[test]
#[ignore = "needs python3"]
fn with_additions_in_one_step_none_differs() {
    for lesson in &LESSONS {
        let both = Both::search(lesson.name, &question(), &how(true)).unwrap();
        assert!(both.complete(), "{}", lesson.name);
        assert_eq!(both.compared(), Compared::Equal, "{}: {:#?}", lesson.name, both.difference());
    }
}
