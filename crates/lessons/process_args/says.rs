//! What both programs of this lesson say.

use says::*;

pub fn description() -> Description {
    Description::new(in_order([
        line("by position: 1"),
        line("by position: 2"),
        line("by position: 3"),
        line("by keyword: 1"),
        line("by keyword: 2"),
        line("by keyword: 3"),
    ]))
}

/// What they must not say.
pub fn broken() -> Vec<Broken> {
    vec![
        without("by keyword: 3"),
        swapped("by position: 1", "by position: 2"),
        swapped("by position: 3", "by keyword: 1"),
        replaced("by keyword", "Process-2"),
    ]
}
