// Counts letters in two threads, and prints those of the map that are asked for.

use std::collections::HashMap;
use std::sync::mpsc;
use std::thread;

fn main() {
    let (tx, rx) = mpsc::channel();
    for word in ["banana", "bandana"] {
        let tx = tx.clone();
        thread::spawn(move || {
            let mut counts: HashMap<char, u32> = HashMap::new();
            for letter in word.chars() {
                *counts.entry(letter).or_default() += 1;
            }
            tx.send(counts).unwrap();
        });
    }
    drop(tx);

    let mut total = HashMap::new();
    for counts in rx {
        for (letter, count) in counts {
            *total.entry(letter).or_insert(0) += count;
        }
    }
    println!("a: {}, b: {}, n: {}", total[&'a'], total[&'b'], total[&'n']);
}
