// Three philosophers, each of whom takes the fork with the smaller number first.

use std::sync::Mutex;
use std::thread;

const PHILOSOPHERS: usize = 3;

fn main() {
    let forks: Vec<Mutex<u32>> = (0..PHILOSOPHERS).map(|_| Mutex::new(0)).collect();
    thread::scope(|scope| {
        for n in 0..PHILOSOPHERS {
            let next = (n + 1) % PHILOSOPHERS;
            let (first, second) = (&forks[n.min(next)], &forks[n.max(next)]);
            scope.spawn(move || {
                let mut first = first.lock().unwrap();
                let mut second = second.lock().unwrap();
                *first += 1;
                *second += 1;
            });
        }
    });
    let uses: Vec<u32> = forks.into_iter().map(|fork| fork.into_inner().unwrap()).collect();
    println!("uses of the forks: {uses:?}");
}
