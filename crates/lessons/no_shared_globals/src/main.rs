// Processes share no globals: each child has a `money` of its own, and so has main.
// Notes: 全局变量在多个进程中不能共享 (N4), 2.5 进程间不共享全局变量 (N3). Page: no_shared_globals.

use std::io;
use std::sync::atomic::{AtomicI64, Ordering::SeqCst};
use std::thread;
use std::time::Duration;

use util::Process;

// A global that can change is atomic or locked: threads of this process could share it.
static MONEY: AtomicI64 = AtomicI64::new(10);

fn main() -> io::Result<()> {
    let _main = util::main_guard!(run1, run2);

    println!("启动主进程");
    let one = Process::new(run1, ()).start()?;
    let two = Process::new(run2, ()).start()?;
    one.join()?;
    two.join()?;
    println!("money = {}", MONEY.load(SeqCst));
    println!("结束主进程");
    Ok(())
}

fn run1() {
    println!("启动子进程1");
    println!("run1---1- {}", MONEY.load(SeqCst));
    thread::sleep(Duration::from_secs(3));
    println!("run1---2- {}", MONEY.load(SeqCst));
    MONEY.store(30, SeqCst);
    println!("run1---3- {}", MONEY.load(SeqCst));
    println!("结束子进程1");
}

fn run2() {
    println!("启动子进程2");
    println!("run2---1- {}", MONEY.load(SeqCst));
    thread::sleep(Duration::from_secs(1));
    MONEY.store(20, SeqCst);
    println!("run2---2- {}", MONEY.load(SeqCst));
    println!("结束子进程2");
}
