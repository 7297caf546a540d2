use parity::*;

pub fn description() -> Description {
    // At most the whole sum of a hundred rounds is left: 8 in each.
    Description::new(line("balance = {1..800}")).sleeps(0.1)
}

parity::tests! {
    change_it_no_lock,
    broken: [
        replaced("= ", "= 0\n"),
        replaced("= ", "= 9000"),
        exit_code(1),
    ]
}

parity::always! { runs: 100, side_by_side: 8 }
