use parity::*;

pub fn description() -> Description {
    let ticks = |name| times(2..=4, line(&format!("{name}: tick")));
    // The daemon may still tick when all else has been said.
    Description::new(together([
        ticks("daemon"),
        in_order([
            together([ticks("worker"), line("main: stop, worker")]),
            line("worker: was asked to stop"),
            line("main ends"),
        ]),
    ]))
    .sleeps(1.2)
}

parity::tests! {
    daemon_threads,
    broken: [
        swapped("worker: was asked to stop", "main: stop, worker"),
        without("worker: was asked to stop"),
        without("main ends"),
        taking(4.8),
    ]
}

#[test]
fn rust_refuses_what_is_wrong() {
    refused::all_in(env!("CARGO_MANIFEST_DIR"));
}
