// When main ends, a daemon ends with it; an ordinary child is waited for.
// Notes: 2.6 主进程和子进程的结束顺序 (N3), 主进程和子进程 (N0). Page: daemon_vs_join.

use std::io;
use std::thread;
use std::time::Duration;

use util::Process;

fn main() -> io::Result<()> {
    let _main = util::main_guard!(work);

    Process::new(work, ("daemon".to_string(),)).daemon(true).start()?;
    Process::new(work, ("ordinary".to_string(),)).start()?;
    thread::sleep(Duration::from_secs(1));
    println!("main ends");
    Ok(())
    // Here the guard is dropped: it terminates the daemon, then joins the ordinary child.
}

fn work(name: String) {
    for tick in 1..=6 {
        println!("{name}: tick {tick}");
        thread::sleep(Duration::from_millis(500));
    }
    println!("{name}: finished");
}
