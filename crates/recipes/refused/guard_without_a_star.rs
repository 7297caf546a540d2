// error[E0368]: binary assignment operation `+=` cannot be applied to type `std::sync::MutexGuard<'_, {integer}>`

use std::sync::Mutex;

fn main() {
    let balance = Mutex::new(100);
    balance.lock().unwrap() += 1;
}
