//! Plays through a pipe, as `printf '1\n…' | schedules play NAME` does.

mod typed;

use typed::schedules;

/// What was said to the answers of a student who plays this lesson.
fn play(name: &str, answers: &str) -> String {
    let output = schedules(&["play", name], &answers.replace(' ', "\n"));
    assert!(output.status.success(), "{output:?}");
    assert!(output.stderr.is_empty(), "{output:?}");
    String::from_utf8(output.stdout).expect("the output is UTF-8")
}

#[test]
fn help_is_in_both_languages() {
    language::test::help_is_in_both_languages(env!("CARGO_BIN_EXE_schedules"));
}

#[test]
fn an_option_may_stand_before_play_and_behind_it() {
    let outcome = |arguments: &[&str]| {
        let output = schedules(arguments, "q\n");
        (output.status.code(), output.stdout, output.stderr)
    };
    for options in
        [&["--language", "zh"][..], &["--language=zh"], &["--one-output"], &["--seed", "3"]]
    {
        let play = |words: [&[&str]; 4]| outcome(&words.concat());
        let lesson: &[&str] = &["bank_no_lock"];
        let before = play([options, &["play"], lesson, &[]]);
        assert_eq!(before.0, Some(0), "{before:?}");
        assert!(before.2.is_empty() && !before.1.is_empty(), "{before:?}");
        assert_eq!(play([&["play"], options, lesson, &[]]), before);
        assert_eq!(play([&["play"], lesson, options, &[]]), before);
    }
    // The value of an option is not the word `play`, and neither is a program behind `--`, nor what a
    // program is given.
    for arguments in
        [&["--stdin", "play", "cat"][..], &["--", "play"], &["no_such_program", "play"]]
    {
        let (code, _, said) = outcome(arguments);
        assert_eq!(code, Some(2), "{}", String::from_utf8_lossy(&said));
    }
}

#[test]
fn both_endings_of_an_account_without_a_lock_can_be_played() {
    let said = play("bank_no_lock", "1 2 2 2 again 1 1 1 quit ");
    assert!(
        said.contains("The program has ended: it prints 账户余额：1 元.\nEndings found: 1 of 2.")
    );
    assert!(
        said.contains("The program has ended: it prints 账户余额：2 元.\nEndings found: 2 of 2.")
    );
    assert!(said.contains("thread 2   33 self.balance.store(new_balance, Relaxed);"), "{said}");
}

#[test]
fn the_hints_lead_to_every_ending() {
    for (name, endings) in [("bank_no_lock", 2), ("bank_deadlock", 4), ("change_it_no_lock", 5)] {
        let mut answers = String::new();
        // Each hint is asked for, read, and taken, from the start to the end of the game.
        for _ in 0..endings * 30 {
            let said = play(name, &format!("{answers}hint "));
            let last = said.rsplit("quit): ").nth(1).or_else(|| said.rsplit("quit: ").nth(1));
            let last = last.expect("the hint is answered");
            let hint = last.lines().find_map(|line| line.split_once(": this way leads to"));
            match hint {
                Some((thread, _)) => answers.push_str(&format!("{thread} ")),
                None if said.contains("You have found every ending.") => break,
                None => answers.push_str("again "),
            }
        }
        let said = play(name, &answers);
        assert!(said.contains(&format!("Endings found: {endings} of {endings}.")), "{said}");
    }
}

#[test]
fn the_screen_shows_the_next_lines_who_waits_and_who_holds_the_lock() {
    let said = play("bank_lock", "");
    let screen: Vec<_> = said.lines().collect();
    assert!(
        said.contains("1→ 2→  32       let mut balance = self.balance.lock().unwrap();"),
        "{said}"
    );
    assert!(said.contains("1  thread 1: can go"), "{said}");
    assert!(said.contains("the lock: free"), "{said}");
    assert!(screen.iter().all(|line| line.chars().count() <= 120), "{said}");

    let said = play("bank_lock", "1 2 1 1 ");
    assert!(said.contains("2  thread 2: waits for the lock"), "{said}");
    assert!(said.contains("the lock: held by thread 1"), "{said}");
    assert!(
        said.contains("thread 2 cannot go: it waits for the lock (held by thread 1)."),
        "{said}"
    );

    let said = play("bank_deadlock", "1 1 2 ");
    assert!(said.contains("lock A: held by thread 1"), "{said}");
    assert!(said.contains("lock B: held by thread 2"), "{said}");
    assert!(
        said.contains("Thread-1 holds ann and waits for\n") || said.contains("Thread-1 holds ann")
    );
}

#[test]
fn undo_takes_the_last_choice_back() {
    let said = play("bank_no_lock", "1 undo 2 undo undo ");
    let screens: Vec<_> = said.split("Who goes next?").collect();
    assert_eq!(
        screens[0].split_once("10 fn main").unwrap().1,
        screens[2].split_once("10 fn main").unwrap().1
    );
    assert!(said.contains("There is nothing to undo."), "{said}");
}

#[test]
fn a_wrong_answer_is_explained_and_asked_for_again() {
    let said = play("bank_no_lock", "0 7 left 1 ");
    assert!(said.contains("main cannot go: it waits for thread 1, thread 2."), "{said}");
    assert!(said.contains("`7` is not an answer."), "{said}");
    assert!(said.contains("`left` is not an answer."), "{said}");
    assert!(said.contains("thread 1   31 "), "{said}");
    assert!(said.contains("The input has ended, and so does the game."), "{said}");
}

#[test]
fn an_unknown_lesson_is_an_error_that_lists_the_names() {
    for arguments in [&["nobody"][..], &["play", "nobody"]] {
        let output = schedules(arguments, "");
        assert_eq!(output.status.code(), Some(2));
        let said = String::from_utf8(output.stderr).expect("the message is UTF-8");
        assert!(said.contains("`nobody`") && said.contains("bank_lock"), "{said}");
    }
}

#[test]
fn a_report_names_every_ending_and_is_the_same_every_time() {
    let report = || {
        let output = schedules(&["bank_no_lock", "--schedules", "50", "--seed", "3"], "");
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).expect("the report is UTF-8")
    };
    let text = report();
    assert!(
        text.starts_with("bank_no_lock: 20 schedules, all that there are, 2 endings\n"),
        "{text}"
    );
    assert!(text.contains("Line 8 is changed to: const DEPOSITS: i64 = 2;"), "{text}");
    assert!(text.contains("Ending 1, in 2 of 20 schedules\n  │ 账户余额：2 元\n"), "{text}");
    assert!(text.contains("Ending 2, in 18 of 20 schedules\n  │ 账户余额：1 元\n"), "{text}");
    assert!(text.contains("50 schedules, as it stands, drawn at random with seed 3"), "{text}");
    assert_eq!(text, report());
}

#[test]
fn the_lessons_are_listed_for_people_and_for_programs() {
    let [said, json] = [&[][..], &["--json"]].map(|arguments| {
        let output = schedules(arguments, "");
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).expect("the output is UTF-8")
    });
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let listed: Vec<_> = json["lessons"].as_array().unwrap().iter().collect();
    assert_eq!(listed.len(), schedules::lessons::LESSONS.len());
    for name in listed {
        assert!(said.contains(&format!("\n  {}", name.as_str().unwrap())), "{said}");
    }
}
