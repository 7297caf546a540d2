//! What both programs of this lesson say.

use says::*;

pub fn description() -> Description {
    // A hundred rounds of two sleeps of 1 ms, one after the other because of the lock.
    Description::new(line("balance = 0")).sleeps(0.2)
}

/// What they must not say.
pub fn broken() -> Vec<Broken> {
    vec![replaced("0", "5"), without("balance = 0"), taking(0.1)]
}
