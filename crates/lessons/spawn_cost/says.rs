//! What both programs of this lesson say.

use says::*;

pub fn description() -> Description {
    Description::new(in_order([
        line("start and join    µs each   x thread"),
        line("thread {*}"),
        times(0..=1, line("bare fork {*}")),
        line("process {*}"),
        line("A process costs {2..9999} times as much as a thread."),
    ]))
}

/// What they must not say.
pub fn broken() -> Vec<Broken> {
    vec![
        replaced("process  ", "fork  "),
        replaced("costs ", "costs 0."),
        without("start and join    µs each   x thread"),
    ]
}
