// A supervisor starts a job again whenever it panics.

use std::panic;
use std::sync::mpsc;
use std::thread;

fn main() {
    let (tx, rx) = mpsc::channel::<u32>();
    let clerk = thread::spawn(move || {
        for divisor in [0, 5] {
            tx.send(divisor).unwrap();
        }
        // Forgets to hang up.
        thread::park();
    });

    let mut restarts = 0;
    let mut job = || {
        for divisor in &rx {
            println!("{}", 100 / divisor);
        }
    };
    while panic::catch_unwind(panic::AssertUnwindSafe(&mut job)).is_err() {
        restarts += 1;
    }
    println!("{restarts} restarts");
    clerk.join().unwrap();
}
