//! What both programs of this lesson say.

use says::*;

pub fn description() -> Description {
    let ticks = |name| (1..=6).map(move |tick| line(&format!("{name}: tick {tick}")));
    // It ends with main, usually at its second tick or its third.
    let daemon = beginning(ticks("daemon"));
    let ordinary = in_order(ticks("ordinary").chain([line("ordinary: finished")]));
    Description::new(together([line("main ends"), daemon, ordinary])).sleeps(3.0)
}

/// What they must not say.
pub fn broken() -> Vec<Broken> {
    vec![
        replaced("ordinary: finished", "daemon: finished"),
        replaced("ordinary: tick 5", "daemon: tick 4"),
        without("main ends"),
        without("ordinary: finished"),
        swapped("ordinary: tick 5", "ordinary: tick 6"),
    ]
}
