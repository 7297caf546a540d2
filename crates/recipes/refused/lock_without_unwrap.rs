// error[E0614]: type `Result<MutexGuard<'_, {integer}>, PoisonError<...>>` cannot be dereferenced

use std::sync::Mutex;

fn main() {
    let balance = Mutex::new(100);
    *balance.lock() += 1;
}
