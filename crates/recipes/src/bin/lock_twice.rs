// A thread that locks twice waits for itself, and says nothing.

use std::sync::{Mutex, mpsc};
use std::thread;
use std::time::Duration;

static BALANCE: Mutex<i64> = Mutex::new(100);

fn main() {
    let (sender, finished) = mpsc::channel();
    thread::spawn(move || {
        add_interest_and_hang();
        sender.send(()).unwrap();
    });
    if finished.recv_timeout(Duration::from_secs(1)).is_err() {
        println!("stuck: it waits for the lock that it holds");
    }
    // The thread still waits, and ends with main. The next line must not lock BALANCE any more.
    println!("the remedy: {}", add_interest(&Mutex::new(100)));
}

// Looks right. But `balance` is the guard, and `current` wants the same lock once more.
fn add_interest_and_hang() {
    let mut balance = BALANCE.lock().unwrap();
    *balance += current() / 10;
}

fn current() -> i64 {
    *BALANCE.lock().unwrap()
}

// The remedy: who has locked hands on the number behind the guard, not the lock.
fn add_interest(balance: &Mutex<i64>) -> i64 {
    let mut balance = balance.lock().unwrap();
    *balance += interest(*balance);
    *balance
}

fn interest(balance: i64) -> i64 {
    balance / 10
}
