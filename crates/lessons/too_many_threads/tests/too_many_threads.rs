use parity::*;

pub fn description() -> Description {
    Description::new(in_order([
        line("        threads      each                            together, in million steps/s"),
        times(4, line("alone {*}")),
        line("ours {*}"),
        line("theirs {*}"),
        line("More threads do no more work in all, but take more of it from other programs."),
    ]))
    .takes(5.0..30.0)
}

parity::tests! {
    too_many_threads,
    broken: [
        replaced("alone ", "ours "),
        replaced("theirs ", "ours "),
        taking(2.5),
    ]
}
