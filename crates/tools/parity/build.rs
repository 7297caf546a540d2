//! Lists the lessons and their descriptions, which stand in the lessons' tests.

use std::path::Path;
use std::{env, fs};

fn main() {
    let lessons = Path::new(&env::var_os("CARGO_MANIFEST_DIR").unwrap()).join("../../lessons");
    println!("cargo::rerun-if-changed={}", lessons.display());

    let mut names: Vec<String> = fs::read_dir(&lessons)
        .unwrap()
        .map(|lesson| lesson.unwrap().file_name().into_string().unwrap())
        .filter(|name| lessons.join(name).join("tests").join(format!("{name}.rs")).exists())
        .collect();
    names.sort();

    // The tests themselves can only be built as part of their lessons.
    let mut code = String::new();
    for name in &names {
        let test = lessons.join(name).join("tests").join(format!("{name}.rs"));
        let test = fs::canonicalize(test).unwrap();
        code += "#[cfg(not(test))]\n#[allow(unused_imports, dead_code)]\n";
        code += &format!("#[path = {test:?}]\nmod {name};\n");
    }
    code += "pub const DESCRIPTIONS: &[(&str, Describe)] = &[\n";
    for name in &names {
        code += &format!("    #[cfg(not(test))]\n    ({name:?}, {name}::description),\n");
    }
    code += "];\n";
    fs::write(Path::new(&env::var_os("OUT_DIR").unwrap()).join("descriptions.rs"), code).unwrap();
}
