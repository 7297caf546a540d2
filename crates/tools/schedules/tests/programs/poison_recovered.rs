// A thread panics while it holds the lock, and main takes the value all the same.

use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

fn main() {
    let stock = Arc::new(Mutex::new(10));
    let theirs = Arc::clone(&stock);
    let seller = thread::spawn(move || {
        let mut stock = theirs.lock().unwrap();
        *stock -= 3;
        panic!("the till is broken");
    });

    let left = *stock.lock().unwrap_or_else(PoisonError::into_inner);
    println!("{left} left");
    seller.join().unwrap_err();
    println!("poisoned: {}", stock.is_poisoned());
}
