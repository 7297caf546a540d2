// Looks without waiting, to read and to write.

use std::sync::{Arc, RwLock};
use std::thread;

fn main() {
    let news = Arc::new(RwLock::new("old"));
    let theirs = Arc::clone(&news);
    let reader = thread::spawn(move || {
        let news = theirs.read().unwrap();
        news.len()
    });

    println!("{}", if news.try_read().is_ok() { "one more reader" } else { "no reader" });
    match news.try_write() {
        Ok(mut news) => *news = "brand new",
        Err(_) => println!("somebody reads"),
    }
    println!("{}", reader.join().unwrap());
}
