// Main waits for the data in a loop that only looks.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};
use std::thread;

fn main() {
    let data = Arc::new(AtomicI32::new(0));
    let ready = Arc::new(AtomicBool::new(false));

    let (their_data, their_ready) = (data.clone(), ready.clone());
    let writer = thread::spawn(move || {
        their_data.store(42, Ordering::Relaxed);
        their_ready.store(true, Ordering::Release);
    });

    while !ready.load(Ordering::Acquire) {
        thread::yield_now();
    }
    println!("data: {}", data.load(Ordering::Relaxed));
    writer.join().unwrap();
}
