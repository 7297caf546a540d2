// A thread that waits until something is so: Python's Condition, and with it Event.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex};
use std::thread;

fn main() {
    let orders = Mutex::new(VecDeque::new());
    let changed = Condvar::new();

    thread::scope(|scope| {
        scope.spawn(|| {
            for _ in 0..3 {
                // It unlocks while it waits, and has locked again when it returns.
                let mut orders =
                    changed.wait_while(orders.lock().unwrap(), |orders| orders.is_empty()).unwrap();
                println!("cook: {}", orders.pop_front().unwrap());
            }
        });

        for order in ["rice", "soup", "tea"] {
            orders.lock().unwrap().push_back(order);
            changed.notify_all();
        }
    });
    println!("all is cooked");
}
