//! What both programs of this lesson say.

use says::*;

pub fn description() -> Description {
    // A hundred sleeps of 10 ms, one after the other because of the lock.
    Description::new(line("账户余额：100 元")).sleeps(1.0)
}

/// What they must not say.
pub fn broken() -> Vec<Broken> {
    vec![replaced("100", "99"), without("账户余额：100 元"), taking(0.5), exit_code(1)]
}
