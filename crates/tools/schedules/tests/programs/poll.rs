// Main looks twice for a message, without waiting.

use std::sync::mpsc::{self, TryRecvError};
use std::thread;

fn main() {
    let (tx, rx) = mpsc::channel();
    let worker = thread::spawn(move || tx.send(5).unwrap());

    for _ in 0..2 {
        match rx.try_recv() {
            Ok(number) => println!("got {number}"),
            Err(TryRecvError::Empty) => println!("nothing yet"),
            Err(TryRecvError::Disconnected) => println!("hung up"),
        }
    }
    worker.join().unwrap();
}
