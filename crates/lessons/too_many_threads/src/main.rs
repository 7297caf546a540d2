// Busy threads share the cores: with more threads each gets less, and all together no more.
// Notes: 线程过多 (N0, N1). Page: too_many_threads.

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread;
use std::time::{Duration, Instant};

fn main() {
    let cores = num_cpus::get();
    let [most, _] = busy_second(cores, 0);
    let row = |whose: &str, threads: usize, together: f64| {
        let each = together / threads as f64;
        let bar = |part: f64| "█".repeat((20.0 * part).ceil().min(25.0) as usize);
        let (each_bar, bar) = (bar(each / most * cores as f64), bar(together / most));
        println!("{whose:<7} {threads:>7} {each:>9.2} {each_bar:<25} {together:>9.1} {bar}");
    };

    println!("        threads      each                            together, in million steps/s");
    row("alone", cores, most);
    for threads in [4 * cores, 16 * cores, 64 * cores] {
        row("alone", threads, busy_second(threads, 0)[0]);
    }
    let [ours, theirs] = busy_second(cores, 3 * cores);
    row("ours", cores, ours);
    row("theirs", 3 * cores, theirs);

    println!("More threads do no more work in all, but take more of it from other programs.");
}

// The million steps per second of our threads and of theirs, all busy at the same time.
fn busy_second(ours: usize, theirs: usize) -> [f64; 2] {
    let stop = &AtomicBool::new(false);
    let start = Instant::now();

    thread::scope(|scope| {
        let groups = [ours, theirs].map(|threads| {
            let threads = (0..threads).map(|_| scope.spawn(|| count_until(stop)));
            threads.collect::<Vec<_>>()
        });

        thread::sleep(Duration::from_secs(1));
        stop.store(true, Relaxed);
        let micros = start.elapsed().as_secs_f64() * 1e6;

        groups.map(|threads| {
            let steps = threads.into_iter().map(|thread| thread.join().unwrap());
            steps.sum::<u64>() as f64 / micros
        })
    })
}

fn count_until(stop: &AtomicBool) -> u64 {
    let mut steps = 0;
    while !stop.load(Relaxed) {
        steps += 1;
    }
    steps
}
