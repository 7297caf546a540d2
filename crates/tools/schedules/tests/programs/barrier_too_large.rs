// A barrier for three, to which only two come.

use std::sync::{Arc, Barrier};
use std::thread;

fn main() {
    let barrier = Arc::new(Barrier::new(3));
    let mut handles = vec![];
    for _ in 0..2 {
        let barrier = Arc::clone(&barrier);
        handles.push(thread::spawn(move || {
            println!("waiting");
            barrier.wait();
            println!("all here");
        }));
    }
    for handle in handles {
        handle.join().unwrap();
    }
}
