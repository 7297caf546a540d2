//! What both programs of this lesson say.

use says::*;

pub fn description() -> Description {
    Description::new(in_order([
        line("expected: 2000000"),
        line("counted: {left:1..1999999}"),
        line("lost: {lost:1..1999999}"),
    ]))
    .check(
        "what is left and what is lost were two million",
        "剩下的和丢失的加起来是两百万",
        |said| said.number("left") + said.number("lost") == 2e6,
    )
}

/// What they must not say.
pub fn broken() -> Vec<Broken> {
    vec![replaced("lost: ", "lost: 1"), replaced("lost: ", "lost: 0\nlost: "), torn("lost")]
}
