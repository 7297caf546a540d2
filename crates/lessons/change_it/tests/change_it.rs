use parity::*;

pub fn description() -> Description {
    // A hundred rounds of two sleeps of 1 ms, one after the other because of the lock.
    Description::new(line("balance = 0")).sleeps(0.2)
}

parity::tests! {
    change_it,
    broken: [
        replaced("0", "5"),
        without("balance = 0"),
        taking(0.1),
    ]
}

parity::always! { runs: 1_000, side_by_side: 8 }
