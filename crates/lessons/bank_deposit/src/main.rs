// A hundred threads of a type of their own each deposit 1 under the account's lock.
// Notes: 多线程并发 (N0). Page: bank_deposit.

use std::sync::Mutex;
use std::thread;
use std::time::Duration;

const DEPOSITS: usize = 100;

fn main() {
    let account = &Account::default();

    thread::scope(|scope| {
        for _ in 0..DEPOSITS {
            scope.spawn(|| AddMoneyThread { account, money: 1 }.run());
        }
    });

    println!("++++++++ {}", account.balance.lock().unwrap());

    // The balance is enough for the first transfer, not for a second.
    let savings = Account::default();
    assert!(account.transfer_to(&savings, 60) && !account.transfer_to(&savings, 60));
}

struct AddMoneyThread<'a> {
    account: &'a Account,
    money: i64,
}

impl AddMoneyThread<'_> {
    fn run(&self) {
        self.account.deposit(self.money);
    }
}

#[derive(Default)]
struct Account {
    balance: Mutex<i64>,
}

impl Account {
    fn deposit(&self, money: i64) {
        let mut balance = self.balance.lock().unwrap();
        let new_balance = *balance + money;
        thread::sleep(Duration::from_millis(1));
        *balance = new_balance;
    }

    fn transfer_to(&self, other: &Account, money: i64) -> bool {
        let mut balance = self.balance.lock().unwrap();
        let enough = *balance >= money;
        if enough {
            *balance -= money;
            drop(balance); // No thread ever holds two locks.
            other.deposit(money);
        }
        enough
    }
}
