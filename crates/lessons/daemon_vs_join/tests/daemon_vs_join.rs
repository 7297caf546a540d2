use parity::*;

pub fn description() -> Description {
    // The daemon's third tick and the end of main are both due after one second.
    let daemon = in_order([
        line("daemon: tick 1"),
        times(
            0..=1,
            in_order([
                pause(0.5),
                line("daemon: tick 2"),
                times(0..=1, in_order([pause(0.5), line("daemon: tick 3")])),
            ]),
        ),
    ]);
    let tick = |number| in_order([pause(0.5), line(&format!("ordinary: tick {number}"))]);
    let ordinary = in_order(
        std::iter::once(line("ordinary: tick 1"))
            .chain((2..=6).map(tick))
            .chain([pause(0.5), line("ordinary: finished")]),
    );
    Description::new(together([line("main ends"), daemon, ordinary])).sleeps(3.0)
}

parity::tests! {
    daemon_vs_join,
    broken: [
        replaced("ordinary: finished", "daemon: finished"),
        replaced("ordinary: tick 5", "daemon: tick 4"),
        without("main ends"),
        without("ordinary: finished"),
        swapped("ordinary: tick 5", "ordinary: tick 6"),
    ]
}

parity::faults! { children: End }
