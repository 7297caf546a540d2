// Four children with arguments, and a result back from each.

use std::io;

use util::Pool;

fn main() -> io::Result<()> {
    let _main = util::main_guard!(area);

    let pool = Pool::new(4)?;
    let sizes = [(2, 3), (4, 5), (6, 7), (8, 9)];
    // `collect` gives out all tasks: they run at the same time. Only then are results asked for.
    let results: Vec<_> = sizes.iter().map(|size| pool.apply_async(area, *size)).collect();
    for ((width, height), result) in sizes.into_iter().zip(results) {
        match result.get() {
            Ok(area) => println!("{width} x {height} = {area}"),
            Err(error) => println!("{width} x {height}: {error}"),
        }
    }
    pool.close().join();
    Ok(())
}

fn area(width: u32, height: u32) -> u32 {
    width * height
}
