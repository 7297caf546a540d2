// Main tries three times to get the lock and then gives up.

use std::sync::Mutex;
use std::thread;

fn main() {
    let printer = Mutex::new(());
    thread::scope(|scope| {
        scope.spawn(|| {
            let _printer = printer.lock().unwrap();
            thread::yield_now();
        });

        for _ in 0..3 {
            if printer.try_lock().is_ok() {
                println!("printed");
                return;
            }
        }
        println!("gave up");
    });
}
