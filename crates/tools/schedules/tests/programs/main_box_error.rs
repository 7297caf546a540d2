// Reads a number; what is wrong with it, main returns.

use std::error::Error;
use std::io::{self, Read};

fn main() -> Result<(), Box<dyn Error>> {
    let mut text = String::new();
    io::stdin().read_to_string(&mut text)?;
    println!("read {} lines", text.lines().count());
    let number: i32 = text.trim().parse()?;
    println!("{number}");
    Ok(())
}
