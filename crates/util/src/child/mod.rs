//! The child's side: what a child process does in place of the rest of main.

mod lifeline;

use std::any::Any;
use std::panic::{self, AssertUnwindSafe};
use std::process;

use crate::exchange::link::{Channel, ChildsEnd};
use crate::exchange::orders::{Orders, Work};
use crate::exchange::tasks::{Calls, Outcome, Outcomes};
use crate::{parent, program, CurrentProcess};

/// Runs the target, or the tasks of a pool, and ends the process.
pub(crate) fn run(mut link: ChildsEnd) -> ! {
    let orders = link.read().and_then(|bytes| Orders::from_bytes(&bytes));
    let Ok(Orders { name, daemon, path, parent, connection, work }) = orders else {
        lifeline::parent_is_gone()
    };
    let args = match &work {
        Work::Target(_) => link.read().unwrap_or_else(|_| lifeline::parent_is_gone()),
        Work::Tasks => Vec::new(),
    };
    let identity = CurrentProcess { name, daemon, path, parent: Some(parent.clone().into()) };
    program::set_identity(identity);
    show_own_name();

    let Ok((channel, wait_for_parents_end)) = link.answer(connection) else {
        lifeline::parent_is_gone()
    };
    lifeline::end_with(&parent, wait_for_parents_end);
    let code = match work {
        Work::Target(target) => {
            drop(channel);
            run_target(&target, &args)
        }
        Work::Tasks => serve(channel),
    };
    parent::finish();
    process::exit(code)
}

/// Lets `ps` and `top` show the program's name, and not that of the link it was started by.
fn show_own_name() {
    #[cfg(target_os = "linux")]
    {
        let path = std::env::args_os().next().map(std::path::PathBuf::from).unwrap_or_default();
        let name = path.file_name().unwrap_or_default().as_encoded_bytes();
        if let Ok(name) = std::ffi::CString::new(name) {
            let _ = nix::sys::prctl::set_name(&name);
        }
    }
}

/// Gives the exit code, as CPython has it.
fn run_target(name: &str, args: &[u8]) -> i32 {
    let run = || match program::targets().and_then(|targets| targets.find(name)) {
        Some(target) => target.run(args),
        None => Err(not_listed(name)),
    };
    match panic::catch_unwind(AssertUnwindSafe(run)) {
        Ok(Ok(code)) => code,
        Ok(Err(error)) => {
            eprintln!("Process {}: {name}: {error}", program::identity().name());
            1
        }
        // The panic hook has printed the rest.
        Err(_) => 1,
    }
}

fn not_listed(name: &str) -> String {
    format!("main_guard! does not list {name} in this process")
}

/// Runs tasks until the pool has no more, or is gone.
fn serve(mut pool: Channel) -> i32 {
    loop {
        let Ok(message) = pool.read() else { return 1 };
        // An empty message is the end.
        if message.is_empty() {
            return 0;
        }
        let Some((name, calls)) = Calls::read(&message) else { return 1 };
        let outcomes = Outcomes::write(calls.map(|args| run_call(name, args)));
        if pool.write(outcomes.message()).is_err() {
            return 1;
        }
    }
}

fn run_call(name: &str, args: &[u8]) -> Outcome {
    let Some(target) = program::targets().and_then(|targets| targets.find(name)) else {
        return Outcome::Arguments(not_listed(name));
    };
    match panic::catch_unwind(AssertUnwindSafe(|| target.call(args))) {
        Ok(outcome) => outcome,
        Err(panic) => {
            let message = panic_message(&*panic).unwrap_or("the panic has no message");
            Outcome::Panicked(message.to_owned())
        }
    }
}

/// The text of a panic, if it has one.
pub(crate) fn panic_message(payload: &dyn Any) -> Option<&str> {
    payload.downcast_ref::<String>().map(String::as_str).or(payload.downcast_ref::<&str>().copied())
}
