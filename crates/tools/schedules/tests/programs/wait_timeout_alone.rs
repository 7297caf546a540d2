// Nobody notifies: only the time limit wakes the waiter.

use std::sync::{Condvar, Mutex};
use std::time::Duration;

fn main() {
    let door = Mutex::new(false);
    let opened = Condvar::new();
    let (open, result) = opened
        .wait_timeout_while(door.lock().unwrap(), Duration::from_millis(50), |open| !*open)
        .unwrap();
    println!("open: {open}, timed out: {}", result.timed_out());
}
