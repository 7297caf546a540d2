// Asks for a number.

use std::io;

fn main() {
    println!("How many?");
    let mut line = String::new();
    let bytes = io::stdin().read_line(&mut line).unwrap();
    println!("read {bytes} bytes");
    let number: u32 = line.trim().parse().unwrap();
    println!("{number}");
}
