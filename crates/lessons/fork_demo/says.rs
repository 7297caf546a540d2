//! What both programs of this lesson say.

use says::*;

pub fn description() -> Description {
    Description::new(in_order([
        line("Process ({main}) start..."),
        together([
            line("I am child process ({child}) and my parent is {main}."),
            line("I ({main}) just created a child process ({child})."),
        ]),
    ]))
}

/// What they must not say.
pub fn broken() -> Vec<Broken> {
    vec![
        replaced("start...", "begin..."),
        ids("main", "child"),
        ids("child", "main"),
        torn("my parent is"),
    ]
}
