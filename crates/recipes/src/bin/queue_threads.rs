// A queue between threads: some put work in, one takes it out.

use std::sync::mpsc;
use std::thread;

fn main() {
    let (sender, receiver) = mpsc::channel();

    thread::scope(|scope| {
        for producer in 1..=2 {
            let sender = sender.clone();
            scope.spawn(move || {
                for n in 1..=3 {
                    sender.send(format!("producer {producer}: {n}")).unwrap();
                }
            });
        }
        // The receiver's loop ends when no sender is left, and main still has this one.
        drop(sender);

        for message in receiver {
            println!("{message}");
        }
    });
    println!("all producers are done");
}
