use parity::*;

pub fn description() -> Description {
    Description::new(in_order([
        line("main: process {main}, parent {shell}"),
        together([
            line("child one: process {one}, parent {main}"),
            line("child two: process {two}, parent {main}"),
        ]),
    ]))
}

parity::tests! {
    process_ids,
    broken: [
        replaced("main: process", "child: process"),
        ids("one", "two"),
        ids("one", "main"),
        ids("shell", "two"),
    ]
}

parity::faults! { children: End }
