// Several accounts, and threads that pay in and take out of all of them.

use std::sync::Mutex;
use std::thread;

fn main() {
    let accounts = ["ann", "bob", "eve"].map(|name| Account { name, balance: Mutex::new(100) });

    thread::scope(|scope| {
        // `&accounts`: each thread borrows an account. With `move` and no `&` the first thread would
        // take the accounts away from the others.
        for account in &accounts {
            for _ in 0..10 {
                scope.spawn(|| account.deposit(1));
                scope.spawn(|| account.withdraw(2));
            }
        }
    });

    for account in &accounts {
        println!("{}: {}", account.name, account.balance());
    }
    let ann = &accounts[0];
    println!("{} has 1000: {}", ann.name, ann.withdraw(1000));
}

struct Account {
    name: &'static str,
    balance: Mutex<i64>,
}

impl Account {
    fn deposit(&self, money: i64) {
        *self.balance.lock().unwrap() += money;
    }

    // Takes the money only if there is enough, and says whether it did.
    fn withdraw(&self, money: i64) -> bool {
        let mut balance = self.balance.lock().unwrap();
        let enough = *balance >= money;
        if enough {
            *balance -= money;
        }
        enough
    }

    fn balance(&self) -> i64 {
        *self.balance.lock().unwrap()
    }
}
