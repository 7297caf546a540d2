// Two threads borrow one sender.

use std::sync::mpsc;
use std::thread;

fn main() {
    let (tx, rx) = mpsc::channel();
    thread::scope(|scope| {
        scope.spawn(|| tx.send(1).unwrap());
        scope.spawn(|| tx.send(2).unwrap());
    });
    drop(tx);
    println!("{:?}", rx.iter().collect::<Vec<_>>());
}
