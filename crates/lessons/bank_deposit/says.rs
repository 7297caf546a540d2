//! What both programs of this lesson say.

use says::*;

pub fn description() -> Description {
    // A hundred sleeps of 1 ms, one after the other because of the lock.
    Description::new(line("++++++++ 100")).sleeps(0.1)
}

/// What they must not say.
pub fn broken() -> Vec<Broken> {
    vec![replaced("100", "99"), without("++++++++ 100"), exit_code(101)]
}
