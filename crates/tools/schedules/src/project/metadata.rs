//! What cargo says of a package.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::{self, Command, Stdio};

use serde_json::Value;

use super::copy::{collect, write_if_new};
use super::manifests::slashes;
use super::{Refusal, cargo, home};

/// What cargo says of the package in a folder.
pub(super) fn package(folder: &Path) -> Result<Value, Refusal> {
    match metadata(folder) {
        Err(Refusal::Manifest(_, error)) if error.contains("believes it's in a workspace") => {
            // A folder that lies in another project: a manifest beside it, which says that it is none.
            let text = fs::read_to_string(folder.join("Cargo.toml"));
            let text = text.map_err(Refusal::file(folder))?;
            let copy = twin(folder, &text)?;
            let package = metadata(&copy);
            // What stays behind is in nobody's way.
            let _ = fs::remove_dir_all(&copy);
            let package = package?.to_string();
            let package = package.replace(&slashes(&copy), &slashes(folder));
            serde_json::from_str(&package).map_err(|error| Refusal::CargoSays(error.to_string()))
        }
        other => other,
    }
}

/// A folder with empty files of the same names, and a manifest of its own.
fn twin(folder: &Path, manifest: &str) -> Result<PathBuf, Refusal> {
    let mut hasher = DefaultHasher::new();
    (folder, process::id()).hash(&mut hasher);
    let copy = home().join("manifests").join(format!("{:016x}", hasher.finish()));
    let mut files = Vec::new();
    collect(folder, Path::new(""), &mut files).map_err(Refusal::file(folder))?;
    for file in files.iter().filter(|file| file.extension().is_some_and(|end| end == "rs")) {
        write_if_new(&copy.join(file), b"")?;
    }
    let manifest = absolute(folder, manifest);
    write_if_new(&copy.join("Cargo.toml"), format!("{manifest}\n[workspace]\n").as_bytes())?;
    Ok(copy)
}

/// A manifest in which the paths to other packages hold from everywhere.
fn absolute(folder: &Path, manifest: &str) -> String {
    let mut text = String::new();
    let mut rest = manifest;
    while let Some(at) = rest.find("path") {
        let (before, from) = rest.split_at(at);
        text += before;
        let quoted =
            from.split_once('"').filter(|(head, _)| head.trim_end_matches([' ', '=']) == "path");
        let path = quoted.and_then(|(_, tail)| tail.split_once('"')).map(|(path, _)| path);
        match path.filter(|path| folder.join(path).join("Cargo.toml").is_file()) {
            Some(path) => {
                let whole = folder.join(path);
                let whole = whole.canonicalize().unwrap_or(whole);
                text += &format!("path = \"{}\"", slashes(&whole));
                rest = from.split_once(&format!("\"{path}\"")).map_or("", |(_, rest)| rest);
            }
            None => {
                text += "path";
                rest = &from["path".len()..];
            }
        }
    }
    text + rest
}

fn metadata(folder: &Path) -> Result<Value, Refusal> {
    let output = Command::new(cargo())
        .args(["metadata", "--no-deps", "--format-version=1", "--manifest-path"])
        .arg(folder.join("Cargo.toml"))
        .stdin(Stdio::null())
        .output()
        .map_err(Refusal::Cargo)?;
    if !output.status.success() {
        let error = String::from_utf8_lossy(&output.stderr);
        let manifest = folder.join("Cargo.toml");
        let error = error.trim().trim_start_matches("error: ");
        return Err(Refusal::Manifest(manifest, error.to_string()));
    }
    let metadata: Value = serde_json::from_slice(&output.stdout)
        .map_err(|error| Refusal::CargoSays(error.to_string()))?;
    let manifest = folder.join("Cargo.toml");
    let packages = list(&metadata["packages"]);
    let package = packages.iter().find(|package| {
        Path::new(&string(&package["manifest_path"])).canonicalize().ok()
            == manifest.canonicalize().ok()
    });
    package.cloned().ok_or_else(|| {
        let names = packages.iter().map(|package| string(&package["name"])).collect();
        Refusal::Workspace(folder.to_path_buf(), names)
    })
}

pub(super) fn dependency_line(dependency: &Value) -> String {
    let name = string(&dependency["name"]);
    let rename = dependency["rename"].as_str().unwrap_or(&name);
    let mut parts = vec![format!("package = \"{name}\"")];
    let source = dependency["source"].as_str().unwrap_or_default();
    match source.strip_prefix("git+") {
        Some(git) => {
            let (url, query) = git.split_once('?').unwrap_or((git, ""));
            parts.push(format!("git = \"{url}\""));
            if let Some((kind, value)) = query.split_once('=') {
                parts.push(format!("{kind} = \"{value}\""));
            }
        }
        None => parts.push(format!("version = \"{}\"", string(&dependency["req"]))),
    }
    let features: Vec<_> =
        list(&dependency["features"]).iter().map(|feature| format!("{feature}")).collect();
    if !features.is_empty() {
        parts.push(format!("features = [{}]", features.join(", ")));
    }
    if dependency["uses_default_features"] == false {
        parts.push("default-features = false".to_string());
    }
    format!("{rename} = {{ {} }}", parts.join(", "))
}

pub(super) fn string(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_string()
}

pub(super) fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}
