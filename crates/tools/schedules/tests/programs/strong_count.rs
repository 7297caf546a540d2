// How many own the list, while a thread may still own a part of it.

use std::sync::Arc;
use std::thread;

fn main() {
    let list = Arc::new(vec![1, 2, 3]);
    let theirs = Arc::clone(&list);
    let worker = thread::spawn(move || theirs.len());

    println!("owners: {}", Arc::strong_count(&list));
    println!("length: {}", worker.join().unwrap());
    println!("owners: {}", Arc::strong_count(&list));
}
