// error[E0277]: `Result<u32, TaskError>` doesn't implement `std::fmt::Display`

use std::io;

use util::Pool;

fn main() -> io::Result<()> {
    let _main = util::main_guard!(area);
    let pool = Pool::new(2)?;
    println!("{}", pool.apply_async(area, (2, 3)).get());
    Ok(())
}

fn area(width: u32, height: u32) -> u32 {
    width * height
}
