use parity::*;

pub fn description() -> Description {
    Description::new(line("2000000"))
}

parity::tests! {
    shared_counter,
    broken: [
        replaced("2000000", "1999999"),
        without("2000000"),
        exit_code(1),
    ]
}

#[test]
fn rust_refuses_what_is_wrong() {
    refused::all_in(env!("CARGO_MANIFEST_DIR"));
}

parity::always! { runs: 1_000, side_by_side: 2 }
