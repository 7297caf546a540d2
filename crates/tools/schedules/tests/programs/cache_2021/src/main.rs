// A cache that is written when a name is not in it. In edition 2021 the reader of the condition
// lives to the end of the `else`.

use std::collections::HashMap;
use std::sync::RwLock;

fn length(cache: &RwLock<HashMap<String, usize>>, name: &str) -> usize {
    if let Some(length) = cache.read().unwrap().get(name) {
        *length
    } else {
        cache.write().unwrap().insert(name.to_string(), name.len());
        name.len()
    }
}

fn main() {
    let cache = RwLock::new(HashMap::new());
    println!("{}", length(&cache, "ferris"));
}
