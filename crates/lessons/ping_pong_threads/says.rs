//! What both programs of this lesson say.

use says::*;

pub fn description() -> Description {
    let strand = |word: &str| {
        in_order([
            times(0..=101, says::word(word)),
            line(&format!("\n{word}打印了{{{word}:0..101}}次\n")),
        ])
    };
    Description::new(together([strand("ping"), strand("pong")]))
        .check("the numbers add up to 100 or 101", "两个次数之和是 100 或 101", |said| {
            (100.0..=101.0).contains(&(said.number("ping") + said.number("pong")))
        })
        .check(
            "each word is printed as often as is said",
            "每个词打印的次数与所说的相同",
            |said| {
                ["ping", "pong"]
                    .iter()
                    .all(|word| said.count(word) as f64 == said.number(word) + 1.0)
            },
        )
}

/// What they must not say.
pub fn broken() -> Vec<Broken> {
    vec![
        replaced("ping打印了", "ping打印了1"),
        replaced("次\n", "次\npi"),
        replaced("pong打印了", "ping打印了"),
        torn("ping"),
        exit_code(1),
    ]
}
