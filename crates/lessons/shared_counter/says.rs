//! What both programs of this lesson say.

use says::*;

pub fn description() -> Description {
    Description::new(line("2000000"))
}

/// What they must not say.
pub fn broken() -> Vec<Broken> {
    vec![replaced("2000000", "1999999"), without("2000000"), exit_code(1)]
}
