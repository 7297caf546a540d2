// Reads numbers, one a line, and gives every number to a thread that adds it.

use std::io;
use std::sync::Mutex;
use std::thread;

fn main() {
    let mut first = String::new();
    io::stdin().read_line(&mut first).expect("a name");
    let numbers: Vec<i32> =
        io::stdin().lines().map(|line| line.unwrap().trim().parse().unwrap()).collect();

    let sum = Mutex::new(0);
    thread::scope(|scope| {
        for number in &numbers {
            let sum = &sum;
            scope.spawn(move || *sum.lock().unwrap() += number);
        }
    });
    println!("{}：{}", first.trim(), sum.into_inner().unwrap());
}
