use parity::*;

pub fn description() -> Description {
    Description::new(in_order([
        line("Parent process {main}."),
        line("Child process will start."),
        line("Run child process test ({child})..."),
        line("Child process end."),
    ]))
}

parity::tests! {
    child_process,
    broken: [
        swapped("Child process will start.", "Child process end."),
        without("Child process end."),
        ids("main", "child"),
        ids("child", "main"),
    ]
}

parity::faults! { children: End }
