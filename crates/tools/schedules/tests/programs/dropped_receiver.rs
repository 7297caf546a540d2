// The worker takes one message and hangs up.

use std::sync::mpsc;
use std::thread;

fn main() {
    let (tx, rx) = mpsc::channel();
    let worker = thread::spawn(move || {
        let first: i32 = rx.recv().unwrap();
        first * 10
    });

    tx.send(1).unwrap();
    match tx.send(2) {
        Ok(()) => println!("sent both"),
        Err(error) => println!("nobody takes {}", error.0),
    }
    println!("{}", worker.join().unwrap());
}
