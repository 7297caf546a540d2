//! What `cargo run` without a name shows.

use std::process::Command;

#[test]
fn it_names_every_lesson() {
    let output = Command::new(env!("CARGO_BIN_EXE_course")).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    for lesson in course::lessons() {
        let row = said.lines().find(|line| line.trim_start().starts_with(&format!("{lesson} ")));
        let row = row.unwrap_or_else(|| panic!("{lesson} is missing in:\n{said}"));
        assert!(row.ends_with('.'), "{lesson}: what it shows is missing");
    }
}
