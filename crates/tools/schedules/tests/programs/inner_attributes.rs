//! A program that begins with documentation of the crate and with attributes of the crate.

#![forbid(unsafe_code)]
#![warn(clippy::pedantic)]

use std::{
    fmt,
    sync::{Arc, Mutex},
    thread,
};

/// A coin with two sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Coin {
    Heads,
    Tails,
}

impl fmt::Display for Coin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Heads => f.write_str("正面"),
            Self::Tails => f.write_str("反面"),
        }
    }
}

fn main() {
    let coin = Arc::new(Mutex::new(Coin::Heads));
    let handles: Vec<_> = [Coin::Heads, Coin::Tails]
        .map(|side| {
            let coin = Arc::clone(&coin);
            thread::spawn(move || *coin.lock().unwrap() = side)
        })
        .into_iter()
        .collect();
    for handle in handles {
        handle.join().unwrap();
    }
    let coin = Arc::try_unwrap(coin).unwrap().into_inner().unwrap();
    println!("{coin}");
}
