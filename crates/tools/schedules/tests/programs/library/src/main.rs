// Counts words with one thread for each line; the counting is in the library of the same package.

fn main() {
    let counts = word_count::count("red green\nred blue");
    for (word, count) in counts {
        println!("{word} {count}");
    }
}
