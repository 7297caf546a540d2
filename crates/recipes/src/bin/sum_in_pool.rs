// The sum of the squares of 1 to 1000, shared out among the workers of a pool.

use std::io;

use util::Pool;

const LAST: u64 = 1000;
const PARTS: u64 = 10;

fn main() -> io::Result<()> {
    let _main = util::main_guard!(sum_of_squares);

    let pool = Pool::new(None)?;
    // A task for each number would spend its time on the way to the worker. A task is a hundred numbers.
    let size = LAST / PARTS;
    let parts: Vec<_> = (0..PARTS)
        .map(|part| pool.apply_async(sum_of_squares, (part * size + 1, (part + 1) * size)))
        .collect();
    let sum: u64 = parts.into_iter().map(|part| part.get().unwrap()).sum();
    pool.close().join();

    println!("{sum}");
    Ok(())
}

fn sum_of_squares(first: u64, last: u64) -> u64 {
    (first..=last).map(|n| n * n).sum()
}
