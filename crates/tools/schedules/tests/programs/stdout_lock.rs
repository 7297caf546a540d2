// The lock on stdout keeps two lines together.

use std::io::{self, Write};
use std::thread;

fn main() -> io::Result<()> {
    let other = thread::spawn(|| println!("other"));
    {
        let mut out = io::stdout().lock();
        writeln!(out, "first line")?;
        writeln!(out, "second line")?;
    }
    other.join().unwrap();
    Ok(())
}
