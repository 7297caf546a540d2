// Two threads append to a file.

use std::fs::OpenOptions;
use std::io::Write;
use std::thread;

fn main() {
    thread::scope(|scope| {
        for line in ["one", "two"] {
            scope.spawn(move || {
                let mut file =
                    OpenOptions::new().append(true).create(true).open("log.txt").unwrap();
                writeln!(file, "{line}").unwrap();
            });
        }
    });
    println!("{}", std::fs::read_to_string("log.txt").unwrap().len());
}
