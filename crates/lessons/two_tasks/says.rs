//! What both programs of this lesson say.

use says::*;

pub fn description() -> Description {
    Description::new(together([
        every(1.2, "kaige is a nice man"),
        every(1.0, "sunck is a handsome man!"),
    ]))
    .until_ctrl_c()
    .check("main says it every 1.2 s at most", "主进程最多每 1.2 秒说一次", |said| {
        said.seconds().is_none_or(|seconds| said.count("kaige") as f64 <= seconds / 1.2 + 1.0)
    })
    .check(
        "the child says it every second at most",
        "子进程最多每秒说一次",
        |said| said.seconds().is_none_or(|seconds| said.count("sunck") as f64 <= seconds + 1.0),
    )
}

fn every(seconds: f64, text: &str) -> Part {
    in_order([line(text), times(2.., in_order([pause(seconds), line(text)]))])
}

/// What they must not say.
pub fn broken() -> Vec<Broken> {
    vec![
        replaced("sunck", "kaige"),
        without("kaige is a nice man"),
        torn("sunck is a handsome man!"),
        taking(1.0),
        exit_code(0),
    ]
}
