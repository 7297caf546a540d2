// A thread wants to write while it still reads.

use std::sync::RwLock;

fn main() {
    let visits = RwLock::new(0);
    let seen = visits.read().unwrap();
    println!("visits so far: {seen}");
    *visits.write().unwrap() = *seen + 1;
    println!("counted");
}
