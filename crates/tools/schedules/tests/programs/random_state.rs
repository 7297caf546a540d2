// A die without a crate for random numbers: std's hasher is random.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};

fn main() {
    let die = RandomState::new().build_hasher().finish() % 6 + 1;
    println!("{die}");
}
