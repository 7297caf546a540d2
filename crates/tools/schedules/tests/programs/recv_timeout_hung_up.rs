// A loop that asks every second for a message, until nobody is left to send one.

use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

fn main() {
    let (tx, rx) = mpsc::channel();
    thread::spawn(move || {
        thread::sleep(Duration::from_secs(3));
        tx.send("at last").unwrap();
    });
    let mut rounds = 0;
    loop {
        match rx.recv_timeout(Duration::from_secs(10)) {
            Ok(message) => println!("{message}"),
            Err(RecvTimeoutError::Timeout) => rounds += 1,
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
    println!("{rounds} rounds for nothing");
}
