// Two threads sleep for a random time.

use rand::Rng;
use std::thread;
use std::time::Duration;

fn main() {
    thread::scope(|scope| {
        for name in ["a", "b"] {
            scope.spawn(move || {
                let time = rand::rng().random_range(1..10);
                thread::sleep(Duration::from_millis(time));
                println!("{name}");
            });
        }
    });
}
