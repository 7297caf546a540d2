//! What both programs of this lesson say.

use says::*;

pub fn description() -> Description {
    let count = |name| (1..=3).map(move |i| line(&format!("{name}: {i}")));
    Description::new(in_order(count("by position").chain(count("by name"))))
}

/// What they must not say.
pub fn broken() -> Vec<Broken> {
    vec![
        without("by position: 2"),
        swapped("by name: 1", "by name: 2"),
        replaced("by name: 3", "by name: 4"),
    ]
}
