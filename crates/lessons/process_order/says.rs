//! What both programs of this lesson say.

use says::*;

pub fn description() -> Description {
    Description::new(in_order([
        line("启动主进程"),
        together([
            in_order([line("启动子进程"), pause(3.0), line("结束子进程")]),
            in_order([line("启动子进程2"), pause(3.0), line("结束子进程2")]),
        ]),
        line("结束主进程"),
    ]))
    .sleeps(3.0)
    // Side by side: one after the other they would take six seconds.
    .takes_less_than(6.0)
}

/// What they must not say.
pub fn broken() -> Vec<Broken> {
    vec![
        swapped("启动主进程", "启动子进程"),
        swapped("结束子进程2", "结束主进程"),
        swapped("启动子进程2", "结束子进程2"),
        without("结束主进程"),
        taking(1.5),
        taking(6.5),
    ]
}
