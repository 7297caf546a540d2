//! What it costs to start a child and wait for its end.
//!
//! `bare` is the same executable, started and waited for by the standard library alone, and it
//! ends at once: what lies between the two is what this crate adds.

use std::hint::black_box;
use std::process::Command;
use std::{env, io};

use criterion::Criterion;
use util::Process;

const BARE: &str = "--bare";

fn main() -> io::Result<()> {
    if env::args().nth(1).is_some_and(|argument| argument == BARE) {
        return Ok(());
    }
    let _main = util::main_guard!(nothing);

    let mut criterion = Criterion::default().configure_from_args();
    let mut group = criterion.benchmark_group("start and join");
    let executable = env::current_exe()?;
    group.bench_function("bare", |bencher| {
        bencher.iter(|| Command::new(&executable).arg(BARE).status().unwrap());
    });
    group.bench_function("Process", |bencher| {
        bencher.iter(|| {
            let child = Process::new(nothing, ()).start().unwrap();
            child.join().unwrap();
            black_box(child.exit_code())
        });
    });
    group.finish();
    criterion.final_summary();
    Ok(())
}

fn nothing() {}
