pub mod account;

use crate::bank::account::Account;
use std::thread;

pub fn two_customers(account: &Account) {
    thread::scope(|scope| {
        scope.spawn(|| account.double());
        scope.spawn(|| account.deposit(10));
    });
}
