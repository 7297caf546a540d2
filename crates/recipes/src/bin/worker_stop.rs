// A worker of a type of its own: start it, ask it to stop, and join it for its result.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread::{self, JoinHandle};
use std::time::Duration;

fn main() {
    let worker = Worker::start("worker");
    thread::sleep(Duration::from_millis(350));
    let rounds = worker.stop();
    println!("it worked, and stopped when it was asked: {}", rounds > 0);
}

struct Worker {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<u32>,
}

impl Worker {
    fn start(name: &'static str) -> Worker {
        // Two owners, the thread and whoever holds the Worker: an Arc counts them.
        let stop = Arc::new(AtomicBool::new(false));
        let asked = Arc::clone(&stop);
        let thread = thread::spawn(move || run(name, &asked));
        Worker { stop, thread }
    }

    // It takes `self`: a worker that was stopped cannot be stopped again.
    fn stop(self) -> u32 {
        self.stop.store(true, Relaxed);
        self.thread.join().unwrap()
    }
}

fn run(name: &str, asked_to_stop: &AtomicBool) -> u32 {
    let mut rounds = 0;
    while !asked_to_stop.load(Relaxed) {
        println!("{name} works");
        thread::sleep(Duration::from_millis(100));
        rounds += 1;
    }
    println!("{name} stops");
    rounds
}
