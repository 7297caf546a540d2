// A hundred threads each deposit 1 without a lock: deposits overwrite each other.
// Notes: 多线程并发 (N0). Page: bank_no_lock. Twin: bank_lock.

use std::sync::atomic::{AtomicI64, Ordering::Relaxed};
use std::thread;
use std::time::Duration;

const DEPOSITS: i64 = 100;

fn main() {
    let account = Account::default();

    // Leaving the scope joins every thread.
    thread::scope(|scope| {
        for _ in 0..DEPOSITS {
            scope.spawn(|| account.deposit(1));
        }
    });

    println!("账户余额：{} 元", account.balance());
}

#[derive(Default)]
struct Account {
    balance: AtomicI64,
}

impl Account {
    fn deposit(&self, money: i64) {
        if money > 0 {
            let new_balance = self.balance.load(Relaxed) + money;
            thread::sleep(Duration::from_millis(10));
            self.balance.store(new_balance, Relaxed);
        }
    }

    fn balance(&self) -> i64 {
        self.balance.load(Relaxed)
    }
}
