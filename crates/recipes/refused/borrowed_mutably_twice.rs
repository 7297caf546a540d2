// error[E0499]: cannot borrow `account` as mutable more than once at a time

use std::thread;

fn main() {
    let mut account = Account { balance: 100 };
    thread::scope(|scope| {
        scope.spawn(|| account.withdraw(30));
        scope.spawn(|| account.withdraw(30));
    });
}

struct Account {
    balance: i64,
}

impl Account {
    fn withdraw(&mut self, money: i64) {
        self.balance -= money;
    }
}
