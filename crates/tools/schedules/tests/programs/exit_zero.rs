// Main ends the program at once, and well, while a thread may still print.

use std::process;
use std::thread;

fn main() {
    let printer = thread::spawn(|| println!("printed"));
    if !printer.is_finished() {
        process::exit(0);
    }
    println!("waited");
}
