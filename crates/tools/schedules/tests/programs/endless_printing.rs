// Prints for ever.

fn main() {
    let mut n = 0u64;
    loop {
        println!("line {n}");
        n += 1;
    }
}
