// Workers of a type of their own: start them, ask them to stop, and join them for their results.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread::{self, JoinHandle};
use std::time::Duration;

fn main() {
    let workers = ["ann", "bob"].map(Worker::start);
    thread::sleep(Duration::from_millis(350));

    // First all are asked. Whoever joins the first at once lets the others go on working.
    for worker in &workers {
        worker.ask_to_stop();
    }
    let rounds = workers.map(Worker::join);
    println!("each has worked: {}", rounds.iter().all(|rounds| *rounds > 0));
}

struct Worker {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<u32>,
}

impl Worker {
    fn start(name: &'static str) -> Worker {
        // The flag has two owners, the thread and whoever holds the Worker. An Arc counts them.
        let stop = Arc::new(AtomicBool::new(false));
        let asked = Arc::clone(&stop);
        let thread = thread::spawn(move || run(name, &asked));
        Worker { stop, thread }
    }

    fn ask_to_stop(&self) {
        self.stop.store(true, Relaxed);
    }

    // It takes `self`: a worker cannot be joined twice.
    fn join(self) -> u32 {
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
