// The lock is taken to read the balance and taken again to write it.

use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

fn deposit(balance: &Mutex<i64>, money: i64) {
    let old = *balance.lock().unwrap();
    thread::sleep(Duration::from_millis(1));
    *balance.lock().unwrap() = old + money;
}

fn main() {
    let balance = Arc::new(Mutex::new(0));
    let handles: Vec<_> = (0..2)
        .map(|_| {
            let balance = Arc::clone(&balance);
            thread::spawn(move || deposit(&balance, 1))
        })
        .collect();
    for handle in handles {
        handle.join().unwrap();
    }
    println!("账户余额：{} 元", balance.lock().unwrap());
}
