// error[E0277]: `Rc<Cell<bool>>` cannot be sent between threads safely

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
