// Several threads each say their name: the scheduler decides the order, not the order of creation.
// Notes: 3.4 线程间的执行顺序 (N3). Page: thread_order.

use std::thread;
use std::time::Duration;

const THREADS: u32 = 5;

fn main() {
    let mut threads = Vec::new();
    for n in 1..=THREADS {
        // A name is given before the start, so it is a builder that starts the thread.
        let builder = thread::Builder::new().name(format!("Thread-{n}"));
        threads.push(builder.spawn(task).unwrap());
    }

    // The order of the joins changes nothing: all threads run already.
    for thread in threads {
        thread.join().unwrap();
    }
}

fn task() {
    thread::sleep(Duration::from_millis(100));
    println!("{}", thread::current().name().unwrap());
}
