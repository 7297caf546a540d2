// Three downloads, one after the other in one thread, then side by side in three threads.
// Notes: 线程的串行 (N0). Page: serial_downloads.

use std::thread;
use std::time::{Duration, Instant};

const FILES: [(&str, u64); 3] = [("a.zip", 300), ("b.zip", 600), ("c.zip", 900)];

fn main() {
    let start = Instant::now();
    for (file, millis) in FILES {
        download("main", file, millis);
    }
    println!("one thread: {:.2} s", start.elapsed().as_secs_f64());

    let start = Instant::now();
    thread::scope(|scope| {
        for (n, (file, millis)) in FILES.into_iter().enumerate() {
            scope.spawn(move || download(&format!("Thread-{}", n + 1), file, millis));
        }
    });
    println!("three threads: {:.2} s", start.elapsed().as_secs_f64());
}

// A download is mostly waiting, so a sleep stands for it.
fn download(thread: &str, file: &str, millis: u64) {
    println!("{thread} starts {file}");
    thread::sleep(Duration::from_millis(millis));
    println!("{thread} has {file}");
}
