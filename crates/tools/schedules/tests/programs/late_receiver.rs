// The worker says that it has taken the message, and then hangs up.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::thread;

static TAKEN: AtomicBool = AtomicBool::new(false);

fn main() {
    let (tx, rx) = mpsc::channel();
    let worker = thread::spawn(move || {
        rx.recv().unwrap();
        TAKEN.store(true, Ordering::SeqCst);
    });

    tx.send("first").unwrap();
    if TAKEN.load(Ordering::SeqCst) {
        match tx.send("second") {
            Ok(()) => println!("sent"),
            Err(_) => println!("nobody listens"),
        }
    } else {
        println!("busy");
    }
    worker.join().unwrap();
}
