//! The words for threads, locks and what they do.

use crate::run::{End, Run};
use crate::step::{Action, LockNumber, Step, ThreadNumber};
use crate::{Ending, STEP_LIMIT};
use text::on_one_line;

/// What a thread is called.
pub(crate) fn thread(run: &Run, number: ThreadNumber) -> String {
    match (number, &run.threads[number].name) {
        (0, _) => "main".to_string(),
        (_, Some(name)) => name.clone(),
        (_, None) => format!("thread {number}"),
    }
}

/// The letter of a lock, in the order in which the locks were first wanted. The only lock of a
/// program has none.
fn letter(run: &Run, number: LockNumber) -> String {
    match (run.locks.len(), u8::try_from(number)) {
        (1, _) => String::new(),
        (_, Ok(number @ 0..26)) => format!(" {}", char::from(b'A' + number)),
        _ => format!(" {number}"),
    }
}

/// What a lock is called.
pub(crate) fn lock(run: &Run, number: LockNumber) -> String {
    match letter(run, number).as_str() {
        "" => "the lock".to_string(),
        letter => format!("lock{letter}"),
    }
}

/// What a step that was taken has done. Empty where the line says it all.
pub(crate) fn deed(run: &Run, step: &Step) -> String {
    let value = if step.note.is_empty() { String::new() } else { format!(", value {}", step.note) };
    match &step.action {
        Action::Start(number) => format!("starts {}", thread(run, *number)),
        Action::Lock(number) => format!("locks{}{value}", letter(run, *number)),
        Action::Release(number) => format!("unlocks{}{value}", letter(run, *number)),
        Action::Print(text) => format!("prints {}", on_one_line(text)),
        Action::Join(number) => format!("{} has ended", thread(run, *number)),
        Action::EndScope(_) => "all its threads have ended".to_string(),
        Action::Exit(code) => format!("ends the program, exit code {code}"),
        Action::EndMain => "ends, and with it the program".to_string(),
        Action::Sleep | Action::Access => step.note.clone(),
        Action::Send(_) => "sends".to_string(),
        Action::Receive { .. } if step.note.is_empty() => "receives".to_string(),
        Action::Receive { .. } => step.note.clone(),
    }
}

/// What a thread that cannot go waits for.
pub(crate) fn wait(run: &Run, step: &Step) -> String {
    match &step.action {
        Action::Lock(number) => {
            let holder = run.locks[*number].map(|holder| thread(run, holder));
            let holder = holder.map_or_else(String::new, |holder| format!(" (held by {holder})"));
            format!("waits for {}{holder}", lock(run, *number))
        }
        Action::Join(number) => format!("waits for {}", thread(run, *number)),
        Action::EndScope(threads) => {
            let left = threads.iter().filter(|&&number| !run.threads[number].ended);
            let left: Vec<_> = left.map(|&number| thread(run, number)).collect();
            format!("waits for {}", left.join(", "))
        }
        Action::Receive { .. } => "waits for a message".to_string(),
        _ => String::new(),
    }
}

/// An ending on one line.
pub(crate) fn ending(ending: &Ending) -> String {
    let output = match ending.output.as_str() {
        "" => "prints nothing".to_string(),
        output => format!("prints {}", on_one_line(output)),
    };
    match end(&ending.end) {
        Some(end) => format!("{output}, {end}"),
        None => output,
    }
}

/// How a run ended that did not just return.
pub(crate) fn end(end: &End) -> Option<String> {
    match end {
        End::Returned => None,
        End::Exited(code) => Some(format!("then exits with code {code}")),
        End::Panicked(message) => Some(format!("then panics: {message}")),
        End::Deadlock => Some("then deadlocks: nobody can go on".to_string()),
        End::Endless => Some(format!("and is not at its end after {STEP_LIMIT} steps")),
    }
}

/// A number of things, by their name in the singular.
pub(crate) fn count(number: usize, name: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {name}{plural}")
}
