// A thread that nobody joins ends with main; one that is joined is waited for.
// Notes: 守护线程 (N3 3.3, N1). Page: daemon_threads.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread;
use std::time::Duration;

fn main() {
    // Nobody will join this one: in Rust that makes it a daemon, without a word.
    thread::spawn(|| {
        loop {
            tick("daemon");
        }
    });

    // There is no `terminate` for a thread, neither here nor in Python: it has to look at a flag.
    let stop = Arc::new(AtomicBool::new(false));
    let worker = {
        let stop = Arc::clone(&stop);
        thread::spawn(move || {
            while !stop.load(Relaxed) {
                tick("worker");
            }
            println!("worker: was asked to stop");
        })
    };

    thread::sleep(Duration::from_secs(1));
    println!("main: stop, worker");
    stop.store(true, Relaxed);
    worker.join().unwrap();
    println!("main ends");
}

fn tick(name: &str) {
    println!("{name}: tick");
    thread::sleep(Duration::from_millis(400));
}
