// Two workers, but `while let` keeps the lock as long as the job runs: they never work side by side.

use std::sync::{Arc, Mutex, mpsc};
use std::thread;

type Job = Box<dyn FnOnce() + Send>;

fn main() {
    let (tx, rx) = mpsc::channel::<Job>();
    let rx = Arc::new(Mutex::new(rx));
    let workers: Vec<_> = (0..2)
        .map(|_| {
            let rx = Arc::clone(&rx);
            thread::spawn(move || {
                while let Ok(job) = rx.lock().unwrap().recv() {
                    job();
                }
            })
        })
        .collect();

    for n in 1..=2 {
        tx.send(Box::new(move || {
            println!("begin {n}");
            println!("end {n}");
        }))
        .unwrap();
    }
    drop(tx);
    for worker in workers {
        worker.join().unwrap();
    }
}
