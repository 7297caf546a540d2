// A scoped thread panics and nobody joins it: the scope itself panics.

use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::thread;

fn main() {
    let tickets = AtomicU32::new(1);
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let left = tickets.load(SeqCst);
                if left > 0 && tickets.fetch_sub(1, SeqCst) == 0 {
                    panic!("sold a ticket that was not there");
                }
            });
        }
    });
    println!("sold out");
}
