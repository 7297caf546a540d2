use parity::*;

pub fn description() -> Description {
    // Far less than the hundred that were deposited.
    Description::new(line("账户余额：{1..50} 元"))
}

parity::tests! {
    bank_no_lock,
    broken: [
        replaced("余额：", "余额：100"),
        replaced("余额：", "余额：-"),
        torn("元"),
        exit_code(1),
    ]
}

#[test]
fn rust_refuses_what_is_wrong() {
    refused::all_in(env!("CARGO_MANIFEST_DIR"));
}

parity::always! { runs: 100, side_by_side: 2 }
