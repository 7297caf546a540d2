// A thread ends the whole program while main still works.

use std::process;
use std::thread;

fn main() {
    thread::spawn(|| process::exit(3));
    println!("working");
    println!("done");
}
