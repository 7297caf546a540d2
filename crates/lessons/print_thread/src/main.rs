// The first way to make a thread is to give it a function; the second is a type with a `run`.
// Notes: 创建线程的两种方式 (N1). Page: print_thread.

use std::io::{self, Write};
use std::thread::{self, JoinHandle};

fn main() {
    let ping = PrintThread::new("Ping", 10_000).start();
    let pong = PrintThread::new("pong", 20_000).start();

    ping.join().unwrap();
    pong.join().unwrap();
}

struct PrintThread {
    word: &'static str,
    times: u32,
}

impl PrintThread {
    fn new(word: &'static str, times: u32) -> PrintThread {
        PrintThread { word, times }
    }

    // Python inherits `start`; here it is one line. It takes `self`, so a second start does not
    // compile.
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
