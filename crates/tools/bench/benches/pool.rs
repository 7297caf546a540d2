//! What a pool of two workers can do, and what the connections to two processes carry when nothing
//! but bytes goes over them.

use std::{hint, io};

use criterion::{BatchSize, Criterion, Throughput};
use util::Pool;

/// So many tasks wait at the same time.
const TASKS: u64 = 10_000;

const MEGABYTE: usize = 1_000_000;

fn main() -> io::Result<()> {
    #[cfg(unix)]
    if let Some(work) = raw::Work::of_this_process() {
        return work.answer();
    }
    let _main = util::main_guard!(square, back);
    let mut criterion = Criterion::default().configure_from_args();
    many_tasks(&mut criterion)?;
    one_task(&mut criterion)?;
    start_and_end(&mut criterion);
    criterion.final_summary();
    Ok(())
}

fn square(number: u64) -> u64 {
    hint::black_box(number * number)
}

fn back(text: String) -> String {
    text
}

fn many_tasks(criterion: &mut Criterion) -> io::Result<()> {
    let mut group = criterion.benchmark_group("10,000 tasks, two workers");
    group.throughput(Throughput::Elements(TASKS)).sample_size(20);
    let pool = Pool::new(2)?;
    group.bench_function("Pool", |bencher| {
        bencher.iter(|| {
            let results: Vec<_> =
                (0..TASKS).map(|number| pool.apply_async(square, (number,))).collect();
            results.into_iter().map(|result| result.get().unwrap()).sum::<u64>()
        });
    });
    group.bench_function("Pool::map", |bencher| {
        bencher.iter(|| pool.map(square, 0..TASKS).unwrap().into_iter().sum::<u64>());
    });
    pool.close().join();
    #[cfg(unix)]
    {
        let mut workers = [raw::Worker::new(raw::SQUARE)?, raw::Worker::new(raw::SQUARE)?];
        group.bench_function("bytes alone", |bencher| {
            bencher.iter(|| {
                std::thread::scope(|scope| {
                    for worker in &mut workers {
                        scope.spawn(|| (0..TASKS / 2).for_each(|_| worker.round_trip()));
                    }
                });
            });
        });
    }
    group.finish();
    Ok(())
}

fn one_task(criterion: &mut Criterion) -> io::Result<()> {
    let pool = Pool::new(2)?;
    let mut group = criterion.benchmark_group("one task");
    group.bench_function("Pool", |bencher| {
        bencher.iter(|| pool.apply_async(square, (7,)).get().unwrap());
    });
    #[cfg(unix)]
    {
        let mut worker = raw::Worker::new(raw::SQUARE)?;
        group.bench_function("bytes alone", |bencher| bencher.iter(|| worker.round_trip()));
    }
    group.finish();

    let mut group = criterion.benchmark_group("one task, 1 MB there and back");
    group.bench_function("Pool", |bencher| {
        bencher.iter_batched(
            || "x".repeat(MEGABYTE),
            |text| pool.apply_async(back, (text,)).get().unwrap(),
            BatchSize::LargeInput,
        );
    });
    #[cfg(unix)]
    {
        let mut worker = raw::Worker::new(raw::BACK)?;
        group.bench_function("bytes alone", |bencher| bencher.iter(|| worker.round_trip()));
    }
    group.finish();
    pool.close().join();
    Ok(())
}

fn start_and_end(criterion: &mut Criterion) {
    let started = || {
        let pool = Pool::new(2).unwrap();
        pool.apply_async(square, (7,)).get().unwrap();
        pool
    };
    let mut group = criterion.benchmark_group("pool of two");
    group.bench_function("start, up to the first result", |bencher| {
        bencher.iter_batched(|| (), |()| started(), BatchSize::PerIteration);
    });
    group.bench_function("close and join", |bencher| {
        bencher.iter_batched(started, |pool| pool.close().join(), BatchSize::PerIteration);
    });
    group.finish();
}

/// Two processes that send each other as many bytes as a task and its result have, over the kind
/// of connection that a pool and a worker have.
#[cfg(unix)]
mod raw {
    use std::io::{self, Read, Write};
    use std::os::fd::{AsFd, OwnedFd};
    use std::os::unix::net::UnixStream;
    use std::process::{Child, Command};
    use std::{array, env};

    use super::MEGABYTE;

    /// How many bytes go there and come back.
    #[derive(Clone, Copy)]
    pub(super) struct Work {
        there: usize,
        back: usize,
    }

    /// A frame with the name and the argument of a task, one with how long it took and its result.
    pub(super) const SQUARE: Work = Work { there: 46, back: 34 };
    pub(super) const BACK: Work = Work { there: MEGABYTE, back: MEGABYTE };

    const MARK: &str = "--raw";

    impl Work {
        /// `None` in the benchmark itself.
        pub(super) fn of_this_process() -> Option<Self> {
            let arguments: [String; 3] =
                array::from_fn(|at| env::args().nth(at + 1).unwrap_or_default());
            let [mark, there, back] = arguments;
            (mark == MARK)
                .then(|| Self { there: there.parse().unwrap(), back: back.parse().unwrap() })
        }

        /// Answers until the other end is closed.
        pub(super) fn answer(self) -> io::Result<()> {
            let mut stream = UnixStream::from(io::stdin().as_fd().try_clone_to_owned()?);
            let (mut task, result) = (vec![0; self.there], vec![0; self.back]);
            while stream.read_exact(&mut task).is_ok() {
                stream.write_all(&result)?;
            }
            Ok(())
        }
    }

    pub(super) struct Worker {
        process: Child,
        stream: Option<UnixStream>,
        task: Vec<u8>,
        result: Vec<u8>,
    }

    impl Worker {
        pub(super) fn new(work: Work) -> io::Result<Self> {
            let (ours, theirs) = UnixStream::pair()?;
            let process = Command::new(env::current_exe()?)
                .arg(MARK)
                .args([work.there.to_string(), work.back.to_string()])
                .stdin(OwnedFd::from(theirs))
                .spawn()?;
            Ok(Self {
                process,
                stream: Some(ours),
                task: vec![0; work.there],
                result: vec![0; work.back],
            })
        }

        pub(super) fn round_trip(&mut self) {
            let stream = self.stream.as_mut().expect("the worker has not ended");
            stream.write_all(&self.task).unwrap();
            stream.read_exact(&mut self.result).unwrap();
        }
    }

    impl Drop for Worker {
        fn drop(&mut self) {
            self.stream = None;
            let _ = self.process.wait();
        }
    }
}
