// Doubles or adds one, with a loop that tries again when another thread was faster.

use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

fn change(number: &AtomicU64, by: impl Fn(u64) -> u64) {
    let mut old = number.load(Ordering::Relaxed);
    loop {
        match number.compare_exchange(old, by(old), Ordering::AcqRel, Ordering::Relaxed) {
            Ok(_) => return,
            Err(now) => old = now,
        }
    }
}

fn main() {
    let number = AtomicU64::new(5);
    thread::scope(|scope| {
        scope.spawn(|| change(&number, |n| n * 2));
        scope.spawn(|| change(&number, |n| n + 1));
    });
    println!("{}", number.load(Ordering::Relaxed));
}
