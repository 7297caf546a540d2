// Two threads borrow one receiver, which Rust does not permit.

use std::sync::mpsc;
use std::thread;

fn main() {
    let (tx, rx) = mpsc::channel::<i32>();
    tx.send(1).unwrap();
    drop(tx);
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| println!("{:?}", rx.recv()));
        }
    });
}
