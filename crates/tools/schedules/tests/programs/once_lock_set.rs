// Two threads want to set the same cell; one of them is too late.

use std::sync::OnceLock;
use std::thread;

static WINNER: OnceLock<&str> = OnceLock::new();

fn main() {
    println!("{:?}", WINNER.get());
    thread::scope(|scope| {
        scope.spawn(|| WINNER.set("left"));
        scope.spawn(|| WINNER.set("right"));
    });
    println!("{}", WINNER.get().unwrap());
}
