// As many threads as the machine has cores.

use std::thread;

fn main() {
    let cores = thread::available_parallelism().unwrap().get();
    let handles: Vec<_> = (0..cores).map(|n| thread::spawn(move || n)).collect();
    let sum: usize = handles.into_iter().map(|handle| handle.join().unwrap()).sum();
    println!("{cores} threads, sum {sum}");
}
