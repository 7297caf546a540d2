// Main ends a child that would go on working.
// Notes: 2.6 主进程和子进程的结束顺序 (N3). Page: terminate_process.

use std::io;
use std::thread;
use std::time::Duration;

use util::{Child, Process};

fn main() -> io::Result<()> {
    let _main = util::main_guard!(work);

    let child = Process::new(work, ()).start()?;
    thread::sleep(Duration::from_secs(1));
    println!("before terminate: {}", state(&child));

    child.terminate()?;
    // terminate asks for the end, join waits until it has come.
    child.join()?;
    println!("after join: {}", state(&child));
    println!("exit code: {}", child.exit_code().unwrap());
    Ok(())
}

fn work() {
    println!("child works");
    thread::sleep(Duration::from_secs(60));
    println!("never printed");
}

fn state(child: &Child) -> &'static str {
    if child.is_alive() { "alive" } else { "not alive" }
}
