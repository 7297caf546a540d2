// Main waits for a thread and holds the lock that the thread needs.

use std::sync::{Arc, Mutex};
use std::thread;

fn main() {
    let total = Arc::new(Mutex::new(0));
    let theirs = Arc::clone(&total);

    let mut sum = total.lock().unwrap();
    let worker = thread::spawn(move || *theirs.lock().unwrap() += 1);
    *sum += 1;
    worker.join().unwrap();
    println!("{sum}");
}
