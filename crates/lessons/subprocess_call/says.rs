//! What both programs of this lesson say.

use says::*;

pub fn description() -> Description {
    Description::new(in_order([
        line("$ cargo --version"),
        line("cargo {*}"),
        line("exit code 0 after {0.00..99.99} s"),
        line("$ rustc --version"),
        line("rustc {*}"),
        line("exit code 0 after {0.00..99.99} s"),
    ]))
}

/// What they must not say.
pub fn broken() -> Vec<Broken> {
    vec![
        swapped("$ cargo --version", "$ rustc --version"),
        without("$ rustc --version"),
        replaced("exit code 0", "exit code 1"),
        exit_code(1),
    ]
}
