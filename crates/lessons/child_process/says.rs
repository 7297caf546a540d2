//! What both programs of this lesson say.

use says::*;

pub fn description() -> Description {
    Description::new(in_order([
        line("Parent process {main}."),
        line("Child process will start."),
        line("Run child process test ({child})..."),
        line("Child process end."),
    ]))
}

/// What they must not say.
pub fn broken() -> Vec<Broken> {
    vec![
        swapped("Child process will start.", "Child process end."),
        without("Child process end."),
        ids("main", "child"),
        ids("child", "main"),
    ]
}
