// The receiver learns that all senders are gone.

use std::sync::mpsc;
use std::thread;

fn main() {
    let (tx, rx) = mpsc::channel();
    thread::spawn(move || {
        tx.send("one").unwrap();
        tx.send("two").unwrap();
    });
    loop {
        match rx.recv() {
            Ok(word) => println!("{word}"),
            Err(error) => {
                println!("{error}");
                break;
            }
        }
    }
}
