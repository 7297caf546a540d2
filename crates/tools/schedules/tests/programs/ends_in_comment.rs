// The last line of this file is a comment, and no new line ends it.

use std::thread;

fn main() {
    let greeting = thread::spawn(|| "hello").join().unwrap();
    println!("{greeting}");
}

// fn main() { println!("an older version"); }