// error[E0277]: the `?` operator can only be used in a function that returns `Result` or `Option`

use std::process::Command;

fn main() {
    Command::new("cargo").status()?;
}
