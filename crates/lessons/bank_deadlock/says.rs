//! What both programs of this lesson say.

use says::*;

pub fn description() -> Description {
    // Usually one line of each; a thread that comes late lets another one through before.
    Description::new(in_order([
        together([
            times(1..=5, line("Thread-{1..10} holds ann and waits for bob.")),
            times(1..=5, line("Thread-{1..10} holds bob and waits for ann.")),
        ]),
        line("No transfer finished in 2 s: probably a deadlock."),
    ]))
    .exits_with(1)
    .sleeps(2.0)
}

/// What they must not say.
pub fn broken() -> Vec<Broken> {
    vec![
        replaced("holds bob and waits for ann", "holds bob and waits for bob"),
        without("No transfer finished in 2 s: probably a deadlock."),
        replaced("waits for bob", "has bob"),
        taking(1.0),
        exit_code(0),
    ]
}
