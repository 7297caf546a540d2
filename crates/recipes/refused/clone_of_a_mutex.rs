// error[E0277]: the trait bound `std::sync::Mutex<{integer}>: Clone` is not satisfied

use std::sync::Mutex;

fn main() {
    let balances = vec![Mutex::new(100); 3];
    println!("{}", balances.len());
}
