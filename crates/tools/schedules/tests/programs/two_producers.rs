// Two producers send to one receiver.

use std::sync::mpsc;
use std::thread;

fn main() {
    let (tx, rx) = mpsc::channel();
    for (name, count) in [("a", 2), ("b", 1)] {
        let tx = tx.clone();
        thread::spawn(move || {
            for number in 1..=count {
                tx.send(format!("{name}{number}")).unwrap();
            }
        });
    }
    drop(tx);

    let received: Vec<String> = rx.into_iter().collect();
    println!("{}", received.join(" "));
}
