// Four philosophers who say that they eat.

use std::sync::{Arc, Mutex};
use std::thread;

struct Philosopher {
    name: &'static str,
    left: Arc<Mutex<()>>,
    right: Arc<Mutex<()>>,
}

impl Philosopher {
    fn eat(&self) {
        let _left = self.left.lock().unwrap();
        let _right = self.right.lock().unwrap();
        println!("{} is eating", self.name);
    }
}

fn main() {
    let forks: Vec<_> = (0..4).map(|_| Arc::new(Mutex::new(()))).collect();
    let names = ["Plato", "Kant", "Hume", "Marx"];

    let mut handles = Vec::new();
    for (seat, name) in names.into_iter().enumerate() {
        let philosopher = Philosopher {
            name,
            left: Arc::clone(&forks[seat]),
            right: Arc::clone(&forks[(seat + 1) % forks.len()]),
        };
        handles.push(thread::spawn(move || philosopher.eat()));
    }
    for handle in handles {
        handle.join().unwrap();
    }
}
