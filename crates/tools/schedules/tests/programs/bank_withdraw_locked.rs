// Two people withdraw from one account. The lock is held from the check to the withdrawal.

use std::sync::Mutex;
use std::thread;

fn withdraw(balance: &Mutex<i32>, money: i32) -> bool {
    let mut balance = balance.lock().unwrap();
    if *balance < money {
        return false;
    }
    *balance -= money;
    true
}

fn main() {
    let balance = Mutex::new(100);
    let (first, second) = thread::scope(|scope| {
        let first = scope.spawn(|| withdraw(&balance, 80));
        let second = scope.spawn(|| withdraw(&balance, 80));
        (first.join().unwrap(), second.join().unwrap())
    });
    println!("取款结果：{first} {second}，余额：{}", balance.into_inner().unwrap());
}
