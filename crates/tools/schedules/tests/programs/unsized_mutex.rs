// Shapes of several types, each behind a lock.

use std::sync::{Arc, Mutex};
use std::thread;

trait Shape: Send {
    fn grow(&mut self, times: u32);
    fn area(&self) -> u32;
}

struct Square(u32);
struct Strip(u32, u32);

impl Shape for Square {
    fn grow(&mut self, times: u32) {
        self.0 *= times;
    }
    fn area(&self) -> u32 {
        self.0 * self.0
    }
}

impl Shape for Strip {
    fn grow(&mut self, times: u32) {
        self.1 *= times;
    }
    fn area(&self) -> u32 {
        self.0 * self.1
    }
}

fn main() {
    let shapes: Vec<Arc<Mutex<dyn Shape>>> =
        vec![Arc::new(Mutex::new(Square(2))), Arc::new(Mutex::new(Strip(1, 5)))];
    let handles: Vec<_> = shapes
        .iter()
        .cloned()
        .map(|shape| thread::spawn(move || shape.lock().unwrap().grow(3)))
        .collect();
    for handle in handles {
        handle.join().unwrap();
    }
    let areas: Vec<u32> = shapes.iter().map(|shape| shape.lock().unwrap().area()).collect();
    println!("{areas:?}");
}
