// A program with names of its own that the prelude has, too.

use std::error::Error;
use std::sync::Arc;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

struct Mutex<T>(std::sync::Mutex<T>);

impl<T: Copy> Mutex<T> {
    fn get(&self) -> T {
        *self.0.lock().unwrap()
    }
}

mod thread {
    pub fn in_background(work: impl FnOnce() + Send + 'static) -> std::thread::JoinHandle<()> {
        std::thread::spawn(work)
    }
}

fn drop(text: &str) {
    println!("drops {text}");
}

fn report(number: u8) {
    println!("reports {number}");
}

enum Option<T> {
    Some(T),
    None,
}

trait Then {
    fn then<T>(self, work: impl FnOnce() -> T) -> Option<T>;
}

impl Then for (u8, u8) {
    fn then<T>(self, work: impl FnOnce() -> T) -> Option<T> {
        if self.0 > self.1 { Option::Some(work()) } else { Option::None }
    }
}

fn main() -> Result<()> {
    let number: u8 = "7".parse()?;
    let shared = Arc::new(Mutex(std::sync::Mutex::new(number)));
    let theirs = Arc::clone(&shared);
    let worker = thread::in_background(move || *theirs.0.lock().unwrap() += 1);
    worker.join().map_err(|_| "the worker panicked")?;
    drop("nothing");
    match (shared.get(), 0).then(|| report(shared.get())) {
        Option::Some(_) => Ok(()),
        Option::None => Err("no number".into()),
    }
}
