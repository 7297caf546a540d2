// Prints a map in the order of the map, which is another one in each run.

use std::collections::HashMap;

fn main() {
    let map = HashMap::from([("one", 1), ("two", 2), ("three", 3)]);
    for (word, number) in &map {
        println!("{word} {number}");
    }
}
