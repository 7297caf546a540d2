//! What both programs of this lesson say.

use says::*;

pub fn description() -> Description {
    Description::new(in_order([
        line("main works and can do nothing else"),
        line("work starts"),
        pause(1.5),
        line("work ends"),
        line("main lets a thread work"),
        together([
            // Six ticks fit into the work. On a busy machine it may be another number.
            times(1.., line("main is free")),
            in_order([line("work starts"), pause(1.5), line("work ends")]),
        ]),
        line("main ends"),
    ]))
    .sleeps(3.0)
}

/// What they must not say.
pub fn broken() -> Vec<Broken> {
    vec![
        swapped("work ends", "main lets a thread work"),
        replaced("main is free", "main is busy"),
        without("main ends"),
        taking(1.0),
    ]
}
