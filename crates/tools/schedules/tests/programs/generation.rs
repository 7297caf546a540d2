// A waiter with a time limit watches a generation counter.

use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::Duration;

fn main() {
    let shared = Arc::new((Mutex::new(0), Condvar::new()));
    let theirs = Arc::clone(&shared);
    let waiter = thread::spawn(move || {
        let (generation, changed) = &*theirs;
        let mut generation = generation.lock().unwrap();
        let mut timeouts = 0;
        while *generation < 2 {
            let result;
            (generation, result) =
                changed.wait_timeout(generation, Duration::from_secs(1)).unwrap();
            timeouts += u32::from(result.timed_out());
        }
        (*generation, timeouts)
    });

    for _ in 0..2 {
        *shared.0.lock().unwrap() += 1;
        shared.1.notify_all();
    }
    println!("generation and timeouts: {:?}", waiter.join().unwrap());
}
