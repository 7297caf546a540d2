// Two workers that give the lock back before they work.

use std::sync::{Mutex, mpsc};
use std::thread;

fn main() {
    let (tx, rx) = mpsc::channel();
    for n in 1..=2 {
        tx.send(n).unwrap();
    }
    drop(tx);
    let rx = Mutex::new(rx);

    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let Ok(n) = rx.lock().unwrap().recv() else { break };
                    println!("begin {n}");
                    println!("end {n}");
                }
            });
        }
    });
}
