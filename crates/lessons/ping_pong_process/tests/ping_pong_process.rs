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

parity::faults! { children: End }
