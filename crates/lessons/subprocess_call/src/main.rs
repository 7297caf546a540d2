// Runs other programs, one after the other, and waits for each.
// Notes: subprocess.call (N1). Page: subprocess_call.

use std::env;
use std::process::{self, Command};
use std::time::Instant;

fn main() {
    // Each argument is one command: cargo run -p subprocess_call -- "cargo --version" "rustc --version"
    let mut commands: Vec<String> = env::args().skip(1).collect();
    if commands.is_empty() {
        commands = vec!["cargo --version".to_string(), "rustc --version".to_string()];
    }

    let mut all_started = true;
    for command in &commands {
        all_started &= call(command);
    }
    if !all_started {
        process::exit(1);
    }
}

fn call(command: &str) -> bool {
    println!("$ {command}");
    let mut words = command.split_whitespace();
    let program = words.next().unwrap_or_default();

    let start = Instant::now();
    // status waits for the end of the program, as Python's subprocess.call does.
    match Command::new(program).args(words).status() {
        Ok(status) => {
            // A program that a signal has ended has no exit code.
            let code = status.code().map_or("none".to_string(), |code| code.to_string());
            println!("exit code {code} after {:.2} s", start.elapsed().as_secs_f64());
            true
        }
        Err(_) => {
            println!("cannot start {program:?}: is it installed, and spelled like this?");
            false
        }
    }
}
