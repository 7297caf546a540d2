//! What both programs of this lesson say.

use says::*;

pub fn description() -> Description {
    Description::new(in_order([
        times(10, line("Thread-{1..10} holds ann and waits for bob.")),
        line("ann 105 + bob 95 = 200"),
    ]))
    .sleeps(0.1)
}

/// What they must not say.
pub fn broken() -> Vec<Broken> {
    vec![
        replaced("ann and waits for bob", "bob and waits for ann"),
        replaced("95 = 200", "94 = 199"),
        replaced("Thread-10 holds ann and waits for bob.\n", ""),
        without("ann 105 + bob 95 = 200"),
    ]
}
