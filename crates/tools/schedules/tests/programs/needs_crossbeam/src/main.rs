// A channel of crossbeam.

use crossbeam::channel::unbounded;
use std::thread;

fn main() {
    let (tx, rx) = unbounded();
    thread::spawn(move || tx.send(1).unwrap());
    println!("{}", rx.recv().unwrap());
}
