//! Shops that sell from one stock.

use integration_test::Stock;
use std::thread;

#[test]
fn one_shop_sells_what_is_there() {
    let stock = Stock::new(1);
    assert!(stock.sell());
    assert!(!stock.sell());
}

#[test]
fn two_shops_do_not_sell_one_thing_twice() {
    let stock = Stock::new(1);
    let sold = thread::scope(|scope| {
        let shops = [scope.spawn(|| stock.sell()), scope.spawn(|| stock.sell())];
        shops.into_iter().map(|shop| shop.join().unwrap()).filter(|&sold| sold).count()
    });
    assert_eq!(sold, 1);
}
