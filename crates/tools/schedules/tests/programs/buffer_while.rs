// One producer, two consumers, and a consumer looks again each time that it is woken.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex};
use std::thread;

struct Buffer {
    items: Mutex<VecDeque<i32>>,
    filled: Condvar,
}

impl Buffer {
    fn put(&self, item: i32) {
        self.items.lock().unwrap().push_back(item);
        self.filled.notify_one();
    }

    fn take(&self) -> i32 {
        let mut items = self.items.lock().unwrap();
        while items.is_empty() {
            items = self.filled.wait(items).unwrap();
        }
        items.pop_front().unwrap()
    }
}

fn main() {
    let buffer = Buffer { items: Mutex::new(VecDeque::new()), filled: Condvar::new() };
    let sum = thread::scope(|scope| {
        let first = scope.spawn(|| buffer.take());
        let second = scope.spawn(|| buffer.take());
        buffer.put(1);
        buffer.put(2);
        first.join().unwrap() + second.join().unwrap()
    });
    println!("sum: {sum}");
}
