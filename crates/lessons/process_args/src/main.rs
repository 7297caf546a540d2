// Arguments for a child: by position, by name, and the child's own name.
// Notes: 2.2 进程的创建步骤, 2.3 进程执行带有参数的任务 (N3). Page: process_args.

use std::io;

use serde::{Deserialize, Serialize};
use util::{Process, current_process};

fn main() -> io::Result<()> {
    let _main = util::main_guard!(count, count_named);

    // A tuple of one has a comma, as in Python: (3,).
    let by_position = Process::new(count, (3,)).name("by position").start()?;
    by_position.join()?;

    // Rust has no keyword arguments. A field with another name does not compile; in Python the
    // child finds the wrong keyword when it runs.
    let by_keyword =
        Process::new(count_named, (Arguments { num: 3 },)).name("by keyword").start()?;
    by_keyword.join()?;
    Ok(())
}

fn count(num: u32) {
    for i in 1..=num {
        println!("{}: {i}", current_process().name());
    }
}

// What travels to another process has to be written down and read again.
#[derive(Serialize, Deserialize)]
struct Arguments {
    num: u32,
}

fn count_named(arguments: Arguments) {
    count(arguments.num);
}
