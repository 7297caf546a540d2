// Four children at work at the same time, each of which sends its result through one queue.

use std::io;

use util::{Process, Queue};

fn main() -> io::Result<()> {
    let _main = util::main_guard!(area);

    let results = Queue::new();
    for (width, height) in [(2, 3), (4, 5), (6, 7), (8, 9)] {
        Process::new(area, (width, height, results.clone())).start()?;
    }
    // No mark for the end is needed: when all children have ended, `get` gives an error.
    while let Ok(result) = results.get() {
        println!("{result}");
    }
    println!("all children have ended");
    Ok(())
}

fn area(width: u32, height: u32, results: Queue<String>) {
    results.put(format!("{width} x {height} = {}", width * height)).unwrap();
}
