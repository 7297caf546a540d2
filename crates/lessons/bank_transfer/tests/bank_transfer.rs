use parity::*;

pub fn description() -> Description {
    Description::new(in_order([
        times(10, line("Thread-{1..10} holds ann and waits for bob.")),
        line("ann 105 + bob 95 = 200"),
    ]))
    .sleeps(0.1)
}

parity::tests! {
    bank_transfer,
    broken: [
        replaced("ann and waits for bob", "bob and waits for ann"),
        replaced("95 = 200", "94 = 199"),
        replaced("Thread-10 holds ann and waits for bob.\n", ""),
        without("ann 105 + bob 95 = 200"),
    ]
}

parity::always! { runs: 1_000, side_by_side: 40 }
