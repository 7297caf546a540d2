// The flag remembers that the notification has come.

use std::sync::{Arc, Condvar, Mutex};
use std::thread;

fn main() {
    let pair = Arc::new((Mutex::new(false), Condvar::new()));
    let for_worker = Arc::clone(&pair);

    let worker = thread::spawn(move || {
        let (ready, changed) = &*for_worker;
        let _ready = changed.wait_while(ready.lock().unwrap(), |ready| !*ready).unwrap();
        println!("worker starts");
    });

    *pair.0.lock().unwrap() = true;
    pair.1.notify_one();
    worker.join().unwrap();
    println!("done");
}
