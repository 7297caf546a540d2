// Sells the last two things in two shops.

use integration_test::Stock;
use std::thread;

fn main() {
    let stock = Stock::new(2);
    thread::scope(|scope| {
        scope.spawn(|| stock.sell());
        scope.spawn(|| stock.sell());
    });
    println!("{stock:?}");
}
