// Main fills a channel with room for one before it starts to read.

use std::sync::mpsc;

fn main() {
    let (tx, rx) = mpsc::sync_channel(1);
    for n in 1..=2 {
        println!("sending {n}");
        tx.send(n).unwrap();
    }
    drop(tx);
    for n in rx {
        println!("got {n}");
    }
}
