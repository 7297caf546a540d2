// A lock that is made of one atomic: whoever does not get it tries again.

use std::hint;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::thread;

static LOCKED: AtomicBool = AtomicBool::new(false);
static COUNT: AtomicU32 = AtomicU32::new(0);

fn lock() {
    while LOCKED.compare_exchange(false, true, Ordering::Acquire, Ordering::Relaxed).is_err() {
        hint::spin_loop();
    }
}

fn unlock() {
    LOCKED.store(false, Ordering::Release);
}

fn main() {
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                lock();
                let count = COUNT.load(Ordering::Relaxed);
                COUNT.store(count + 1, Ordering::Relaxed);
                unlock();
            });
        }
    });
    println!("count: {}", COUNT.load(Ordering::Relaxed));
}
