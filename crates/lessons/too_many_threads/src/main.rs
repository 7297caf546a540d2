// Busy threads share the cores: with more threads each gets less, and all together no more.
// Notes: 多线程的原理 (N0), ping 和 pong (N1). Page: too_many_threads.

use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
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
    // Busy threads are slow to let others start, so all wait here for the last one.
    let all_here = &Barrier::new(ours + theirs + 1);
    let stop = &AtomicBool::new(false);
    let steps = [AtomicU64::new(0), AtomicU64::new(0)];
    let micros = thread::scope(|scope| {
        for n in 0..ours + theirs {
            let steps = &steps[usize::from(n >= ours)];
            scope.spawn(move || {
                all_here.wait();
                steps.fetch_add(count_until(stop), Relaxed);
            });
        }
        let start = Instant::now();
        all_here.wait();
        thread::sleep(Duration::from_secs(1));
        stop.store(true, Relaxed);
        1e6 * start.elapsed().as_secs_f64()
    });
    steps.map(|steps| steps.into_inner() as f64 / micros)
}

fn count_until(stop: &AtomicBool) -> u64 {
    let mut steps = 0;
    while !stop.load(Relaxed) {
        steps += 1;
    }
    steps
}
