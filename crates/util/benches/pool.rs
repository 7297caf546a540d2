//! How many empty tasks two workers can do, here and in CPython, whose times it takes itself.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use std::{hint, io};

use criterion::{Criterion, Throughput};
use util::Pool;

/// So many tasks wait at the same time.
const TASKS: u64 = 10_000;

fn main() -> io::Result<()> {
    let _main = util::main_guard!(square);

    let mut criterion = Criterion::default().configure_from_args();
    let mut group = criterion.benchmark_group("10,000 tasks, pool of 2");
    group.throughput(Throughput::Elements(TASKS)).sample_size(10);
    let pool = Pool::new(2)?;
    group.bench_function("here", |bencher| {
        bencher.iter(|| {
            let results: Vec<_> =
                (0..TASKS).map(|number| pool.apply_async(square, (number,))).collect();
            results.into_iter().map(|result| result.get().unwrap()).sum::<u64>()
        });
    });
    group.bench_function("CPython", |bencher| bencher.iter_custom(time_python));
    group.finish();
    pool.close().join();
    criterion.final_summary();
    Ok(())
}

fn square(number: u64) -> u64 {
    hint::black_box(number * number)
}

const PYTHON: &str = "
import sys, time
from multiprocessing import Pool

def square(number):
    return number * number

if __name__ == '__main__':
    rounds, tasks = int(sys.argv[1]), int(sys.argv[2])
    with Pool(2) as pool:
        pool.apply(square, (0,))
        start = time.perf_counter()
        for _ in range(rounds):
            results = [pool.apply_async(square, (number,)) for number in range(tasks)]
            sum(result.get() for result in results)
        print(time.perf_counter() - start)
";

fn time_python(rounds: u64) -> Duration {
    let start = Instant::now();
    let output = Command::new("python3")
        .args(["-c", PYTHON, &rounds.to_string(), &TASKS.to_string()])
        .stderr(Stdio::inherit())
        .output()
        .unwrap_or_else(|error| {
            panic!("this compares with CPython and needs python3 in PATH: {error}")
        });
    let seconds =
        String::from_utf8_lossy(&output.stdout).trim().parse().expect("a number of seconds");
    let took = Duration::from_secs_f64(seconds);
    assert!(took < start.elapsed());
    took
}
