// Nobody waits for the thread: what it has printed when main ends, it has printed.

use std::thread;

fn main() {
    thread::spawn(|| {
        println!("a");
        println!("b");
    });
    println!("main ends");
}
