//! What `cargo run` without a name shows.

use std::process::Command;

#[test]
fn it_names_every_lesson() {
    let output = Command::new(env!("CARGO_BIN_EXE_course")).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let lines: Vec<_> = said.lines().collect();
    for lesson in course::lessons() {
        let names_it = |line: &&str| line.trim_start().starts_with(&format!("{lesson} "));
        let at = lines.iter().position(names_it);
        let at = at.unwrap_or_else(|| panic!("{lesson} is missing in:\n{said}"));
        let further = lines[at + 1..].iter().take_while(|line| line.starts_with("    "));
        let last = further.last().unwrap_or(&lines[at]);
        assert!(last.ends_with('.'), "{lesson}: what it shows is missing");
    }
}

#[test]
fn it_fits_into_a_terminal() {
    let output = Command::new(env!("CARGO_BIN_EXE_course")).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    for line in said.lines() {
        // A Chinese character takes two columns.
        let columns: usize = line.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum();
        assert!(columns <= 80, "{line}");
    }
}
