// error[E0507]: cannot move out of `self.thread` which is behind a mutable reference

use std::thread::{self, JoinHandle};

fn main() {
    let mut worker = Worker { thread: thread::spawn(|| 3) };
    println!("{}", worker.stop());
}

struct Worker {
    thread: JoinHandle<u32>,
}

impl Worker {
    fn stop(&mut self) -> u32 {
        self.thread.join().unwrap()
    }
}
