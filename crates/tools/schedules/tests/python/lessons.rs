//! The thread lessons: what their programs in Rust and in Python can come to is the same, or differs in
//! what is named here.

use schedules::answer::Question;
use schedules::both::Both;
use schedules::lessons::LESSONS;
use schedules::search::Ending;
use schedules::world::End;

fn question() -> Question {
    Question {
        seconds: 600.0,
        switches: None,
        schedules: None,
        seed: 0,
        json: false,
        one_output: false,
        play: false,
        chinese: false,
    }
}

fn returned(output: &str) -> Ending {
    Ending { output: output.to_string(), end: End::Returned, uncaught: vec![] }
}

/// The endings that only the Python program has.
fn more_in_python(lesson: &str) -> Vec<Ending> {
    match lesson {
        // `balance += n` is two steps, and what the other thread writes between them is lost.
        "change_it_no_lock" => MORE_OF_CHANGE_IT.map(returned).to_vec(),
        // Each of the two can count on from a number that the other one has passed.
        "ping_pong_threads" => vec![],
        _ => vec![],
    }
}

const MORE_OF_CHANGE_IT: [&str; 0] = [];

#[test]
#[ignore = "needs python3"]
fn every_lesson_comes_to_the_same_in_both_languages() {
    let mut wrong = Vec::new();
    for lesson in &LESSONS {
        let both = Both::search(lesson.name, &question(), false).unwrap();
        let (rust, python) = both.difference();
        let (runs, findings) = (both.python_findings.runs, both.python_findings.endings.len());
        println!(
            "{}: Rust {:?} schedules, {} endings; Python {:?} schedules in {runs} runs, {findings} endings",
            lesson.name,
            both.rust_findings.schedules,
            both.rust_findings.endings.len(),
            both.python_findings.schedules,
        );
        if !both.complete() {
            wrong.push(format!("{}: not complete", lesson.name));
        }
        let more = more_in_python(lesson.name);
        if !rust.is_empty() || !python.iter().copied().eq(&more) {
            wrong.push(format!(
                "{}: only in Rust {rust:#?}, only in Python {python:#?}",
                lesson.name
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
#[ignore = "needs python3"]
fn with_additions_in_one_step_none_differs() {
    for lesson in &LESSONS {
        let both = Both::search(lesson.name, &question(), true).unwrap();
        assert!(both.complete(), "{}", lesson.name);
        assert!(both.equal(), "{}: {:#?}", lesson.name, both.difference());
    }
}
