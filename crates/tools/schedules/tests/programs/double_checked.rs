// Double-checked initialisation without the second check.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

static OPEN: AtomicBool = AtomicBool::new(false);
static LOG: Mutex<Vec<&str>> = Mutex::new(Vec::new());

fn write(line: &'static str) {
    if !OPEN.load(Ordering::Acquire) {
        let mut log = LOG.lock().unwrap();
        // Here one must look again.
        log.clear();
        log.push("opened");
        OPEN.store(true, Ordering::Release);
    }
    LOG.lock().unwrap().push(line);
}

fn main() {
    thread::scope(|scope| {
        scope.spawn(|| write("line"));
        scope.spawn(|| write("line"));
    });
    println!("{:?}", LOG.lock().unwrap());
}
