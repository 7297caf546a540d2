// A thread panics, and main learns of it at the join.

use std::thread;

fn main() {
    let worker = thread::spawn(|| {
        let empty: Vec<i32> = Vec::new();
        assert!(!empty.is_empty(), "no numbers");
        empty.iter().sum::<i32>()
    });

    match worker.join() {
        Ok(sum) => println!("sum {sum}"),
        Err(panic) => {
            let message = panic.downcast_ref::<&str>().unwrap();
            println!("the worker panicked: {message}");
        }
    }
}
