use parity::*;

pub fn description() -> Description {
    Description::new(in_order([
        line("{main}"),
        together([
            times(50.., word("ping")),
            in_order([line("{child}"), times(50.., word("pong"))]),
        ]),
    ]))
    .until_ctrl_c(2.0)
    .check("a word about every 10 ms", |said| {
        said.count("ping") <= 220 && said.count("pong") <= 220
    })
}

parity::tests! {
    ping_pong_process,
    broken: [ids("main", "child"), torn("ping"), replaced("pong", "ping\n"), exit_code(0)]
}

#[test]
#[cfg(unix)]
fn sigint_for_main_alone_ends_both() {
    let transcript = lesson().run_rust_until(&description(), |main| main.signal(Signal::SIGINT));
    description().examine(&transcript).unwrap();
}

#[test]
#[cfg(unix)]
fn a_killed_main_takes_its_child_along() {
    let transcript = lesson().run_rust_until(&description(), |main| main.signal(Signal::SIGKILL));
    description().exits_with(-9).examine(&transcript).unwrap();
}
