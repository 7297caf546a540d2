// A child process runs a function, and its parent waits for it.
// Notes: 多进程 (N2). Page: child_process.

use std::io;
use std::process;

use util::Process;

fn main() -> io::Result<()> {
    // Python's `if __name__ == "__main__":`. The child runs run_proc here and never goes past.
    let _main = util::main_guard!(run_proc);

    println!("Parent process {}.", process::id());
    let child = Process::new(run_proc, ("test".to_string(),));
    println!("Child process will start.");
    let child = child.start()?;
    child.join()?;
    println!("Child process end.");
    Ok(())
}

fn run_proc(name: String) {
    println!("Run child process {name} ({})...", process::id());
}
