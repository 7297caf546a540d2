// The second way to make a thread: a type of one's own whose `run` is the thread's work.
// Notes: 继承 Thread (N1). Page: print_thread.

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

    // There is no class to inherit `start` from, but it is one line. It takes `self`: to start
    // the same thread twice, an error at run time in Python, does not compile.
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
