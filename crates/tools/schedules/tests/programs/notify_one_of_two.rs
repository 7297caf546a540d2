// Two threads wait for the same flag, and only one of them is notified.

use std::sync::{Condvar, Mutex};
use std::thread;

fn main() {
    let open = Mutex::new(false);
    let opened = Condvar::new();

    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let mut open = open.lock().unwrap();
                while !*open {
                    open = opened.wait(open).unwrap();
                }
                println!("through");
            });
        }
        *open.lock().unwrap() = true;
        opened.notify_one();
    });
}
