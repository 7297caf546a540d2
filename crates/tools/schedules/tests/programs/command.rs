// Starts another program.

use std::process::Command;

fn main() {
    let status = Command::new("echo").arg("hello").status().unwrap();
    println!("{status}");
}
