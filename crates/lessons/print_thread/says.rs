//! What both programs of this lesson say.

use says::*;

pub fn description() -> Description {
    Description::new(together([times(10_000, word("Ping")), times(20_000, word("pong"))]))
}

/// What they must not say.
pub fn broken() -> Vec<Broken> {
    vec![replaced("Ping", ""), replaced("pong", "Ping"), replaced("pong", "pongpong"), torn("Ping")]
}
