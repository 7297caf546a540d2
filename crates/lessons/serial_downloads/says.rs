//! What both programs of this lesson say.

use says::*;

pub fn description() -> Description {
    let download = |thread: &str, file: &str, seconds| {
        in_order([
            line(&format!("{thread} starts {file}")),
            pause(seconds),
            line(&format!("{thread} has {file}")),
        ])
    };
    Description::new(in_order([
        download("main", "a.zip", 0.3),
        download("main", "b.zip", 0.6),
        download("main", "c.zip", 0.9),
        line("one thread: {one:1.80..99.99} s"),
        together([
            download("Thread-1", "a.zip", 0.3),
            download("Thread-2", "b.zip", 0.6),
            download("Thread-3", "c.zip", 0.9),
        ]),
        line("three threads: {three:0.90..99.99} s"),
    ]))
    .sleeps(2.7)
    .check_times("three threads are quicker than one", "三个线程比一个快", |said| {
        said.number("three") < said.number("one")
    })
}

/// What they must not say.
pub fn broken() -> Vec<Broken> {
    vec![
        swapped("main has a.zip", "main starts b.zip"),
        swapped("Thread-1 starts a.zip", "Thread-1 has a.zip"),
        replaced("three threads: ", "three threads: 1"),
        taking(1.0),
    ]
}
