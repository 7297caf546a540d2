//! What a queue carries between two processes.

use std::io;

use criterion::{Criterion, Throughput};
use util::{Process, Queue};

/// So many values at a time.
const VALUES: u64 = 10_000;

fn main() -> io::Result<()> {
    let _main = util::main_guard!(puts, gets, echoes);
    let mut criterion = Criterion::default().configure_from_args();
    let mut group = criterion.benchmark_group("10,000 values through a queue");
    group.throughput(Throughput::Elements(VALUES)).sample_size(20);

    let (start, values) = (Queue::new(), Queue::new());
    Process::new(puts, (start.clone(), values.clone())).daemon(true).start()?;
    group.bench_function("a child puts, main gets", |bencher| {
        bencher.iter(|| {
            start.put(()).unwrap();
            (0..VALUES).map(|_| values.get().unwrap()).sum::<u64>()
        });
    });

    let (values, sum) = (Queue::new(), Queue::new());
    Process::new(gets, (values.clone(), sum.clone())).daemon(true).start()?;
    group.bench_function("main puts, a child gets", |bencher| {
        bencher.iter(|| {
            (0..VALUES).for_each(|value| values.put(value).unwrap());
            sum.get().unwrap()
        });
    });
    group.finish();

    let (there, back) = (Queue::new(), Queue::new());
    Process::new(echoes, (there.clone(), back.clone())).daemon(true).start()?;
    criterion.bench_function("one value there and back", |bencher| {
        bencher.iter(|| {
            there.put(7).unwrap();
            back.get().unwrap()
        });
    });
    criterion.final_summary();
    Ok(())
}

fn puts(start: Queue<()>, values: Queue<u64>) {
    while start.get().is_ok() {
        (0..VALUES).for_each(|value| values.put(value).unwrap());
    }
}

fn gets(values: Queue<u64>, sum: Queue<u64>) {
    loop {
        sum.put((0..VALUES).map(|_| values.get().unwrap()).sum()).unwrap();
    }
}

fn echoes(there: Queue<u64>, back: Queue<u64>) {
    while let Ok(value) = there.get() {
        back.put(value).unwrap();
    }
}
