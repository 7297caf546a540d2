//! What both programs of this lesson say.

use says::*;

pub fn description() -> Description {
    Description::new(in_order([
        line("        threads      each                            together, in million steps/s"),
        times(4, line("alone {*}")),
        line("ours {*}"),
        line("theirs {*}"),
        line("More threads do no more work in all, but take more of it from other programs."),
    ]))
    .takes_at_least(5.0)
}

/// What they must not say.
pub fn broken() -> Vec<Broken> {
    vec![replaced("alone ", "ours "), replaced("theirs ", "ours "), taking(2.5)]
}
