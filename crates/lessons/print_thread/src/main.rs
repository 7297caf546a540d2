// The second way to make a thread: a type of one's own whose `run` is the thread's work.
// Notes: 继承 Thread (N1). Page: print_thread.

use std::io::{self, Write};
use std::thread::{self, JoinHandle};

fn main() {
    let ping = PrintThread {
        word: "Ping",
        times: 10_000,
    }
    .start();
    let pong = PrintThread {
        word: "pong",
        times: 20_000,
    }
    .start();

    ping.join().unwrap();
    pong.join().unwrap();
}

struct PrintThread {
    word: &'static str,
    times: u32,
}

impl PrintThread {
    // Rust has no class to inherit `start` from: it is one line.
    // `start` takes `self`, so a thread that was started cannot be started again.
    fn start(self) -> JoinHandle<()> {
        thread::spawn(move || self.run())
    }

    fn run(&self) {
        for _ in 0..self.times {
            print!("{}", self.word);
            io::stdout().flush().unwrap();
        }
    }
}
