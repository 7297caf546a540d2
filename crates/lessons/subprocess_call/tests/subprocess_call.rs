use parity::*;

pub fn description() -> Description {
    Description::new(in_order([
        line("$ cargo --version"),
        line("cargo {*}"),
        line("exit code 0 after {0.00..9.99} s"),
        line("$ rustc --version"),
        line("rustc {*}"),
        line("exit code 0 after {0.00..9.99} s"),
    ]))
}

parity::tests! {
    subprocess_call,
    broken: [
        swapped("$ cargo --version", "$ rustc --version"),
        without("$ rustc --version"),
        replaced("exit code 0", "exit code 1"),
        exit_code(1),
    ]
}
