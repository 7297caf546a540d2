// error[E0597]: `balances` does not live long enough

use std::sync::Mutex;
use std::thread;

fn main() {
    let balances = [Mutex::new(100), Mutex::new(100)];
    for balance in &balances {
        thread::spawn(move || *balance.lock().unwrap() += 1).join().unwrap();
    }
}
