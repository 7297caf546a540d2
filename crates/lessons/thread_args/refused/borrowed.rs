// error[E0373]: the thread may outlive main, and with it the name that it only borrows.

use std::thread;

fn main() {
    let name = String::from("borrowed");
    let thread = thread::spawn(|| println!("{name}"));
    thread.join().unwrap();
}
