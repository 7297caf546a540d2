// The lock is held from the read to the write.

use std::sync::Mutex;
use std::thread;
use std::time::Duration;

fn main() {
    let balance = Mutex::new(0);
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                let mut balance = balance.lock().unwrap();
                let new_balance = *balance + 1;
                thread::sleep(Duration::from_millis(10));
                *balance = new_balance;
            });
        }
    });
    println!("账户余额：{} 元", balance.lock().unwrap());
}
