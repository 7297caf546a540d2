// Main looks at the value if it can have it at once.

use std::sync::{Arc, Mutex};
use std::thread;

fn main() {
    let value = Arc::new(Mutex::new(0));
    let theirs = Arc::clone(&value);
    let worker = thread::spawn(move || {
        let mut value = theirs.lock().unwrap();
        *value = 1;
    });

    match value.try_lock() {
        Ok(value) => println!("value {value}"),
        Err(_) => println!("busy"),
    }
    worker.join().unwrap();
}
