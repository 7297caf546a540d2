// Two people withdraw from one account. The check and the withdrawal each take the lock, but not
// the same lock.

use std::sync::{Arc, Mutex};
use std::thread;

struct Account {
    balance: Mutex<i32>,
}

impl Account {
    fn withdraw(&self, money: i32) {
        let enough = *self.balance.lock().unwrap() >= money;
        if enough {
            *self.balance.lock().unwrap() -= money;
        }
    }
}

fn main() {
    let account = Arc::new(Account { balance: Mutex::new(100) });
    let mut people = Vec::new();
    for _ in 0..2 {
        let account = Arc::clone(&account);
        people.push(thread::spawn(move || account.withdraw(80)));
    }
    for person in people {
        person.join().unwrap();
    }
    println!("balance: {}", account.balance.lock().unwrap());
}
