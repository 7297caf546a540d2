//! Both programs of this lesson say what `says.rs` describes.

#[path = "../says.rs"]
mod says;

use ::says::*;
use runner::Program;

runner::tests! {
    subprocess_call,
    signals: LiveOn,
}

/// A program that is not there is an error, and the next one still runs.
fn check_missing_program(program: Program) {
    let program = program.arg("no-such-program --at-all").arg("cargo --version");
    let description = Description::new(in_order([
        line("$ no-such-program --at-all"),
        line("cannot start \"no-such-program\": is it installed, and spelled like this?"),
        line("$ cargo --version"),
        line("cargo {*}"),
        line("exit code 0 after {0.00..99.99} s"),
    ]));
    description.exits_with(1).examine(&program.in_terminal().finish()).unwrap();
}

#[test]
fn rust_names_a_missing_program() {
    check_missing_program(lesson().rust());
}

#[test]
#[ignore = "needs python3"]
fn python_names_a_missing_program() {
    check_missing_program(lesson().python());
}
