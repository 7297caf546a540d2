use parity::*;

pub fn description() -> Description {
    Description::new(in_order([
        line("start and join    µs each   x thread"),
        line("thread {*}"),
        times(0..=1, line("bare fork {*}")),
        line("process {*}"),
        line("A process costs {2..9999} times as much as a thread."),
    ]))
}

parity::tests! {
    spawn_cost,
    broken: [
        replaced("process  ", "fork  "),
        replaced("costs ", "costs 0."),
        without("start and join    µs each   x thread"),
    ]
}
