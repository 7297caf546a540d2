// error[E0521]: borrowed data escapes outside of method

use std::thread;

struct Worker {
    name: String,
}

impl Worker {
    fn start(&self) {
        thread::spawn(move || println!("{}", self.name));
    }
}

fn main() {
    Worker { name: String::from("worker") }.start();
}
