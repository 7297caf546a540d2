// Three philosophers, each of whom takes the fork on the left and then the one on the right.

use std::sync::Mutex;
use std::thread;

const PHILOSOPHERS: usize = 3;

fn main() {
    let forks: Vec<Mutex<()>> = (0..PHILOSOPHERS).map(|_| Mutex::new(())).collect();
    thread::scope(|scope| {
        for n in 0..PHILOSOPHERS {
            let left = &forks[n];
            let right = &forks[(n + 1) % PHILOSOPHERS];
            scope.spawn(move || {
                let _left = left.lock().unwrap();
                let _right = right.lock().unwrap();
                println!("philosopher {n} eats");
            });
        }
    });
}
