//! Writes each lesson's source with its numbers made smaller, so that all its schedules can be tried.

#[path = "src/smaller.rs"]
mod smaller;

use std::path::Path;
use std::{env, fs};

use smaller::{SMALLER, Twin, smaller};

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=src/smaller.rs");
    if env::var_os("CARGO_FEATURE_COMMAND").is_none() {
        return;
    }
    let out = env::var("OUT_DIR").expect("cargo sets OUT_DIR");
    for (lesson, changes) in SMALLER {
        let path = format!("../../lessons/{lesson}/src/main.rs");
        println!("cargo::rerun-if-changed={path}");
        let source = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
        let source =
            smaller(&source, changes, Twin::Rust).unwrap_or_else(|error| panic!("{path}: {error}"));
        fs::write(Path::new(&out).join(format!("{lesson}.rs")), source)
            .unwrap_or_else(|error| panic!("the small source of {lesson}: {error}"));
    }
}
