use parity::*;

pub fn description() -> Description {
    Description::new(in_order([
        line("            threads   seconds   speed-up"),
        times(1.., line("computing {*}")),
        line("sleeping          1 {*}"),
        line("sleeping         10 {*}"),
        line("sleeping        100 {*}"),
        line("Computing is faster with more cores, if threads may use them; sleeping needs none."),
    ]))
    .takes(1.5..20.0)
}

parity::tests! {
    parallel_vs_concurrent,
    broken: [
        replaced("computing ", "computed "),
        replaced("sleeping         10", "sleeping         11"),
        taking(0.5),
    ]
}
