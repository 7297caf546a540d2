//! Finds the program that is meant, and what it stands on.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::metadata::{dependency_line, list, package, string};
use super::{Beside, Project, Refusal};
use crate::refused;

impl Project {
    /// Finds the program that is meant by a folder, a manifest, or a file. What only its tests need is
    /// looked at if `tests` says so.
    ///
    /// # Errors
    ///
    /// Why there is none.
    pub fn find(path: &Path, tests: bool) -> Result<Project, Refusal> {
        let shown = path;
        let path = path.canonicalize().map_err(Refusal::file(shown))?;
        let manifest = path.file_name().is_some_and(|name| name == "Cargo.toml");
        if path.is_dir() {
            Project::of_folder(&path, tests)
        } else if manifest {
            Project::of_folder(path.parent().unwrap_or(&path), tests)
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            Ok(Project::of_file(&path))
        } else {
            Err(Refusal::NotRust(shown.to_path_buf()))
        }
    }

    fn of_file(path: &Path) -> Project {
        let text = |part: Option<&OsStr>| {
            part.map_or(String::new(), |part| part.to_string_lossy().into_owned())
        };
        Project {
            name: text(path.file_stem()),
            root: path.parent().unwrap_or(Path::new("/")).to_path_buf(),
            edition: "2024".to_string(),
            main: Some(PathBuf::from(text(path.file_name()))),
            library: None,
            tests: Vec::new(),
            dependencies: Vec::new(),
            dev_dependencies: Vec::new(),
            beside: Vec::new(),
            single: true,
        }
    }

    fn of_folder(folder: &Path, tests: bool) -> Result<Project, Refusal> {
        if !folder.join("Cargo.toml").is_file() {
            return Err(Refusal::NoManifest(folder.to_path_buf()));
        }
        let package = package(folder)?;
        let mut project = Project {
            name: string(&package["name"]),
            root: folder.to_path_buf(),
            edition: string(&package["edition"]),
            main: None,
            library: None,
            tests: Vec::new(),
            dependencies: Vec::new(),
            dev_dependencies: Vec::new(),
            beside: Vec::new(),
            single: false,
        };
        project.add_targets(&package)?;
        project.add_dependencies(&package, tests)?;
        Ok(project)
    }

    fn add_targets(&mut self, package: &Value) -> Result<(), Refusal> {
        let mut programs = Vec::new();
        for target in list(&package["targets"]) {
            let name = string(&target["name"]);
            let file = PathBuf::from(string(&target["src_path"]));
            let file = file.strip_prefix(&self.root).map_or(file.clone(), Path::to_path_buf);
            let kinds: Vec<_> = list(&target["kind"]).iter().map(string).collect();
            if kinds.iter().any(|kind| kind == "bin") {
                programs.push((name, file));
            } else if kinds.iter().any(|kind| kind == "lib" || kind == "rlib") {
                self.library = Some((name.replace('-', "_"), file));
            } else if kinds.iter().any(|kind| kind == "test") {
                self.tests.push((name, file));
            }
        }
        let default = package["default_run"].as_str();
        let main = Path::new("src/main.rs");
        let chosen = programs
            .iter()
            .find(|(name, _)| default == Some(name))
            .or_else(|| programs.iter().find(|(_, file)| file == main))
            .or_else(|| (programs.len() == 1).then(|| &programs[0]));
        if chosen.is_none() && !programs.is_empty() {
            let names = programs.into_iter().map(|(name, _)| name).collect();
            return Err(Refusal::Several(self.name.clone(), names));
        }
        self.main = chosen.map(|(_, file)| file.clone());
        Ok(())
    }

    fn add_dependencies(&mut self, package: &Value, tests: bool) -> Result<(), Refusal> {
        for dependency in list(&package["dependencies"]) {
            let only_tests = dependency["kind"] == "dev";
            if dependency["kind"] == "build" || (only_tests && !tests) {
                continue;
            }
            let name = string(&dependency["name"]);
            if let Some(why) = refused::refused_crate(&name) {
                return Err(Refusal::Crate(self.name.clone(), name, why));
            }
            let line = match dependency["path"].as_str() {
                Some(path) => self.add_beside(Path::new(path), dependency)?,
                None => dependency_line(dependency),
            };
            if only_tests {
                self.dev_dependencies.push(line);
            } else {
                self.dependencies.push(line);
            }
        }
        Ok(())
    }

    /// Adds a library that lies beside the program, with all that it needs, and gives the line that
    /// depends on it.
    fn add_beside(&mut self, folder: &Path, dependency: &Value) -> Result<String, Refusal> {
        let package = package(folder)?;
        let name = string(&package["name"]);
        let rename = dependency["rename"].as_str().map_or(name.clone(), str::to_string);
        let line = format!("{rename} = {{ package = \"{name}\", path = \"@/__{name}\" }}");
        if self.beside.iter().any(|known| known.package == name) {
            return Ok(line);
        }
        let target = list(&package["targets"]).iter().find(|target| {
            list(&target["kind"]).iter().any(|kind| kind == "lib" || kind == "rlib")
        });
        let Some(target) = target else {
            return Err(Refusal::NoLibrary(self.name.clone(), name));
        };
        let place = self.beside.len();
        self.beside.push(Beside {
            package: name.clone(),
            library: string(&target["name"]).replace('-', "_"),
            file: PathBuf::from(string(&target["src_path"])),
            edition: string(&package["edition"]),
            dependencies: Vec::new(),
        });
        let mut lines = Vec::new();
        for dependency in list(&package["dependencies"]) {
            if !dependency["kind"].is_null() {
                continue;
            }
            let needed = string(&dependency["name"]);
            if let Some(why) = refused::refused_crate(&needed) {
                return Err(Refusal::Crate(name, needed, why));
            }
            lines.push(match dependency["path"].as_str() {
                Some(path) => self.add_beside(Path::new(path), dependency)?,
                None => dependency_line(dependency),
            });
        }
        self.beside[place].dependencies = lines;
        Ok(line)
    }
}
