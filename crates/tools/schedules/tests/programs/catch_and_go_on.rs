// A panic is caught in its own thread, and what the thread shares is used further.

use std::panic;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;

fn main() {
    let jobs = Mutex::new(vec![5, 0, 4]);
    let failures = AtomicU32::new(0);
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let job = jobs.lock().unwrap().pop();
                    let Some(job) = job else { break };
                    if panic::catch_unwind(|| 20 / job).is_err() {
                        failures.fetch_add(1, Ordering::Relaxed);
                    }
                }
            });
        }
    });
    let left = panic::catch_unwind(|| jobs.lock().unwrap().len()).unwrap();
    println!("{left} left, {} failed", failures.load(Ordering::Relaxed));
}
