//! Where main begins: the macro that every program with children has in its first line.

use std::{panic, process};

use crate::child::panic_message;
use crate::exchange::link::{ChildsEnd, Origin};
use crate::target::{Registered, Targets};
use crate::{child, current_process, parent, program};

/// Marks where `main` begins, and lists the functions that child processes run: Python's
/// `if __name__ == "__main__":`.
///
/// It stands in the first line of `main`. In a child process it runs the child's target and never
/// returns. In the program itself it gives a [`MainGuard`]: when that is dropped, at the end of
/// `main`, daemons are terminated and all other children are joined.
///
/// What stands before the guard runs in every child, too, as module-level code does in Python's
/// *spawn*: a child is the same program started again, with the same arguments, and nothing but the
/// guard tells it apart. So what a child prints or does there happens once for each child. A child
/// that ends there has failed: its exit code is not 0, and its parent says what has happened.
///
/// `std::process::exit` ends main without the guard: the children then end at once.
///
/// # Panics
///
/// When it stands twice, or lists two functions of the same name, or stands in a test: see
/// [Tests](crate#tests).
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
///
/// A child finds a function by its name, so a variable that holds one does not compile:
///
/// ```compile_fail,E0080
/// fn main() {
///     let run: fn() = if std::env::args().count() > 1 { run1 } else { run2 };
///     let _main = util::main_guard!(run);
/// }
/// # fn run1() {}
/// # fn run2() {}
/// ```
///
/// Nor does a closure that captures something:
///
/// ```compile_fail,E0080
/// let number = std::env::args().count();
/// let run = move || println!("{number}");
/// let _main = util::main_guard!(run);
/// ```
///
/// A child gets values of its own, so a parameter that borrows does not compile: `String` stands in
/// place of `&str`.
///
/// ```compile_fail,E0277
/// fn main() {
///     let _main = util::main_guard!(run);
/// }
/// fn run(name: &str) {}
/// ```
#[macro_export]
macro_rules! main_guard {
    ($($target:path),* $(,)?) => {{
        #[allow(unused_imports, reason = "where nothing is listed")]
        use $crate::__private::{Borrows as _, HowToEnd as _, HowToWrite as _};

        fn here() {}
        let targets: ::std::vec::Vec<$crate::__private::Registered> = ::std::vec![$({
            let probe = $crate::__private::Probe::new($target);
            $crate::__private::travels((&&probe.a()).found());
            $crate::__private::travels((&&probe.b()).found());
            $crate::__private::travels((&&probe.c()).found());
            $crate::__private::travels((&&probe.d()).found());
            $crate::__private::travels((&&probe.e()).found());
            $crate::__private::travels((&&probe.f()).found());
            $crate::__private::travels((&&probe.g()).found());
            $crate::__private::travels((&&probe.h()).found());
            let write = (&&probe.returns()).write();
            let end = (&&&&probe.returns()).end();
            probe.register(::std::stringify!($target), write, end)
        }),*];
        $crate::__private::enter(targets, $crate::__private::name_of_value(here))
    }};
}

/// Stands for the whole run of `main`; [`main_guard!`] gives it.
#[derive(Debug)]
#[must_use = "main ends where this is dropped: bind it to a name, `let _main = util::main_guard!(…)`"]
pub struct MainGuard(());

/// What a shell reports for a program that writes to a closed pipe.
const CLOSED_PIPE: i32 = 141;

#[doc(hidden)]
pub fn name_of_value<T>(_value: T) -> &'static str {
    std::any::type_name::<T>()
}

#[doc(hidden)]
#[track_caller]
pub fn enter(targets: Vec<Registered>, here: &'static str) -> MainGuard {
    let main = here.rsplit_once("::").map_or(here, |(main, _)| main);
    let targets = Targets::new(targets, main);
    assert!(
        program::is_main_thread(),
        "main_guard! stands in a thread and not in main. If this is a test: {}",
        program::IN_A_TEST
    );
    program::enter(targets);
    set_panic_hook();
    match ChildsEnd::find() {
        Origin::Program => {
            program::see_to_ctrl_c(parent::interrupt::handle);
            MainGuard(())
        }
        Origin::Child(link) => child::run(link),
        Origin::Nobodys => {
            eprintln!(
                "UTIL_CHILD_PROCESS in the environment is for the children of this program: start \
                 the program without it"
            );
            process::exit(2);
        }
    }
}

impl Drop for MainGuard {
    fn drop(&mut self) {
        parent::finish();
    }
}

/// Names the process above a panic of a child, and ends quietly where a panic only means that
/// whoever read the output, `head` for example, has seen enough.
fn set_panic_hook() {
    let print = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        let message = panic_message(info.payload()).unwrap_or_default();
        // A pipe or a connection of the program's own may be closed as well.
        if speaks_of_closed_pipe(message)
            && (message.starts_with("failed printing to stdout") || stdout_is_closed())
        {
            process::exit(CLOSED_PIPE);
        }
        let current = current_process();
        if !current.path.is_empty() {
            eprintln!("Process {}:", current.name());
        }
        print(info);
    }));
}

/// `println!` panics with the error's text, `unwrap` with the name of its kind. Windows has the text
/// in the user's language, so there the numbers count that std takes for a broken pipe.
fn speaks_of_closed_pipe(message: &str) -> bool {
    let signs: &[&str] =
        if cfg!(windows) { &["(os error 109)", "(os error 232)"] } else { &["Broken pipe"] };
    message.contains("BrokenPipe") || signs.iter().any(|sign| message.contains(sign))
}

/// Whether nobody can read what this process prints. It asks the system and not
/// [`std::io::Stdout`], whose lock another thread may hold.
#[cfg(unix)]
fn stdout_is_closed() -> bool {
    use std::os::fd::AsFd;

    use nix::poll::{poll, PollFd, PollFlags, PollTimeout};

    let stdout = std::io::stdout();
    let mut watched = [PollFd::new(stdout.as_fd(), PollFlags::empty())];
    let closed = PollFlags::POLLHUP | PollFlags::POLLERR;
    poll(&mut watched, PollTimeout::ZERO).is_ok()
        && watched[0].revents().is_some_and(|events| events.intersects(closed))
}

/// Whether nobody can read what this process prints: then even nothing cannot be written.
#[cfg(windows)]
fn stdout_is_closed() -> bool {
    use std::io::{ErrorKind, Write};
    use std::os::windows::io::AsHandle;

    let stdout = std::io::stdout().as_handle().try_clone_to_owned();
    stdout.is_ok_and(|stdout| {
        let nothing = std::fs::File::from(stdout).write(&[]);
        nothing.is_err_and(|error| error.kind() == ErrorKind::BrokenPipe)
    })
}

#[cfg(not(any(unix, windows)))]
fn stdout_is_closed() -> bool {
    true
}

#[cfg(test)]
mod tests {
    use std::io::{Error, ErrorKind};

    use super::speaks_of_closed_pipe;

    #[test]
    fn a_closed_pipe_is_told_from_every_other_error() {
        let errors: Vec<_> = (1..20_000).map(Error::from_raw_os_error).collect();
        assert!(errors.iter().any(|error| error.kind() == ErrorKind::BrokenPipe));
        for error in errors {
            let is_broken_pipe = error.kind() == ErrorKind::BrokenPipe;
            let printing = format!("failed printing to stdout: {error}");
            assert_eq!(speaks_of_closed_pipe(&printing), is_broken_pipe, "{printing}");
            let unwrapping = format!("called `Result::unwrap()` on an `Err` value: {error:?}");
            assert_eq!(speaks_of_closed_pipe(&unwrapping), is_broken_pipe, "{unwrapping}");
        }
    }
}
