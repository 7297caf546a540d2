// A worker prints until it is told to stop.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

fn main() {
    let stop = Arc::new(AtomicBool::new(false));
    let theirs = Arc::clone(&stop);
    let worker = thread::spawn(move || {
        while !theirs.load(Ordering::Relaxed) {
            println!("tick");
            thread::sleep(Duration::from_secs(1));
        }
    });
    stop.store(true, Ordering::Relaxed);
    worker.join().unwrap();
    println!("stopped");
}
