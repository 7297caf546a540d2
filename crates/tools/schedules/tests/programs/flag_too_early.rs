// The flag says that the value is ready, but it is set before the value.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::thread;

static READY: AtomicBool = AtomicBool::new(false);
static PORT: AtomicU32 = AtomicU32::new(0);

fn main() {
    let configure = thread::spawn(|| {
        READY.store(true, Ordering::SeqCst);
        PORT.store(8080, Ordering::SeqCst);
    });
    if READY.load(Ordering::SeqCst) {
        println!("port {}", PORT.load(Ordering::SeqCst));
    } else {
        println!("not ready");
    }
    configure.join().unwrap();
}
