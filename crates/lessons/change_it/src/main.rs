// Two threads put money in and take it out again, under a lock: the balance stays 0.
// Notes: Lock (N2). Page: change_it. Twin: change_it_no_lock.

use std::sync::Mutex;
use std::thread;
use std::time::Duration;

const ROUNDS: usize = 100;

fn main() {
    let balance = Mutex::new(0);

    for _ in 0..ROUNDS {
        thread::scope(|scope| {
            scope.spawn(|| change_it(&balance, 5));
            scope.spawn(|| change_it(&balance, 8));
        });
    }

    println!("balance = {}", balance.lock().unwrap());
}

// In and out again: a thread that is alone here leaves the balance as it was.
fn change_it(balance: &Mutex<i64>, n: i64) {
    let mut balance = balance.lock().unwrap();
    *balance += n;
    let read = *balance;
    thread::sleep(Duration::from_millis(1));
    *balance = read - n;
}
