use parity::*;

pub fn description() -> Description {
    let count = |name| (1..=3).map(move |i| line(&format!("{name}: {i}")));
    Description::new(in_order(count("by position").chain(count("by name"))))
}

parity::tests! {
    thread_args,
    broken: [
        without("by position: 2"),
        swapped("by name: 1", "by name: 2"),
        replaced("by name: 3", "by name: 4"),
    ]
}

#[test]
fn rust_refuses_what_is_wrong() {
    refused::all_in(env!("CARGO_MANIFEST_DIR"));
}
