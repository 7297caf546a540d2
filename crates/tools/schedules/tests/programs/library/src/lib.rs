//! Counts words, with one thread for each line.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};
use std::thread;

pub fn count(text: &'static str) -> BTreeMap<&'static str, usize> {
    let counts = Arc::new(Mutex::new(HashMap::new()));
    let mut handles = Vec::new();
    for line in text.lines() {
        let counts = Arc::clone(&counts);
        handles.push(thread::spawn(move || {
            for word in line.split_whitespace() {
                *counts.lock().unwrap().entry(word).or_insert(0) += 1;
            }
        }));
    }
    for handle in handles {
        handle.join().unwrap();
    }
    let counts = counts.lock().unwrap();
    counts.iter().map(|(&word, &count)| (word, count)).collect()
}
