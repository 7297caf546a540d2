// A thread that parks until it is told to go, whichever of the two comes first.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

fn main() {
    let go = Arc::new(AtomicBool::new(false));
    let their_go = Arc::clone(&go);
    let runner = thread::Builder::new()
        .name("runner".to_string())
        .spawn(move || {
            while !their_go.load(Ordering::Acquire) {
                thread::park();
            }
            println!("{} runs", thread::current().name().unwrap());
        })
        .unwrap();

    go.store(true, Ordering::Release);
    runner.thread().unpark();
    runner.join().unwrap();
}
