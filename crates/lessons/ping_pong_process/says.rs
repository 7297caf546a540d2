//! What both programs of this lesson say.

use says::*;

pub fn description() -> Description {
    Description::new(in_order([
        line("{main}"),
        together([
            times(50.., word("ping")),
            in_order([line("{child}"), times(50.., word("pong"))]),
        ]),
    ]))
    .until_ctrl_c()
    .check("a word every 10 ms at most", "最多每 10 毫秒一个词", |said| {
        let at_most = said.seconds().map_or(usize::MAX, |seconds| (seconds * 100.0) as usize + 1);
        said.count("ping") <= at_most && said.count("pong") <= at_most
    })
}

/// What they must not say.
pub fn broken() -> Vec<Broken> {
    vec![ids("main", "child"), torn("ping"), replaced("pong", "ping\n"), exit_code(0)]
}
