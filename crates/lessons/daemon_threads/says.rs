//! What both programs of this lesson say.

use says::*;

pub fn description() -> Description {
    let ticks = |name| times(1.., line(&format!("{name}: tick")));
    // The daemon may still tick when all else has been said.
    Description::new(together([
        ticks("daemon"),
        in_order([
            together([ticks("worker"), line("main: stop, worker")]),
            line("worker: was asked to stop"),
            line("main ends"),
        ]),
    ]))
    .sleeps(1.2)
}

/// What they must not say.
pub fn broken() -> Vec<Broken> {
    vec![
        swapped("worker: was asked to stop", "main: stop, worker"),
        without("worker: was asked to stop"),
        without("main ends"),
        taking(0.8),
    ]
}
