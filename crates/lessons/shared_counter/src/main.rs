// Two threads each add 1 a million times to one global: nothing is lost.
// Notes: 3.5 共享全局变量 (N3). Page: shared_counter. Twin: lost_updates.

use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::thread;

const ROUNDS: u32 = 1_000_000;

static NUM: AtomicU32 = AtomicU32::new(0);

fn main() {
    thread::scope(|scope| {
        scope.spawn(add);
        scope.spawn(add);
    });

    println!("{}", NUM.load(Relaxed));
}

fn add() {
    for _ in 0..ROUNDS {
        // Read, add and write as one step: no other thread comes in between.
        NUM.fetch_add(1, Relaxed);
    }
}
