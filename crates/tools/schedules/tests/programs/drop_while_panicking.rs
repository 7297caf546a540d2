// A guard says goodbye, also when its thread panics.

use std::thread;

struct Guard;

impl Drop for Guard {
    fn drop(&mut self) {
        println!("cleaned up");
    }
}

fn main() {
    let worker = thread::spawn(|| {
        let _guard = Guard;
        println!("worker begins");
        panic!("out of paper");
    });
    println!("main");
    println!("worker failed: {}", worker.join().is_err());
}
