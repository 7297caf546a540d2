// A thread parks for a while, and is told to go or goes by itself.

use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::thread;
use std::time::Duration;

static TOLD: AtomicBool = AtomicBool::new(false);

fn main() {
    let sleeper = thread::spawn(|| {
        thread::park_timeout(Duration::from_millis(10));
        println!("told: {}", TOLD.load(SeqCst));
    });
    sleeper.join().unwrap();
    TOLD.store(true, SeqCst);
    println!("main ends");
}
