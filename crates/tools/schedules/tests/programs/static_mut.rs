// A counter that threads share without any protection.

use std::thread;

static mut COUNTER: u32 = 0;

fn main() {
    let handles: Vec<_> = (0..2)
        .map(|_| {
            thread::spawn(|| unsafe {
                COUNTER += 1;
            })
        })
        .collect();
    for handle in handles {
        handle.join().unwrap();
    }
    println!("{}", unsafe { COUNTER });
}
