// A thread that loops without a call that anybody could notice.

use std::thread;

fn main() {
    let spinner = thread::spawn(|| {
        let mut n = 0u32;
        loop {
            n = n.wrapping_add(1);
        }
    });
    println!("waiting");
    spinner.join().unwrap()
}
