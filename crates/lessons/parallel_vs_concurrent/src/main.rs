// Threads that compute need cores to run in parallel; threads that wait overlap even on one.
// Notes: 并发和并行 (N2), 多核CPU实现多任务的原理 (N4), 多任务 (N3), 多线程 (N0). Page: parallel_vs_concurrent.

use std::hint::black_box;
use std::thread;
use std::time::{Duration, Instant};

const STEPS: usize = 100_000_000;

fn main() {
    println!("            threads   seconds   speed-up");

    // The same work each time, divided among more and more threads.
    let alone = seconds(1, || compute(STEPS));
    row("computing", 1, alone, 1.0);
    for threads in 2..=num_cpus::get() {
        let time = seconds(threads, || compute(STEPS / threads));
        row("computing", threads, time, alone / time);
    }

    for threads in [1, 10, 100] {
        let time = seconds(threads, || thread::sleep(Duration::from_millis(500)));
        row("sleeping", threads, time, 0.5 * threads as f64 / time);
    }

    println!("Computing is faster with more cores, if threads may use them; sleeping needs none.");
}

fn seconds(threads: usize, work: impl Fn() + Sync) -> f64 {
    let start = Instant::now();
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(&work);
        }
    });
    start.elapsed().as_secs_f64()
}

fn compute(steps: usize) {
    for step in 0..steps {
        black_box(step);
    }
}

fn row(what: &str, threads: usize, seconds: f64, speed_up: f64) {
    let bar = "█".repeat((20.0 * seconds).ceil() as usize);
    println!("{what:<10} {threads:>8} {seconds:>9.2} {speed_up:>10.1}  {bar}");
}
