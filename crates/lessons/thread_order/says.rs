//! What both programs of this lesson say.

use says::*;

pub fn description() -> Description {
    let threads = (1..=5).map(|n| line(&format!("Thread-{n}")));
    Description::new(together(threads)).sleeps(0.1)
}

/// What they must not say.
pub fn broken() -> Vec<Broken> {
    vec![without("Thread-3"), replaced("Thread-1", "Thread-2"), torn("Thread-5")]
}
