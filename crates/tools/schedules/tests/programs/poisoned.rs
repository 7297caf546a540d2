// A thread panics while it holds the lock, and main uses the lock as if nothing had happened.

use std::sync::{Arc, Mutex};
use std::thread;

fn main() {
    let numbers = Arc::new(Mutex::new(vec![1, 2, 3]));
    let theirs = Arc::clone(&numbers);
    let worker = thread::spawn(move || {
        let numbers = theirs.lock().unwrap();
        println!("number {}", numbers[3]);
    });

    let result = worker.join();
    println!("worker failed: {}", result.is_err());
    println!("{:?}", numbers.lock().unwrap());
}
