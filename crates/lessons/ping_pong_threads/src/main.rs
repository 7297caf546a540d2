// Two threads take turns as the scheduler likes and count together up to 100.
// Notes: 多线程 (N1). Page: ping_pong_threads.

use std::io::{self, Write};
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::thread;
use std::time::Duration;

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

    // To look at the count and to change it are two steps: both threads may see 99, print and count.
    while COUNT.load(Relaxed) < LIMIT {
        print!("{word}");
        io::stdout().flush().unwrap();
        COUNT.fetch_add(1, Relaxed);
        printed += 1;

        // Without this one thread has often done it all before the other gets a word in.
        thread::sleep(Duration::from_millis(1));
    }

    println!("\n{word}打印了{printed}次\n");
}
