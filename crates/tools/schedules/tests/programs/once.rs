// Whoever is first opens the door, and the other one waits until it is open.

use std::sync::Once;
use std::thread;

static DOOR: Once = Once::new();

fn main() {
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                DOOR.call_once(|| println!("the door opens"));
                println!("someone comes in");
            });
        }
    });
    println!("{}", DOOR.is_completed());
}
