// error[E0593]: function is expected to take 1 argument, but it takes 2 arguments

use std::io;

use util::Pool;

fn main() -> io::Result<()> {
    let _main = util::main_guard!(area);
    let pool = Pool::new(2)?;
    println!("{:?}", pool.map(area, [(2, 3), (4, 5)]));
    Ok(())
}

fn area(width: u32, height: u32) -> u32 {
    width * height
}
