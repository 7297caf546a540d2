// error[E0382]: start takes the thread away, so there is nothing left to start again.

use std::thread::{self, JoinHandle};

fn main() {
    let ping = PrintThread { word: "Ping" };
    let first = ping.start();
    let second = ping.start();
    first.join().unwrap();
    second.join().unwrap();
}

struct PrintThread {
    word: &'static str,
}

impl PrintThread {
    fn start(self) -> JoinHandle<()> {
        thread::spawn(move || println!("{}", self.word))
    }
}
