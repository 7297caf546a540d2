use ::std::sync::Mutex;

pub struct Account {
    balance: Mutex<u64>,
}

impl Account {
    pub fn new(balance: u64) -> Self {
        Account { balance: Mutex::new(balance) }
    }

    pub fn deposit(&self, money: u64) {
        *self.balance.lock().unwrap() += money;
    }

    pub fn double(&self) {
        let balance = self.balance();
        self.deposit(balance);
    }

    pub fn balance(&self) -> u64 {
        *self.balance.lock().unwrap()
    }
}
