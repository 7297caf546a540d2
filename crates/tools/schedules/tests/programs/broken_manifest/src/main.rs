// The manifest beside this file misses a bracket.

fn main() {
    println!("hello");
}
