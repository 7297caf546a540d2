//! Who depends on whom, and on which compiler, as cargo tells it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use serde_json::Value;
use syn::visit::{self, Visit};

/// The rooms that others use, each after those that it uses itself. All other tools are commands,
/// which nobody uses. What stands in for std in a searched program is the search itself, so `schedules`
/// is both.
const SHARED: [&str; 10] = [
    "text",
    "says",
    "course",
    "language",
    "progress",
    "runner",
    "descriptions",
    "tracer",
    "schedules-test",
    "schedules",
];

/// The systems that students have.
const SYSTEMS: [&str; 3] =
    ["x86_64-unknown-linux-gnu", "aarch64-apple-darwin", "x86_64-pc-windows-msvc"];

/// What cargo knows of the packages.
struct Metadata {
    /// By id.
    packages: BTreeMap<String, Value>,
    /// The ids of the packages here.
    members: Vec<String>,
    /// The ids of those that a plain `cargo test` is about.
    default_members: Vec<String>,
    /// By id, the ids of what each depends on, also in its tests.
    dependencies: BTreeMap<String, Vec<String>>,
}

impl Metadata {
    fn of(system: &str) -> Self {
        let output = Command::new(env!("CARGO"))
            .args(["metadata", "--format-version", "1", "--locked", "--filter-platform", system])
            .current_dir(course::root())
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let all: Value = serde_json::from_slice(&output.stdout).unwrap();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let list = |value: &Value| value.as_array().unwrap().clone();
        let ids = |value: &Value| list(value).iter().map(text).collect::<Vec<_>>();
        let nodes = list(&all["resolve"]["nodes"]);
        Self {
            packages: list(&all["packages"])
                .into_iter()
                .map(|package| (text(&package["id"]), package))
                .collect(),
            members: ids(&all["workspace_members"]),
            default_members: ids(&all["workspace_default_members"]),
            dependencies: nodes
                .iter()
                .map(|node| (text(&node["id"]), ids(&node["dependencies"])))
                .collect(),
        }
    }

    fn name(&self, id: &str) -> &str {
        self.packages[id]["name"].as_str().unwrap()
    }

    fn is_lesson(&self, id: &str) -> bool {
        course::is_lesson(self.name(id))
    }

    /// The names of the packages here that a package here depends on.
    fn neighbours(&self, id: &str) -> BTreeSet<&str> {
        let dependencies = self.dependencies[id].iter();
        let here = dependencies.filter(|dependency| self.members.contains(dependency));
        here.map(|dependency| self.name(dependency)).collect()
    }

    /// The packages that promise a compiler, and all that they are built and tested with.
    fn promised(&self) -> BTreeSet<&str> {
        let promise = |id: &&String| self.packages[*id]["rust_version"].is_string();
        let mut open: Vec<&String> = self.members.iter().filter(promise).collect();
        open.extend(&self.default_members);
        let mut found = BTreeSet::new();
        while let Some(id) = open.pop() {
            if found.insert(id.as_str()) {
                open.extend(&self.dependencies[id]);
            }
        }
        found
    }
}

static METADATA: LazyLock<Metadata> = LazyLock::new(|| Metadata::of(SYSTEMS[0]));

#[test]
fn no_arrow_goes_backwards() {
    for id in &METADATA.members {
        let name = METADATA.name(id);
        let allowed: BTreeSet<&str> = if METADATA.is_lesson(id) {
            BTreeSet::from(["util", "runner", "says"])
        } else if name == "util" {
            BTreeSet::new()
        } else if let Some(place) = SHARED.iter().position(|shared| *shared == name) {
            SHARED[..place].iter().copied().collect()
        } else {
            SHARED.into_iter().chain(["util"]).collect()
        };
        let used = METADATA.neighbours(id);
        let backwards: Vec<_> = used.difference(&allowed).collect();
        assert!(backwards.is_empty(), "{name} may not use {backwards:?}: see CONTRIBUTING.md");
    }
}

#[test]
fn the_picture_in_contributing_has_every_arrow() {
    let mut arrows: Vec<String> = METADATA
        .members
        .iter()
        .filter(|id| !METADATA.is_lesson(id))
        .map(|id| {
            let used: Vec<_> = METADATA.neighbours(id).into_iter().collect();
            let used = if used.is_empty() { "nobody".to_owned() } else { used.join(", ") };
            format!("{:12} uses {used}\n", METADATA.name(id))
        })
        .collect();
    arrows.sort();
    let arrows: String = arrows.concat();
    let contributing = fs::read_to_string(course::root().join("CONTRIBUTING.md")).unwrap();
    let contributing = contributing.replace("\r\n", "\n");
    assert!(contributing.contains(&arrows), "write this into CONTRIBUTING.md:\n{arrows}");
}

/// Lessons and recipes are read as they are, from their first line on.
#[test]
fn the_first_page_of_each_crate_has_a_layout() {
    let mut missing = Vec::new();
    for id in &METADATA.members {
        let name = METADATA.name(id);
        if METADATA.is_lesson(id) || name == "recipes" {
            continue;
        }
        let manifest = METADATA.packages[id]["manifest_path"].as_str().unwrap();
        let source = Path::new(manifest).parent().unwrap().join("src");
        let pages = ["lib.rs", "main.rs"].map(|file| fs::read_to_string(source.join(file)));
        let pages: Vec<String> = pages.into_iter().flatten().collect();
        let layouts: Vec<&str> = pages.iter().filter_map(|page| layout(page)).collect();
        if layouts.is_empty() {
            missing.push(format!("{name} has no Layout"));
        }
        let layout = layouts.concat();
        for (module, things) in pages.iter().flat_map(|page| modules(page)) {
            let named = |word: &String| layout.contains(word.as_str());
            if !named(&module) && !things.iter().any(named) {
                missing.push(format!("{name}: its Layout has neither {module} nor what is in it"));
            }
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

/// What stands under *Layout* in a crate's first page.
fn layout(source: &str) -> Option<&str> {
    let first_page = source.split_inclusive('\n').take_while(|line| line.starts_with("//!"));
    let end = first_page.map(str::len).sum();
    let (_, layout) = source[..end].split_once("//! # Layout\n")?;
    // A list, or a picture of the folder.
    (layout.contains("//! * ") || layout.contains("//! ```text")).then_some(layout)
}

/// The modules that a crate's first file names, but for tests, and what it passes on from each.
fn modules(source: &str) -> Vec<(String, Vec<String>)> {
    let file = syn::parse_file(source).unwrap();
    let mut modules = Vec::new();
    for item in &file.items {
        if let syn::Item::Mod(module) = item
            && module.content.is_none()
            && module.ident != "tests"
        {
            let name = module.ident.to_string();
            let passed_on = format!("pub use {name}::");
            let uses = source.split(&passed_on).skip(1).filter_map(|rest| rest.split(';').next());
            let things = uses.flat_map(|names| names.split(['{', '}', ',', ' ', '\n']));
            let things = things.filter(|thing| !thing.is_empty()).map(str::to_owned).collect();
            modules.push((name, things));
        }
    }
    modules
}

#[test]
fn a_module_that_no_layout_names_is_found() {
    let source = "//! A crate.\n//!\n//! # Layout\n//!\n//! * [`one`]: this\n//! * [`Two`]: that\n\n\
                  mod one;\nmod other;\nmod two;\npub use two::{Second, Two};\n// # Layout\n";
    assert_eq!(layout(source), Some("//!\n//! * [`one`]: this\n//! * [`Two`]: that\n"));
    assert_eq!(layout("//! A crate.\n\nmod one;\n"), None);
    let two = vec!["Second".to_owned(), "Two".to_owned()];
    let expected = [("one", vec![]), ("other", vec![]), ("two", two)];
    assert_eq!(modules(source), expected.map(|(name, things)| (name.to_owned(), things)));
}

#[test]
fn plain_cargo_run_starts_one_program() {
    let starts = |id: &&String| METADATA.packages[*id]["default_run"].is_string();
    let started: Vec<_> = METADATA.default_members.iter().filter(starts).collect();
    assert_eq!(started.len(), 1, "{started:?}");
}

/// The oldest compiler that lessons and util are for.
fn promised() -> String {
    let manifest = fs::read_to_string(course::root().join("Cargo.toml")).unwrap();
    let line = manifest.lines().find_map(|line| line.strip_prefix("rust-version = "));
    line.expect("the workspace promises a compiler").trim_matches('"').to_owned()
}

/// Whatever plain `cargo test` builds, and whatever that is built with.
#[test]
fn what_a_student_builds_promises_the_same_compiler() {
    let promised = promised();
    for id in METADATA.promised() {
        if METADATA.members.iter().any(|member| member == id) {
            let says = METADATA.packages[id]["rust_version"].as_str();
            assert_eq!(says, Some(promised.as_str()), "{}", METADATA.name(id));
        }
    }
    let readme = fs::read_to_string(course::root().join("README.md")).unwrap();
    assert!(readme.contains(&promised), "README.md does not name Rust {promised}");
}

/// What a dependency does not say, only that compiler can tell: see `.ci/run promise`.
#[test]
fn no_dependency_of_what_is_promised_needs_a_newer_compiler() {
    let promised = version(&promised());
    for system in SYSTEMS {
        let metadata = Metadata::of(system);
        for id in metadata.promised() {
            let package = &metadata.packages[id];
            let needed = match package["rust_version"].as_str() {
                Some(needed) => version(needed),
                // The edition says at least from which compiler on.
                None if package["edition"] == "2024" => version("1.85"),
                None => continue,
            };
            assert!(needed <= promised, "{} needs {needed:?}", metadata.name(id));
        }
    }
}

fn version(text: &str) -> (u32, u32, u32) {
    let mut numbers = text.split('.').map(|number| number.parse().unwrap());
    let mut next = || numbers.next().unwrap_or(0);
    (next(), next(), next())
}

/// clippy looks for functions that came after the promised compiler. This looks for two ways to write
/// that came after 1.85: `if let … && …`, and a guard with `if let`.
#[test]
fn no_source_of_what_is_promised_is_written_in_a_newer_way() {
    let promised = promised();
    let mut looked_at = 0;
    for id in METADATA.promised() {
        if !METADATA.members.iter().any(|member| member == id) {
            continue;
        }
        let manifest = METADATA.packages[id]["manifest_path"].as_str().unwrap();
        for file in rust_files(Path::new(manifest).parent().unwrap()) {
            let source = fs::read_to_string(&file).unwrap();
            // A program that is refused may be so for its syntax.
            let Ok(parsed) = syn::parse_file(&source) else { continue };
            let mut newer = Newer::default();
            newer.visit_file(&parsed);
            assert!(
                newer.found.is_none(),
                "{}: {:?} is not in {promised}",
                file.display(),
                newer.found
            );
            looked_at += 1;
        }
    }
    assert!(looked_at > 100, "only {looked_at} files");
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries
        .flat_map(|path| {
            if path.is_dir() {
                rust_files(&path)
            } else {
                path.extension()
                    .is_some_and(|extension| extension == "rs")
                    .then_some(path)
                    .into_iter()
                    .collect()
            }
        })
        .collect()
}

#[derive(Default)]
struct Newer {
    found: Option<&'static str>,
}

impl<'a> Visit<'a> for Newer {
    fn visit_expr_binary(&mut self, binary: &'a syn::ExprBinary) {
        if [&binary.left, &binary.right].iter().any(|side| matches!(***side, syn::Expr::Let(_))) {
            self.found = Some("`let` beside `&&`");
        }
        visit::visit_expr_binary(self, binary);
    }

    fn visit_pat_guard(&mut self, pattern: &'a syn::PatGuard) {
        if matches!(*pattern.guard, syn::Expr::Let(_)) {
            self.found = Some("`if let` as a guard");
        }
        visit::visit_pat_guard(self, pattern);
    }
}

#[test]
fn newer_ways_to_write_are_found() {
    for (source, is_newer) in [
        ("fn f() { if let Some(a) = b && a { } }", true),
        ("fn f() { while a && let Some(b) = c { } }", true),
        ("fn f() { match a { b if let Some(c) = d => {} } }", true),
        ("fn f() { if let Some(a) = b { if a && c { } } }", false),
        ("fn f() { match a { b if c && d => {} } }", false),
    ] {
        let mut newer = Newer::default();
        newer.visit_file(&syn::parse_file(source).unwrap());
        assert_eq!(newer.found.is_some(), is_newer, "{source}");
    }
}
