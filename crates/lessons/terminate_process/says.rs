//! What both programs of this lesson say.

use says::*;

pub fn description() -> Description {
    Description::new(in_order([
        line("child works"),
        line("before terminate: alive"),
        line("after join: not alive"),
        line("exit code: -15"),
    ]))
    .sleeps(1.0)
    // The child would work for a minute.
    .takes_less_than(60.0)
}

/// What they must not say.
pub fn broken() -> Vec<Broken> {
    vec![
        replaced("after join: not alive", "after join: alive"),
        replaced("-15", "0"),
        without("child works"),
        swapped("after join: not alive", "exit code: -15"),
        taking(61.0),
    ]
}
