use parity::*;

pub fn description() -> Description {
    // A hundred sleeps of 1 ms, one after the other because of the lock.
    Description::new(line("++++++++ 100")).sleeps(0.1)
}

parity::tests! {
    bank_deposit,
    broken: [
        replaced("100", "99"),
        without("++++++++ 100"),
        exit_code(101),
    ]
}

parity::always! { runs: 1_000, side_by_side: 8 }
