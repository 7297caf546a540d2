// A bank in several files: the account is in bank/account.rs, its users in bank.rs.

mod bank;

use bank::account::Account;

fn main() {
    let account = Account::new(50);
    bank::two_customers(&account);
    println!("balance: {}", account.balance());
}
