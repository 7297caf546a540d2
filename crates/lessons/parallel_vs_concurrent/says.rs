//! What both programs of this lesson say.

use says::*;

pub fn description() -> Description {
    Description::new(in_order([
        line("            threads   seconds   speed-up"),
        times(1.., line("computing {*}")),
        line("sleeping          1 {*}"),
        line("sleeping         10 {*}"),
        line("sleeping        100 {*}"),
        line("Computing is faster with more cores, if threads may use them; sleeping needs none."),
    ]))
    // The three lines with sleeping, half a second each.
    .takes_at_least(1.5)
}

/// What they must not say.
pub fn broken() -> Vec<Broken> {
    vec![
        replaced("computing ", "computed "),
        replaced("sleeping         10", "sleeping         11"),
        taking(0.5),
    ]
}
