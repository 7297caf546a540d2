// Each thread has a counter of its own.

use std::cell::Cell;
use std::thread;

thread_local! {
    static COUNTER: Cell<u32> = const { Cell::new(0) };
}

fn count(times: u32) -> u32 {
    for _ in 0..times {
        COUNTER.with(|counter| counter.set(counter.get() + 1));
    }
    COUNTER.get()
}

fn main() {
    count(1);
    let worker = thread::spawn(|| count(5));
    let worker = worker.join().unwrap();
    println!("main {}, worker {worker}", count(2));
}
