//! What each crate costs a student who builds a process lesson for the first time.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use language::Language;
use progress::Progress;
use serde_json::Value;

/// A lesson that needs nothing but util.
const LESSON: &str = "child_process";

/// A table that a page of both books includes: its rows, without a word of any language.
pub fn file() -> PathBuf {
    course::root().join("docs/dependencies.txt")
}

/// Builds a process lesson so many times from nothing, and gives a row for each crate: its name and
/// the median of the seconds that compiling it takes, with its build script.
///
/// # Errors
///
/// When the lesson does not build, or cargo's report of it is not as this program knows it.
pub fn measure(rounds: usize) -> Result<String, String> {
    let mut seconds: BTreeMap<String, Vec<f64>> = BTreeMap::new();
    let progress = Progress::new(Language::En, rounds);
    for round in 1..=rounds {
        progress.about(format!("{LESSON} from nothing, {round} of {rounds}"));
        let folder =
            tempfile::tempdir().map_err(|error| format!("no temporary folder: {error}"))?;
        let report = build(folder.path())?;
        for (name, spent) in units(&report)? {
            seconds.entry(name).or_default().push(spent);
        }
        progress.one_more();
    }
    let medians = seconds.into_iter().map(|(name, spent)| (name, median(spent)));
    let mut medians: Vec<_> = medians.collect();
    medians.sort_by(|(_, one), (_, other)| other.total_cmp(one));
    let rows = medians.iter().map(|(name, seconds)| format!("| `{name}` | {seconds:.2} |\n"));
    Ok(rows.collect())
}

/// Builds the lesson into an empty folder, and gives cargo's report.
fn build(target: &Path) -> Result<String, String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let built = Command::new(cargo)
        .args(["build", "--quiet", "--locked", "--timings", "--package", LESSON])
        .current_dir(course::root())
        .env("CARGO_TARGET_DIR", target)
        .status()
        .map_err(|error| format!("cannot start cargo: {error}"))?;
    if !built.success() {
        return Err(format!("{LESSON} does not build"));
    }
    let report = target.join("cargo-timings/cargo-timing.html");
    fs::read_to_string(&report).map_err(|error| format!("{}: {error}", report.display()))
}

/// The crates of a report, and what each took. A crate with a build script has several units.
fn units(report: &str) -> Result<BTreeMap<String, f64>, String> {
    let unknown = || "cargo's report of its times has another form than before".to_owned();
    let (_, data) = report.split_once("const UNIT_DATA = ").ok_or_else(unknown)?;
    let mut values = serde_json::Deserializer::from_str(data).into_iter::<Vec<Value>>();
    let units = values.next().and_then(Result::ok).ok_or_else(unknown)?;
    let mut seconds = BTreeMap::new();
    for unit in units {
        let (name, spent) = (unit["name"].as_str(), unit["duration"].as_f64());
        let (name, spent) = name.zip(spent).ok_or_else(unknown)?;
        *seconds.entry(name.to_owned()).or_default() += spent;
    }
    Ok(seconds)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_units_of_a_crate_are_added_up() {
        let report = r#"<script>const UNIT_DATA = [
            {"name": "libc", "target": " build-script", "duration": 0.5},
            {"name": "libc", "target": "", "duration": 1.25},
            {"name": "util", "target": "", "duration": 1.0}
        ];
        const CONCURRENCY_DATA = [];</script>"#;
        let expected = [("libc".to_owned(), 1.75), ("util".to_owned(), 1.0)];
        assert_eq!(units(report), Ok(expected.into()));
        assert!(units("<script></script>").is_err());
    }
}
