// error[E0277]: a target cannot borrow its arguments

use std::io;

use util::Process;

fn main() -> io::Result<()> {
    let _main = util::main_guard!(run);
    Process::new(run, ("ann",)).start()?.join()
}

fn run(name: &str) {
    println!("{name}");
}
