//! What both programs of this lesson say.

use says::*;

pub fn description() -> Description {
    // At most the whole sum of a hundred rounds is left: 8 in each.
    Description::new(line("balance = {1..800}")).sleeps(0.1)
}

/// What they must not say.
pub fn broken() -> Vec<Broken> {
    vec![replaced("= ", "= 0\n"), replaced("= ", "= 9000"), exit_code(1)]
}
