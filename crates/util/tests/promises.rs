//! The table of CPython's promises names tests that there are.

use std::collections::BTreeMap;

const TABLE: &str = include_str!("promises.md");

const TESTS: [&str; 6] = [
    include_str!("endings.rs"),
    include_str!("faults.rs"),
    include_str!("misuse.rs"),
    include_str!("pool.rs"),
    include_str!("process.rs"),
    include_str!("queue.rs"),
];

/// The kind of each promise, and what is said to it.
fn promises() -> impl Iterator<Item = (&'static str, &'static str)> {
    let rows = TABLE.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| --"));
    let cells = rows.map(|row| row.trim_matches('|').split(" | ").collect::<Vec<_>>());
    cells.filter(|cells| cells[0].trim() != "CPython's test").map(|cells| {
        let [_, _, kind, here] = cells[..] else { panic!("four cells, not {cells:?}") };
        (kind.trim(), here.trim())
    })
}

#[test]
fn every_test_that_is_named_is_run() {
    for (kind, here) in promises() {
        let names = here.split('`').skip(1).step_by(2).filter(|name| name.contains('_'));
        let mut tests = 0;
        for name in names.filter(|name| !["try_get", "get_timeout"].contains(name)) {
            // Once where it is, and once in the list of those that are run.
            let run = TESTS.iter().any(|file| {
                file.contains(&format!("fn {name}()")) && file.matches(name).count() > 1
            });
            assert!(run, "there is no test {name}");
            tests += 1;
        }
        assert!(tests > 0 || kind != "kept", "{here} names no test");
        assert!(["kept", "else", "none"].contains(&kind), "{kind}");
    }
}

#[test]
fn most_promises_are_kept() {
    let mut kinds = BTreeMap::new();
    promises().for_each(|(kind, _)| *kinds.entry(kind).or_insert(0) += 1);
    println!("{kinds:?}");
    assert!(kinds["kept"] > kinds["else"] + kinds["none"], "{kinds:?}");
}
