// Two readers and a writer. A reader sees both numbers from before the write or both from after it.

use std::sync::RwLock;
use std::thread;

fn main() {
    let point = RwLock::new((0, 0));
    let (first, second) = thread::scope(|scope| {
        let first = scope.spawn(|| *point.read().unwrap());
        let second = scope.spawn(|| *point.read().unwrap());
        scope.spawn(|| {
            let mut point = point.write().unwrap();
            point.0 = 1;
            point.1 = 1;
        });
        (first.join().unwrap(), second.join().unwrap())
    });
    println!("{first:?} {second:?}");
}
