// error[E0594]: cannot assign to `self.balance`, which is behind a `&` reference

fn main() {
    Account { balance: 100 }.withdraw(30);
}

struct Account {
    balance: i64,
}

impl Account {
    fn withdraw(&self, money: i64) {
        self.balance -= money;
    }
}
