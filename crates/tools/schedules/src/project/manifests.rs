//! The manifests of a program's copy.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use super::copy::write_if_new;
use super::{Beside, Project, Refusal};

/// The packages in which the time of a search goes.
const FAST: [&str; 5] = ["schedules", "shuttle-engine", "shuttle-std", "corosensei", "rustc-hash"];

impl Project {
    pub(super) fn write_manifests(
        &self,
        folder: &Path,
        kept: &mut BTreeSet<PathBuf>,
    ) -> Result<(), Refusal> {
        let course = course::root().canonicalize().unwrap_or_else(|_| course::root());
        let std = format!(
            "std = {{ package = \"schedules-std\", path = {:?} }}",
            course.join("crates/tools/schedules-std")
        );
        let mut write = |path: PathBuf, text: &str| {
            kept.insert(path.clone());
            write_if_new(&path, text.as_bytes())
        };
        let head = |name: &str, edition: &str| {
            format!(
                "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"{edition}\"\n\
                 publish = false\nautobins = false\nautotests = false\nautoexamples = false\n\
                 autobenches = false\n"
            )
        };
        let depend = |lines: &[String]| {
            lines.iter().map(|line| line.replace("\"@/", &format!("\"{}/", slashes(folder)))).fold(
                String::new(),
                |mut all, line| {
                    all += &line;
                    all.push('\n');
                    all
                },
            )
        };
        let name = &self.name;
        let mut members = vec!["\".\"".to_string()];
        let mut library = String::new();
        if let Some((crate_name, file)) = &self.library {
            let package = format!("{name}-lib");
            library = format!(
                "{crate_name} = {{ package = \"{package}\", path = \"{}/__lib\" }}\n",
                slashes(folder)
            );
            members.push("\"__lib\"".to_string());
            let mut text = head(&package, &self.edition);
            let _ = write!(
                text,
                "\n[lib]\nname = \"{crate_name}\"\npath = \"{}\"\ndoctest = false\n",
                slashes(&folder.join(file))
            );
            for (test, file) in &self.tests {
                let file = slashes(&folder.join(file));
                let _ = write!(text, "\n[[test]]\nname = \"{test}\"\npath = \"{file}\"\n");
            }
            let dependencies = depend(&self.dependencies);
            let dev = depend(&self.dev_dependencies);
            let _ =
                write!(text, "\n[dependencies]\n{std}\n{dependencies}\n[dev-dependencies]\n{dev}");
            write(folder.join("__lib/Cargo.toml"), &text)?;
        }
        for beside in &self.beside {
            let Beside { package, library, file, edition, dependencies } = beside;
            members.push(format!("\"__{package}\""));
            let mut text = head(package, edition);
            let _ = write!(
                text,
                "\n[lib]\nname = \"{library}\"\npath = \"{}\"\ndoctest = false\n\n\
                 [dependencies]\n{std}\n{}",
                slashes(file),
                depend(dependencies)
            );
            write(folder.join(format!("__{package}/Cargo.toml")), &text)?;
        }
        let text = match &self.main {
            None => {
                format!("[workspace]\nresolver = \"3\"\nmembers = [{}]\n", members[1..].join(", "))
            }
            Some(main) => {
                let callable = format!("{}_main", name.replace('-', "_"));
                let run = format!(
                    "fn main() -> ::std::process::ExitCode {{ ::std::__run({callable}::__schedules_main) }}\n"
                );
                write(folder.join("__run.rs"), &run)?;
                let mut text = head(name, &self.edition);
                let _ = write!(
                    text,
                    "\n[lib]\nname = \"{callable}\"\npath = \"{}\"\ndoctest = false\n\n\
                     [[bin]]\nname = \"{name}\"\npath = \"__run.rs\"\ntest = false\n\n\
                     [dependencies]\n{std}\n{library}{}\n[dev-dependencies]\n{}\n\
                     [workspace]\nresolver = \"3\"\nmembers = [{}]\n",
                    slashes(main),
                    depend(&self.dependencies),
                    depend(&self.dev_dependencies),
                    members.join(", ")
                );
                text
            }
        };
        // As in the course's own profile: line numbers are enough, and what makes the runs is fast.
        let mut profile = "\n[profile.dev]\ndebug = \"line-tables-only\"\nincremental = false\n\n\
                           [profile.dev.package.\"*\"]\ndebug = false\n"
            .to_string();
        for package in FAST {
            let _ = write!(profile, "\n[profile.dev.package.{package}]\nopt-level = 3\n");
        }
        write(folder.join("Cargo.toml"), &(text + &profile))?;
        // The versions that the course has; cargo leaves out what is not needed.
        let lock = folder.join("Cargo.lock");
        if !lock.is_file() {
            let _ = fs::copy(course.join("Cargo.lock"), &lock);
        }
        kept.insert(lock);
        Ok(())
    }
}

/// A path as it may stand in a manifest.
pub(super) fn slashes(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}
