// A cache that is written when a name is not in it. In edition 2024 the reader of the condition
// is gone before the `else`.

use std::collections::HashMap;
use std::sync::RwLock;
use std::thread;

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
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| println!("{}", length(&cache, "ferris")));
        }
    });
    println!("{} in the cache", cache.read().unwrap().len());
}
