// A letter box with room for one letter: what does not fit is thrown away.

use std::sync::mpsc::{self, TrySendError};
use std::thread;

fn main() {
    let (tx, rx) = mpsc::sync_channel(1);
    let reader = thread::spawn(move || rx.recv().unwrap());

    for letter in ['x', 'y'] {
        match tx.try_send(letter) {
            Ok(()) => println!("{letter} delivered"),
            Err(TrySendError::Full(letter)) => println!("{letter} thrown away"),
            Err(TrySendError::Disconnected(letter)) => println!("{letter} came back"),
        }
    }
    println!("read {}", reader.join().unwrap());
}
