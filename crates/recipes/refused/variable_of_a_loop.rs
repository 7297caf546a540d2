// error[E0373]: closure may outlive the current function, but it borrows `n`, which is owned by the current function

use std::sync::Mutex;
use std::thread;

fn main() {
    let balance = Mutex::new(100);
    thread::scope(|scope| {
        for n in 1..=3 {
            scope.spawn(|| *balance.lock().unwrap() += n);
        }
    });
}
