// One producer, two consumers. A consumer looks only once whether there is something for it:
// `if` where `while` is needed.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex};
use std::thread;

fn consume(buffer: &Mutex<VecDeque<i32>>, filled: &Condvar) {
    let mut buffer = buffer.lock().unwrap();
    if buffer.is_empty() {
        buffer = filled.wait(buffer).unwrap();
    }
    match buffer.pop_front() {
        Some(item) => println!("got {item}"),
        None => println!("woken for nothing"),
    }
}

fn main() {
    let shared = Arc::new((Mutex::new(VecDeque::new()), Condvar::new()));
    let mut consumers = Vec::new();
    for _ in 0..2 {
        let shared = Arc::clone(&shared);
        consumers.push(thread::spawn(move || consume(&shared.0, &shared.1)));
    }

    shared.0.lock().unwrap().push_back(7);
    shared.1.notify_all();

    for consumer in consumers {
        consumer.join().unwrap();
    }
}
