//! Lessons that were changed, compiled as the lessons are.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Where changed lessons lie.
pub struct Variants {
    /// The folder of their sources.
    #[allow(dead_code, reason = "only the test of the waits has twins there")]
    pub sources: PathBuf,
    /// The folder of the programs in Rust, by the names of their files.
    pub programs: PathBuf,
}

/// Writes these files, each a name and a text, into a folder of this name, and compiles those in Rust.
pub fn compile(package: &str, files: &[(String, String)]) -> Variants {
    let root = course::root();
    // One folder for good: what has not changed is not compiled again.
    let sources = root.join("target/variants").join(package);
    fs::create_dir_all(&sources).unwrap();
    let workspace = fs::read_to_string(root.join("Cargo.toml")).unwrap();
    let profile = workspace.split_once("[profile.dev]").unwrap().1;
    let profile = profile.split("\n# schedules").next().unwrap();
    let mut manifest = format!(
        "[package]\nname = {package:?}\nedition = \"2024\"\n[workspace]\n[dependencies]\n\
         util = {{ path = {:?} }}\nserde = {{ version = \"1\", features = [\"derive\"] }}\n\
         nix = {{ version = \"0.31\", features = [\"process\"] }}\nrand = \"0.10\"\n\
         [profile.dev]{profile}\n",
        root.join("crates/util"),
    );
    for (file, text) in files {
        write_if_new(&sources.join(file), text);
        if let Some(name) = file.strip_suffix(".rs") {
            manifest += &format!("[[bin]]\nname = {name:?}\npath = {file:?}\n");
        }
    }
    write_if_new(&sources.join("Cargo.toml"), &manifest);
    let locked = fs::read_to_string(root.join("Cargo.lock")).unwrap();
    if write_if_new(&sources.join("Cargo.lock.of_the_workspace"), &locked) {
        fs::write(sources.join("Cargo.lock"), locked).unwrap();
    }
    let target = root.join("target/variants/target");
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let built = Command::new(cargo)
        .args(["build", "--quiet", "--offline", "--bins"])
        .env("CARGO_TARGET_DIR", &target)
        // What is left of a line that was taken out, such as a name, is not used.
        .env("RUSTFLAGS", "--allow warnings")
        .current_dir(&sources)
        .status();
    assert!(built.unwrap().success());
    Variants { sources, programs: target.join("debug") }
}

/// Writes a file that has another content, and says whether it had.
fn write_if_new(path: &Path, content: &str) -> bool {
    let new = fs::read_to_string(path).ok().as_deref() != Some(content);
    if new {
        fs::write(path, content).unwrap();
    }
    new
}
