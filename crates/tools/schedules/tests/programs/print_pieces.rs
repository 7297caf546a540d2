// A line that is printed in two pieces may have something else in its middle.

use std::thread;

fn main() {
    let other = thread::spawn(|| println!("world"));
    print!("hello ");
    println!("there");
    other.join().unwrap();
}
