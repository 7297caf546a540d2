// Each thread says that it wants to go, and lets the other one go first.

use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::thread;

static A_WANTS: AtomicBool = AtomicBool::new(false);
static B_WANTS: AtomicBool = AtomicBool::new(false);

fn go(mine: &AtomicBool, yours: &AtomicBool) {
    mine.store(true, SeqCst);
    while yours.load(SeqCst) {
        std::hint::spin_loop();
    }
    println!("goes");
    mine.store(false, SeqCst);
}

fn main() {
    thread::scope(|scope| {
        scope.spawn(|| go(&A_WANTS, &B_WANTS));
        scope.spawn(|| go(&B_WANTS, &A_WANTS));
    });
}
