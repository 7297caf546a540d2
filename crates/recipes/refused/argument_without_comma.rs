// error[E0308]: mismatched types

use std::io;

use util::Process;

fn main() -> io::Result<()> {
    let _main = util::main_guard!(count);
    Process::new(count, (3)).start()?.join()
}

fn count(to: u32) {
    println!("{to}");
}
