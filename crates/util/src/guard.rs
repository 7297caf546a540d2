use std::any::Any;
use std::sync::atomic::{AtomicBool, Ordering};
use std::{env, panic, process};

use crate::target::{self, Registered};
use crate::{child_side, children, current_process, interrupt};

/// Marks where `main` begins, and lists the functions that child processes run: Python's
/// `if __name__ == "__main__":`.
///
/// It stands in the first line of `main`. In a child process it runs the child's target and never
/// returns. In the program itself it gives a [`MainGuard`]: when that is dropped, at the end of
/// `main`, daemons are terminated and all other children are joined.
///
/// What stands before the guard runs in every child, too, as module-level code does in Python's
/// *spawn*: a child is the same program started again, and nothing but the guard tells it apart.
/// So what a child prints or does there happens once for each child.
///
/// `std::process::exit` ends main without the guard: the children then end at once.
///
/// # Panics
///
/// When it stands twice, or lists two functions of the same name.
///
/// # Examples
///
/// ```no_run
/// fn main() {
///     let _main = util::main_guard!(run, run2);
/// }
///
/// fn run() {}
/// fn run2(number: i64) {}
/// ```
#[macro_export]
macro_rules! main_guard {
    ($($target:path),* $(,)?) => {
        $crate::__private::enter(::std::vec![$($crate::__private::Registered::new($target)),*])
    };
}

/// Stands for the whole run of `main`; [`main_guard!`] gives it.
#[derive(Debug)]
#[must_use = "main ends where this is dropped: bind it to a name, `let _main = util::main_guard!(…)`"]
pub struct MainGuard(());

static IN_MAIN: AtomicBool = AtomicBool::new(false);

/// What a shell reports for a program that writes to a closed pipe.
const CLOSED_PIPE: i32 = 141;

#[doc(hidden)]
pub fn enter(targets: Vec<Registered>) -> MainGuard {
    target::register(targets);
    set_panic_hook();
    IN_MAIN.store(true, Ordering::SeqCst);
    if env::args_os().nth(1).is_some_and(|argument| argument == children::MARK) {
        child_side::run();
    }
    interrupt::handle();
    MainGuard(())
}

impl Drop for MainGuard {
    fn drop(&mut self) {
        IN_MAIN.store(false, Ordering::SeqCst);
        children::finish();
    }
}

/// # Panics
///
/// When a child could not be looked after, because main has ended or has let go of its guard, or
/// when this process may have none.
pub(crate) fn assert_may_have_children() {
    assert!(
        IN_MAIN.load(Ordering::SeqCst),
        "main_guard! is no longer held: bind it to a name, `let _main = util::main_guard!(…)`, which lives until main ends"
    );
    assert!(!current_process().daemon(), "daemonic processes are not allowed to have children");
}

fn set_panic_hook() {
    let print = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        if panic_message(info.payload()).is_some_and(is_closed_pipe) {
            // Whoever read the output, `head` for example, has seen enough.
            process::exit(CLOSED_PIPE);
        }
        let current = current_process();
        if !current.path.is_empty() {
            eprintln!("Process {}:", current.name());
        }
        print(info);
    }));
}

/// The text of a panic, if it has one.
pub(crate) fn panic_message(payload: &dyn Any) -> Option<&str> {
    payload.downcast_ref::<String>().map(String::as_str).or(payload.downcast_ref::<&str>().copied())
}

/// `println!` panics with the error's text, `unwrap` with the name of its kind. Windows has the text
/// in the user's language, so there the numbers count that std takes for a broken pipe.
fn is_closed_pipe(message: &str) -> bool {
    let signs: &[&str] =
        if cfg!(windows) { &["(os error 109)", "(os error 232)"] } else { &["Broken pipe"] };
    message.contains("BrokenPipe") || signs.iter().any(|sign| message.contains(sign))
}

#[cfg(test)]
mod tests {
    use std::io::{Error, ErrorKind};

    use super::is_closed_pipe;

    #[test]
    fn a_closed_pipe_is_told_from_every_other_error() {
        let errors: Vec<_> = (1..20_000).map(Error::from_raw_os_error).collect();
        assert!(errors.iter().any(|error| error.kind() == ErrorKind::BrokenPipe));
        for error in errors {
            let is_broken_pipe = error.kind() == ErrorKind::BrokenPipe;
            let printing = format!("failed printing to stdout: {error}");
            assert_eq!(is_closed_pipe(&printing), is_broken_pipe, "{printing}");
            let unwrapping = format!("called `Result::unwrap()` on an `Err` value: {error:?}");
            assert_eq!(is_closed_pipe(&unwrapping), is_broken_pipe, "{unwrapping}");
        }
    }
}
