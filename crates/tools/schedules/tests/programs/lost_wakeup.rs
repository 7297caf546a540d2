// A notification that nobody waits for is lost: there is no flag that remembers it.

use std::sync::{Arc, Condvar, Mutex};
use std::thread;

fn main() {
    let pair = Arc::new((Mutex::new(()), Condvar::new()));
    let for_worker = Arc::clone(&pair);

    let worker = thread::spawn(move || {
        let (lock, start) = &*for_worker;
        let guard = lock.lock().unwrap();
        let _guard = start.wait(guard).unwrap();
        println!("worker starts");
    });

    pair.1.notify_one();
    worker.join().unwrap();
    println!("done");
}
