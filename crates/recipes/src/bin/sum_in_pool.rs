// The sum of the squares of 1 to 1000: `map` shares them out among the workers of a pool.

use std::io;

use util::Pool;

fn main() -> io::Result<()> {
    let _main = util::main_guard!(square);

    let pool = Pool::new(None)?;
    let squares = pool.map(square, 1..=1000).unwrap();
    pool.close().join();

    println!("{}", squares.iter().sum::<u64>());
    Ok(())
}

fn square(n: u64) -> u64 {
    n * n
}
