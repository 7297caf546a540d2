// Lamps go on from the last to the first, while main looks at each of them once.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

static LAMPS: [AtomicBool; 3] = [const { AtomicBool::new(false) }; 3];

fn main() {
    let countdown = thread::spawn(|| {
        for lamp in LAMPS.iter().rev() {
            lamp.store(true, Ordering::Release);
        }
    });
    let seen = LAMPS.iter().filter(|lamp| lamp.load(Ordering::Acquire)).count();
    println!("{seen} of 3 lamps");
    countdown.join().unwrap();
}
