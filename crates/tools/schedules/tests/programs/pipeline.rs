// Three stages, joined by channels: numbers, their squares, their sum.

use std::sync::mpsc;
use std::thread;

fn main() {
    let (to_square, numbers) = mpsc::channel();
    let (to_sum, squares) = mpsc::channel();

    thread::spawn(move || {
        for n in 1..=3 {
            to_square.send(n).unwrap();
        }
    });
    thread::spawn(move || {
        for n in numbers {
            to_sum.send(n * n).unwrap();
        }
    });

    let sum: i32 = squares.iter().sum();
    println!("1 + 4 + 9 = {sum}");
}
