// Main asks whether the worker is done, without waiting.

use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::thread;

static WORKED: AtomicBool = AtomicBool::new(false);

fn main() {
    let worker = thread::spawn(|| WORKED.store(true, SeqCst));
    let worked = WORKED.load(SeqCst);
    let finished = worker.is_finished();
    println!("worked: {worked}, finished: {finished}");
    worker.join().unwrap();
    println!("joined");
}
