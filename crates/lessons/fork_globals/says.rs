//! What both programs of this lesson say.

use says::*;

pub fn description() -> Description {
    Description::new(in_order([
        line("main sets 20"),
        line("forked child starts with 20"),
        line("forked child sets 30"),
        line("main still has 20"),
        line("fresh child starts with 10"),
    ]))
}

/// What they must not say.
pub fn broken() -> Vec<Broken> {
    vec![
        replaced("main still has 20", "main still has 30"),
        replaced("fresh child starts with 10", "fresh child starts with 20"),
        without("forked child sets 30"),
        swapped("forked child sets 30", "main still has 20"),
    ]
}
