// A channel without room: the sender waits until its message is taken.

use std::sync::mpsc;
use std::thread;

fn main() {
    let (tx, rx) = mpsc::sync_channel(0);
    let sender = thread::spawn(move || {
        tx.send(1).unwrap();
        println!("handed over");
    });

    println!("ready");
    let number = rx.recv().unwrap();
    println!("got {number}");
    sender.join().unwrap();
}
