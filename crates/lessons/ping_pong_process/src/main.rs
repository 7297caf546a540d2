// Two processes print at the same time, for ever: press Ctrl-C to end both.
// Notes: ping 和 pong (N1). Page: ping_pong_process.

use std::io::{self, Write};
use std::process;
use std::thread;
use std::time::Duration;

use util::Process;

fn main() -> io::Result<()> {
    let _main = util::main_guard!(pong);

    println!("{}", process::id());
    Process::new(pong, ()).start()?;
    output("ping")
}

fn pong() {
    println!("{}", process::id());
    output("pong")
}

fn output(word: &str) -> ! {
    loop {
        print!("{word}");
        // Without a line break, what is printed stays in this process until it is flushed.
        io::stdout().flush().unwrap();
        thread::sleep(Duration::from_millis(10));
    }
}
