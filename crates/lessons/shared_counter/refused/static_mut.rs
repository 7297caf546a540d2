// error[E0133]: a global that any thread may change at any time is outside of what Rust checks.

use std::thread;

static mut NUM: u32 = 0;

fn main() {
    thread::scope(|scope| {
        scope.spawn(add);
        scope.spawn(add);
    });
}

fn add() {
    for _ in 0..1_000_000 {
        NUM += 1;
    }
}
