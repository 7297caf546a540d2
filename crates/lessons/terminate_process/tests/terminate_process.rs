use parity::*;

pub fn description() -> Description {
    Description::new(in_order([
        line("child works"),
        line("before terminate: alive"),
        line("after join: not alive"),
        line("exit code: -15"),
    ]))
    .sleeps(1.0)
}

parity::tests! {
    terminate_process,
    broken: [
        replaced("after join: not alive", "after join: alive"),
        replaced("-15", "0"),
        without("child works"),
        swapped("after join: not alive", "exit code: -15"),
        taking(10.0),
    ]
}

parity::faults! { children: End }
