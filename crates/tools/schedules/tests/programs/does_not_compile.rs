// A student's program on its way: the closure borrows what main owns.

use std::thread;

fn main() {
    let name = String::from("Ferris");
    let handle = thread::spawn(|| println!("{name}"));
    handle.join().unwrap();
}
