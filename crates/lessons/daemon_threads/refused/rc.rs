// error[E0277]: an Rc counts its owners without a lock, so it cannot be sent to another thread.

use std::cell::Cell;
use std::rc::Rc;
use std::thread;

fn main() {
    let stop = Rc::new(Cell::new(false));
    let worker = {
        let stop = Rc::clone(&stop);
        thread::spawn(move || while !stop.get() {})
    };
    stop.set(true);
    worker.join().unwrap();
}
