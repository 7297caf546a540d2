//! Lists the files `says.rs` of the lessons, one module each.

use std::fmt::Write;
use std::path::Path;
use std::{env, fs};

fn main() {
    let lessons = Path::new(&env::var_os("CARGO_MANIFEST_DIR").unwrap()).join("../../lessons");
    println!("cargo::rerun-if-changed={}", lessons.display());

    let mut names: Vec<String> = fs::read_dir(&lessons)
        .unwrap()
        .map(|lesson| lesson.unwrap().file_name().into_string().unwrap())
        .filter(|name| lessons.join(name).join("says.rs").is_file())
        .collect();
    names.sort();

    let mut code = String::new();
    for name in &names {
        let file = fs::canonicalize(lessons.join(name).join("says.rs")).unwrap();
        writeln!(code, "#[path = {file:?}]\nmod {name};").unwrap();
    }
    code += "/// All lessons, by name.\npub static ALL: &[Described] = &[\n";
    for name in &names {
        writeln!(
            code,
            "    Described {{ lesson: {name:?}, description: {name}::description, broken: {name}::broken }},"
        )
        .unwrap();
    }
    code += "];\n";
    fs::write(Path::new(&env::var_os("OUT_DIR").unwrap()).join("all.rs"), code).unwrap();
}
