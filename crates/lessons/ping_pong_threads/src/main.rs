// Two threads print, each when the scheduler lets it, and count together up to 100.
// Notes: 创建线程的两种方式 (N1). Page: ping_pong_threads.

use std::io::{self, Write};
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::thread;

const LIMIT: u32 = 100;

// A global that threads change must be an atomic or stand behind a lock.
// Relaxed is enough here: this one number is all that the threads share.
static COUNT: AtomicU32 = AtomicU32::new(0);

fn main() {
    thread::scope(|scope| {
        scope.spawn(|| output("ping"));
        scope.spawn(|| output("pong"));
    });
}

fn output(word: &str) {
    let mut printed = 0;

    // Looking at the count and raising it are two steps: both threads may see 99, print and count.
    while COUNT.load(Relaxed) < LIMIT {
        print!("{word}");
        io::stdout().flush().unwrap();
        COUNT.fetch_add(1, Relaxed);
        printed += 1;
    }

    println!("\n{word}打印了{printed}次\n");
}
