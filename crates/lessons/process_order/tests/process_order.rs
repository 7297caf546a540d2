use parity::*;

pub fn description() -> Description {
    Description::new(in_order([
        line("启动主进程"),
        together([
            in_order([line("启动子进程"), pause(3.0), line("结束子进程")]),
            in_order([line("启动子进程2"), pause(3.0), line("结束子进程2")]),
        ]),
        line("结束主进程"),
    ]))
    // Side by side: one after the other they would take six seconds.
    .sleeps(3.0)
}

parity::tests! {
    process_order,
    broken: [
        swapped("启动主进程", "启动子进程"),
        swapped("结束子进程2", "结束主进程"),
        swapped("启动子进程2", "结束子进程2"),
        without("结束主进程"),
        taking(1.5),
    ]
}

parity::faults! { children: End }
