// A guard that gets no name is dropped in its own line: the lock is given back at once.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;

static LOCK: Mutex<()> = Mutex::new(());
static SOLD: AtomicU32 = AtomicU32::new(0);

fn sell() {
    LOCK.lock().unwrap();
    let sold = SOLD.load(Ordering::Relaxed);
    SOLD.store(sold + 1, Ordering::Relaxed);
}

fn main() {
    let shops = [thread::spawn(sell), thread::spawn(sell)];
    for shop in shops {
        shop.join().unwrap();
    }
    println!("sold {}", SOLD.load(Ordering::Relaxed));
}
