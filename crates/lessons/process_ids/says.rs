//! What both programs of this lesson say.

use says::*;

pub fn description() -> Description {
    Description::new(in_order([
        line("main: process {main}, parent {shell}"),
        together([
            line("child one: process {one}, parent {main}"),
            line("child two: process {two}, parent {main}"),
        ]),
    ]))
}

/// What they must not say.
pub fn broken() -> Vec<Broken> {
    vec![
        replaced("main: process", "child: process"),
        ids("one", "two"),
        ids("one", "main"),
        ids("shell", "two"),
    ]
}
