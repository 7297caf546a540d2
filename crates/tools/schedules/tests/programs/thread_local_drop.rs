// What a thread has for itself is dropped when the thread ends.

use std::cell::RefCell;
use std::thread;

struct Notes(Vec<&'static str>);

impl Drop for Notes {
    fn drop(&mut self) {
        println!("dropped: {}", self.0.join(" "));
    }
}

thread_local! {
    static NOTES: RefCell<Notes> = RefCell::new(Notes(Vec::new()));
}

fn main() {
    let worker = thread::spawn(|| {
        NOTES.with_borrow_mut(|notes| notes.0.push("one"));
        NOTES.with_borrow_mut(|notes| notes.0.push("two"));
        println!("worker is done");
    });
    worker.join().unwrap();
    println!("joined");
}
