// Main gives an exit code of its own.

use std::process::ExitCode;
use std::sync::atomic::{AtomicU8, Ordering};
use std::thread;

fn main() -> ExitCode {
    let errors = AtomicU8::new(0);
    thread::scope(|scope| {
        for weight in [3, 4] {
            let errors = &errors;
            scope.spawn(move || errors.fetch_add(weight, Ordering::Relaxed));
        }
    });
    println!("errors: {errors:?}");
    ExitCode::from(errors.into_inner())
}
