// The longer sleep does not have to end later.

use std::thread;
use std::time::Duration;

fn main() {
    let handles: Vec<_> = [10, 500]
        .into_iter()
        .map(|time| {
            thread::spawn(move || {
                thread::sleep(Duration::from_millis(time));
                println!("slept {time} ms");
            })
        })
        .collect();
    for handle in handles {
        handle.join().unwrap();
    }
}
