// Sums in parallel.

use rayon::prelude::*;

fn main() {
    let sum: u64 = (1..=100u64).into_par_iter().sum();
    println!("{sum}");
}
