// An atomic counter that is counted up atomically.

use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;

static COUNTER: AtomicU32 = AtomicU32::new(0);

fn main() {
    let handles = [(); 3].map(|()| thread::spawn(|| COUNTER.fetch_add(1, Ordering::Relaxed)));
    let mut before = handles.map(|handle| handle.join().unwrap());
    before.sort();
    println!("{before:?}, then {}", COUNTER.load(Ordering::Relaxed));
}
