// Two threads put money in and take it out again, without a lock: the balance does not stay 0.
// Notes: Lock (N2). Page: change_it_no_lock. Twin: change_it.

use std::sync::atomic::{AtomicI64, Ordering::Relaxed};
use std::thread;
use std::time::Duration;

const ROUNDS: usize = 100;

fn main() {
    let balance = AtomicI64::new(0);

    for _ in 0..ROUNDS {
        thread::scope(|scope| {
            scope.spawn(|| change_it(&balance, 5));
            scope.spawn(|| change_it(&balance, 8));
        });
    }

    println!("balance = {}", balance.load(Relaxed));
}

// In and out again: a thread that is alone here leaves the balance as it was.
fn change_it(balance: &AtomicI64, n: i64) {
    balance.fetch_add(n, Relaxed);
    let read = balance.load(Relaxed);
    thread::sleep(Duration::from_millis(1));
    balance.store(read - n, Relaxed);
}
