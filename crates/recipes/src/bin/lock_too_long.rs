// A lock that is held too long: four workers, and only one of them works.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::thread;
use std::time::Duration;

fn main() {
    println!("while let: {} at a time", most_at_a_time(worker_that_keeps_the_lock));
    println!("let … else: {} at a time", most_at_a_time(worker));
}

// The lock is held until the end of the loop's body, because the guard is part of its first line.
fn worker_that_keeps_the_lock(tasks: &Mutex<Vec<u64>>, counter: &Counter) {
    while let Some(millis) = tasks.lock().unwrap().pop() {
        work(millis, counter);
    }
}

// The guard ends with the statement, so the others take their tasks while this one works.
fn worker(tasks: &Mutex<Vec<u64>>, counter: &Counter) {
    loop {
        let Some(millis) = tasks.lock().unwrap().pop() else { break };
        work(millis, counter);
    }
}

fn most_at_a_time(worker: fn(&Mutex<Vec<u64>>, &Counter)) -> usize {
    let tasks = Mutex::new(vec![100; 8]);
    let counter = Counter::default();
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| worker(&tasks, &counter));
        }
    });
    counter.most.into_inner()
}

fn work(millis: u64, counter: &Counter) {
    let working = counter.working.fetch_add(1, SeqCst) + 1;
    counter.most.fetch_max(working, SeqCst);
    thread::sleep(Duration::from_millis(millis));
    counter.working.fetch_sub(1, SeqCst);
}

#[derive(Default)]
struct Counter {
    working: AtomicUsize,
    most: AtomicUsize,
}
