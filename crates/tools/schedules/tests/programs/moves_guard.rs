// A lock is taken in one thread and given back in another, which Rust does not permit.

use std::sync::Mutex;
use std::thread;

static LIST: Mutex<Vec<i32>> = Mutex::new(Vec::new());

fn main() {
    let mut list = LIST.lock().unwrap();
    list.push(1);
    thread::spawn(move || drop(list)).join().unwrap();
    println!("{}", LIST.lock().unwrap().len());
}
