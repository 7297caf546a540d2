// Nobody begins the second round before everybody has ended the first.

use std::sync::Barrier;
use std::thread;

fn main() {
    let barrier = Barrier::new(2);
    thread::scope(|scope| {
        for name in ["甲", "乙"] {
            let barrier = &barrier;
            scope.spawn(move || {
                for round in 1..=2 {
                    println!("{name} 第 {round} 轮");
                    barrier.wait();
                }
            });
        }
    });
}
