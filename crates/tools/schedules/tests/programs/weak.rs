// A thread that only knows the list weakly finds it, or finds it gone.

use std::sync::{Arc, Weak};
use std::thread;

fn main() {
    let list = Arc::new(vec![1, 2, 3]);
    let weak: Weak<Vec<i32>> = Arc::downgrade(&list);
    let reader = thread::spawn(move || weak.upgrade().map(|list| list.len()));
    drop(list);
    println!("{:?}", reader.join().unwrap());
}
