use parity::*;

pub fn description() -> Description {
    Description::new(in_order([
        line("Process ({main}) start..."),
        together([
            line("I am child process ({child}) and my parent is {main}."),
            line("I ({main}) just created a child process ({child})."),
        ]),
    ]))
}

#[cfg(unix)]
parity::tests! {
    fork_demo,
    broken: [
        replaced("start...", "begin..."),
        ids("main", "child"),
        ids("child", "main"),
        torn("my parent is"),
    ]
}

parity::faults! { children: LiveOn }
