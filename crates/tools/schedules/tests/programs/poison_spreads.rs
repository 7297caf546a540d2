// One thread panics with the lock held, and the other may fall over the poison.

use std::sync::{Arc, Mutex};
use std::thread;

fn main() {
    let list = Arc::new(Mutex::new(vec![4, 0]));
    let handles: Vec<_> = (0..2)
        .map(|_| {
            let list = Arc::clone(&list);
            thread::spawn(move || {
                let mut list = list.lock().unwrap();
                let number = list.pop().unwrap();
                println!("12 / {number} = {}", 12 / number);
            })
        })
        .collect();
    let failed = handles.into_iter().filter_map(|handle| handle.join().err()).count();
    println!("{failed} failed");
}
