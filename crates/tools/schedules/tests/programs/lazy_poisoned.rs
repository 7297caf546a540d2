// A setting that cannot be read: whoever asks first panics, and whoever asks later panics, too.

use std::sync::LazyLock;
use std::thread;

static PORT: LazyLock<u16> = LazyLock::new(|| {
    println!("reading the port");
    "eighty".parse().unwrap()
});

fn main() {
    let worker = thread::spawn(|| *PORT + 1);
    println!("worker failed: {}", worker.join().is_err());
    println!("port {}", *PORT);
}
