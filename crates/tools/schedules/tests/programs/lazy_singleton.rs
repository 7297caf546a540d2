// A value that is made by whoever needs it first, and only once.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;

static MADE: AtomicU32 = AtomicU32::new(0);

fn settings() -> &'static str {
    static SETTINGS: OnceLock<String> = OnceLock::new();
    SETTINGS.get_or_init(|| {
        let number = MADE.fetch_add(1, Ordering::SeqCst) + 1;
        format!("settings {number}")
    })
}

fn main() {
    let other = thread::spawn(|| settings().len());
    let mine = settings();
    let length = other.join().unwrap();
    println!("{mine}, length {length}");
}
