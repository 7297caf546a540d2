// Two children run side by side; main waits for both.
// Notes: 父子进程的先后顺序 (N4). Page: process_order.

use std::io;
use std::thread;
use std::time::Duration;

use util::Process;

fn main() -> io::Result<()> {
    let _main = util::main_guard!(run, run2);

    println!("启动主进程");
    let one = Process::new(run, ()).start()?;
    let two = Process::new(run2, ()).start()?;

    // Without these two lines main would end here, and the children would be waited for unseen.
    one.join()?;
    two.join()?;
    println!("结束主进程");
    Ok(())
}

fn run() {
    println!("启动子进程");
    thread::sleep(Duration::from_secs(3));
    println!("结束子进程");
}

fn run2() {
    println!("启动子进程2");
    thread::sleep(Duration::from_secs(3));
    println!("结束子进程2");
}
