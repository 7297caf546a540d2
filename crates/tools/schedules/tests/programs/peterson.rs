// Peterson's algorithm: two threads take turns with nothing but loads and stores.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::thread;

static WANTS: [AtomicBool; 2] = [AtomicBool::new(false), AtomicBool::new(false)];
static TURN: AtomicUsize = AtomicUsize::new(0);
static COUNT: AtomicUsize = AtomicUsize::new(0);

fn run(me: usize) {
    let other = 1 - me;
    WANTS[me].store(true, SeqCst);
    TURN.store(other, SeqCst);
    while WANTS[other].load(SeqCst) && TURN.load(SeqCst) == other {}

    let count = COUNT.load(SeqCst);
    COUNT.store(count + 1, SeqCst);

    WANTS[me].store(false, SeqCst);
}

fn main() {
    let other = thread::spawn(|| run(1));
    run(0);
    other.join().unwrap();
    println!("count: {}", COUNT.load(SeqCst));
}
