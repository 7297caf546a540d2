//! What both programs of this lesson say.

use says::*;

pub fn description() -> Description {
    let one = in_order([
        line("启动子进程1"),
        line("run1---1- 10"),
        pause(3.0),
        line("run1---2- 10"),
        line("run1---3- 30"),
        line("结束子进程1"),
    ]);
    let two = in_order([
        line("启动子进程2"),
        line("run2---1- 10"),
        pause(1.0),
        line("run2---2- 20"),
        line("结束子进程2"),
    ]);
    Description::new(in_order([
        line("启动主进程"),
        together([one, two]),
        line("money = 10"),
        line("结束主进程"),
    ]))
    .sleeps(3.0)
}

/// What they must not say.
pub fn broken() -> Vec<Broken> {
    vec![
        replaced("run1---2- 10", "run1---2- 20"),
        replaced("money = 10", "money = 30"),
        swapped("结束子进程2", "结束子进程1"),
        without("run2---2- 20"),
        taking(1.8),
    ]
}
