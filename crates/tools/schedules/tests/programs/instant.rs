// A sleep takes at least the time that it was asked for.

use std::thread;
use std::time::{Duration, Instant};

fn main() {
    let start = Instant::now();
    let sleeper = thread::spawn(|| thread::sleep(Duration::from_millis(20)));
    thread::sleep(Duration::from_millis(10));
    println!("10 ms or more: {}", start.elapsed() >= Duration::from_millis(10));
    sleeper.join().unwrap();
    println!("20 ms or more: {}", start.elapsed() >= Duration::from_millis(20));
}
