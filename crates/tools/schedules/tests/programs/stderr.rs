// Complains on stderr and answers on stdout.

use std::thread;

fn main() {
    let worker = thread::spawn(|| eprintln!("warning: slow"));
    eprintln!("starting");
    println!("42");
    worker.join().unwrap();
}
