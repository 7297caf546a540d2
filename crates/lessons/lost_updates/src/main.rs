// Two threads each add 1 a million times to one global, in two steps: additions are lost.
// Notes: 3.5 共享全局变量 (N3). Page: lost_updates. Twin: shared_counter.

use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::thread;

const ROUNDS: u32 = 1_000_000;

static NUM: AtomicU32 = AtomicU32::new(0);

fn main() {
    thread::scope(|scope| {
        scope.spawn(add);
        scope.spawn(add);
    });

    println!("expected: {}", 2 * ROUNDS);
    println!("counted: {}", NUM.load(Relaxed));
    println!("lost: {}", 2 * ROUNDS - NUM.load(Relaxed));
}

fn add() {
    for _ in 0..ROUNDS {
        // Safe Rust forbids data races. A load and a store apart still lose updates.
        let num = NUM.load(Relaxed);
        // A moment passes. What the other thread writes now, the store overwrites.
        for _ in 0..10 {
            std::hint::spin_loop();
        }
        NUM.store(num + 1, Relaxed);
    }
}
