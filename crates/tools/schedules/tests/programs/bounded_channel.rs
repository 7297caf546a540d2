// A channel with room for one message.

use std::sync::mpsc;
use std::thread;

fn main() {
    let (tx, rx) = mpsc::sync_channel(1);
    let producer = thread::spawn(move || {
        for n in 1..=2 {
            tx.send(n).unwrap();
            println!("put {n}");
        }
    });
    for n in rx {
        println!("got {n}");
    }
    producer.join().unwrap();
}
