// A hundred threads each deposit 1 under the account's lock: nothing is lost.
// Notes: 线程锁 (N1). Page: bank_lock. Twin: bank_no_lock.

use std::sync::Mutex;
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
    balance: Mutex<i64>,
}

impl Account {
    fn deposit(&self, money: i64) {
        if money > 0 {
            // Locked from here to the end of the block: no other thread reads in between.
            let mut balance = self.balance.lock().unwrap();
            let new_balance = *balance + money;
            thread::sleep(Duration::from_millis(10));
            *balance = new_balance;
        }
    }

    fn balance(&self) -> i64 {
        *self.balance.lock().unwrap()
    }
}
