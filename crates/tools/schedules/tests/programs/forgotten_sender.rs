// Main keeps a sender, so the receiver waits for messages that never come.

use std::sync::mpsc;
use std::thread;

fn main() {
    let (tx, rx) = mpsc::channel();
    let tx2 = tx.clone();
    thread::spawn(move || tx2.send("hello").unwrap());

    for message in rx {
        println!("{message}");
    }
    println!("all received");
    drop(tx);
}
