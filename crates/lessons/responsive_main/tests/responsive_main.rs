use parity::*;

pub fn description() -> Description {
    Description::new(in_order([
        line("main works and can do nothing else"),
        line("work starts"),
        pause(1.5),
        line("work ends"),
        line("main lets a thread work"),
        together([
            // Six ticks fit into the work. More do on a busy machine, where the work wakes up late:
            // twelve take longer than its pause may be.
            times(3..=12, line("main is free")),
            in_order([line("work starts"), pause(1.5), line("work ends")]),
        ]),
        line("main ends"),
    ]))
    .sleeps(3.0)
}

parity::tests! {
    responsive_main,
    broken: [
        swapped("work ends", "main lets a thread work"),
        replaced("main is free", "main is busy"),
        without("main ends"),
        taking(9.0),
    ]
}
