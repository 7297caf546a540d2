// Main asks a worker to stop, by a flag, and joins it. A thread that nobody joins ends with main.
// Notes: 3.3 主线程和子线程的结束顺序 (N3), 创建线程的两种方式 (N1). Page: daemon_threads.

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread;
use std::time::Duration;

// A thread cannot be stopped from outside, in Rust or Python. It looks at a flag.
static STOP: AtomicBool = AtomicBool::new(false);

fn main() {
    // Nobody joins this one. In Rust that makes it a daemon.
    thread::spawn(daemon);
    let worker = thread::spawn(work);

    thread::sleep(Duration::from_secs(1));
    println!("main: stop, worker");
    STOP.store(true, Relaxed);
    worker.join().unwrap();
    println!("main ends");
}

fn daemon() {
    loop {
        tick("daemon");
    }
}

fn work() {
    while !STOP.load(Relaxed) {
        tick("worker");
    }
    println!("worker: was asked to stop");
}

fn tick(name: &str) {
    println!("{name}: tick");
    thread::sleep(Duration::from_millis(400));
}
