// Only talks about `static mut`, in a comment and in a text, and about std::fs and TcpStream.

use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;

// static mut COUNTER: u32 = 0;
static COUNTER: AtomicU32 = AtomicU32::new(0);

fn main() {
    thread::spawn(|| COUNTER.fetch_add(1, Ordering::SeqCst)).join().unwrap();
    println!("no static mut, no std::fs: {}", COUNTER.load(Ordering::SeqCst));
}
