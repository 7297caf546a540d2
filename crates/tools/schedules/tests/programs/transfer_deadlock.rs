// Two transfers in opposite directions, each of which locks the account that pays first.

use std::sync::{Arc, Mutex};
use std::thread;

fn transfer(from: &Mutex<i32>, to: &Mutex<i32>, money: i32) {
    let mut from = from.lock().unwrap();
    let mut to = to.lock().unwrap();
    *from -= money;
    *to += money;
}

fn main() {
    let a = Arc::new(Mutex::new(100));
    let b = Arc::new(Mutex::new(100));

    let (a1, b1) = (Arc::clone(&a), Arc::clone(&b));
    let there = thread::spawn(move || transfer(&a1, &b1, 30));
    let (a2, b2) = (Arc::clone(&a), Arc::clone(&b));
    let back = thread::spawn(move || transfer(&b2, &a2, 10));

    there.join().unwrap();
    back.join().unwrap();
    println!("a: {}, b: {}", a.lock().unwrap(), b.lock().unwrap());
}
