// error[E0499]: a plain balance may be changed by one thread at a time, and two borrow it here.

use std::thread;

fn main() {
    let mut balance = 0;

    thread::scope(|scope| {
        scope.spawn(|| balance += 1);
        scope.spawn(|| balance += 1);
    });

    println!("账户余额：{balance} 元");
}
