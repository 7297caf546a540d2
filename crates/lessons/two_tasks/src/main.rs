// Main and its child each do a task of their own, for ever: press Ctrl-C to end both.
// Notes: 启动进程实现多任务 (N4). Page: two_tasks.

use std::io;
use std::thread;
use std::time::Duration;

use util::Process;

fn main() -> io::Result<()> {
    let _main = util::main_guard!(run);

    Process::new(run, ("sunck".to_string(), "handsome".to_string())).start()?;
    loop {
        println!("kaige is a nice man");
        thread::sleep(Duration::from_millis(1200));
    }
}

// A child receives its arguments as values of its own: String, not &str.
fn run(name: String, quality: String) {
    loop {
        println!("{name} is a {quality} man!");
        thread::sleep(Duration::from_secs(1));
    }
}
