//! What both programs of this lesson say.

use says::*;

pub fn description() -> Description {
    // Far less than the hundred that were deposited.
    Description::new(line("账户余额：{1..99} 元"))
}

/// What they must not say.
pub fn broken() -> Vec<Broken> {
    vec![replaced("余额：", "余额：100"), replaced("余额：", "余额：-"), torn("元"), exit_code(1)]
}
