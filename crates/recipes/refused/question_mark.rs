// error[E0277]: `?` couldn't convert the error to `std::io::Error`

use std::io;

fn main() -> io::Result<()> {
    let number: u32 = "12".parse()?;
    println!("{number}");
    Ok(())
}
