use parity::*;

pub fn description() -> Description {
    Description::new(together([times(10_000, word("Ping")), times(20_000, word("pong"))]))
}

parity::tests! {
    print_thread,
    broken: [
        replaced("Ping", ""),
        replaced("pong", "Ping"),
        replaced("pong", "pongpong"),
        torn("Ping"),
    ]
}

#[test]
fn rust_refuses_what_is_wrong() {
    refused::all_in(env!("CARGO_MANIFEST_DIR"));
}
