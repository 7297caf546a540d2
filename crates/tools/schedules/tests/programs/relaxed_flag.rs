// Data and flag, without an order between them.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::Relaxed};
use std::thread;

static DATA: AtomicU32 = AtomicU32::new(0);
static READY: AtomicBool = AtomicBool::new(false);

fn main() {
    let writer = thread::spawn(|| {
        DATA.store(42, Relaxed);
        READY.store(true, Relaxed);
    });
    if READY.load(Relaxed) {
        println!("data {}", DATA.load(Relaxed));
    } else {
        println!("not ready");
    }
    writer.join().unwrap();
}
