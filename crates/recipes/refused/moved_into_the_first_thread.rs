// error[E0382]: use of moved value: `balance`

use std::sync::Mutex;
use std::thread;

fn main() {
    let balance = Mutex::new(0);
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(move || *balance.lock().unwrap() += 1);
        }
    });
}
