//! What both programs of this lesson say.

use says::*;

pub fn description() -> Description {
    // A worker whose task was short may take a second one, so two tasks may name one process.
    let task = |number: usize| {
        in_order([
            line(&format!("子进程{number}启动--{{worker{number}:1..4194304}}")),
            line(&format!(
                "子进程{number}结束--{{worker{number}:1..4194304}}--耗时{{0.00..99.99}}"
            )),
        ])
    };
    Description::new(in_order([
        line("启动父进程"),
        together([task(0), task(1), task(2)]),
        line("结束父进程"),
    ]))
}

/// What they must not say.
pub fn broken() -> Vec<Broken> {
    vec![
        swapped("启动父进程", "结束父进程"),
        without("结束父进程"),
        replaced("子进程1结束", "子进程2结束"),
        replaced("耗时", "耗时-"),
        replaced("启动--", "启动--1"),
    ]
}
