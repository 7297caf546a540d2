//! Copies a program to where it is compiled.

use std::collections::BTreeSet;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::path::{Path, PathBuf};

use super::{Project, Refusal, home};
use crate::refused::{self, Remark};

/// The line that is appended to the file of main.
const CALLABLE: &str = "\n#[doc(hidden)] pub fn __schedules_main() -> ::std::process::ExitCode \
                        { ::std::process::Termination::report(main()) }\n";

/// A program that was copied.
#[derive(Debug)]
pub struct Copy {
    pub(super) folder: PathBuf,
    /// The sources, by their paths in the folder: that of main first.
    pub(super) sources: Vec<String>,
}

impl Project {
    /// Copies the program to where it is compiled.
    ///
    /// # Errors
    ///
    /// When it cannot be copied, has no main where one is needed, or uses what is not modelled.
    pub fn copy(&self, tests: bool) -> Result<(Copy, Vec<Remark>), Refusal> {
        if !tests && self.main.is_none() {
            return Err(Refusal::Library(self.name.clone()));
        }
        let mut hasher = DefaultHasher::new();
        (&self.root, &self.main, self.single).hash(&mut hasher);
        let folder =
            home().join("programs").join(format!("{}-{:08x}", self.name, hasher.finish() as u32));
        let files = self.files()?;
        let mut texts = Vec::new();
        let mut kept: BTreeSet<PathBuf> = BTreeSet::new();
        for file in &files {
            let from = self.root.join(file);
            let mut bytes = fs::read(&from).map_err(Refusal::file(&from))?;
            if file.extension().is_some_and(|extension| extension == "rs") {
                let text = String::from_utf8_lossy(&bytes).into_owned();
                if let Some((found, why)) = refused::refused(&text) {
                    return Err(Refusal::Uses(from, found, why));
                }
                if Some(file) == self.main.as_ref() {
                    self.check_main(&text)?;
                    bytes.extend_from_slice(CALLABLE.as_bytes());
                }
                texts.push(text);
            }
            let to = folder.join(file);
            kept.insert(to.clone());
            write_if_new(&to, &bytes)?;
        }
        self.write_manifests(&folder, &mut kept)?;
        remove_others(&folder, &kept);
        let mut sources: Vec<String> = files
            .iter()
            .filter(|file| file.extension().is_some_and(|extension| extension == "rs"))
            .map(|file| file.to_string_lossy().replace('\\', "/"))
            .collect();
        let main = self.main.as_ref().map(|main| main.to_string_lossy().replace('\\', "/"));
        sources.sort_by_key(|source| (Some(source) != main.as_ref(), source.clone()));
        Ok((Copy { folder, sources }, refused::remarks(&texts)))
    }

    fn check_main(&self, text: &str) -> Result<(), Refusal> {
        let tokens: Result<proc_macro2::TokenStream, _> = text.parse();
        let Ok(tokens) = tokens else { return Ok(()) };
        let words: Vec<_> = tokens.into_iter().map(|token| token.to_string()).collect();
        if words.windows(2).any(|pair| pair == ["fn", "main"]) {
            return Ok(());
        }
        Err(Refusal::NoMain(self.name.clone()))
    }

    /// The files of the program, as paths in its folder.
    fn files(&self) -> Result<Vec<PathBuf>, Refusal> {
        let mut files = Vec::new();
        let Some(main) = self.main.as_ref().filter(|_| self.single) else {
            collect(&self.root, Path::new(""), &mut files).map_err(Refusal::file(&self.root))?;
            return Ok(files);
        };
        files.push(main.clone());
        // The modules of a single file lie beside it.
        let text = fs::read_to_string(self.root.join(main)).unwrap_or_default();
        for line in text.lines() {
            let words: Vec<_> = line.split([' ', ';']).filter(|word| !word.is_empty()).collect();
            let module = words.iter().position(|word| *word == "mod").map(|at| words.get(at + 1));
            let Some(Some(module)) = module.filter(|_| line.trim_end().ends_with(';')) else {
                continue;
            };
            for file in [format!("{module}.rs"), format!("{module}/mod.rs")] {
                if self.root.join(&file).is_file() {
                    files.push(PathBuf::from(file));
                }
            }
            if self.root.join(module).is_dir() {
                collect(&self.root, Path::new(module), &mut files)
                    .map_err(Refusal::file(Path::new(module)))?;
            }
        }
        files.sort();
        files.dedup();
        Ok(files)
    }
}

/// All files in a folder, but for what cargo and git keep there.
pub(super) fn collect(root: &Path, folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    let mut entries: Vec<_> = fs::read_dir(root.join(folder))?.collect::<Result<_, _>>()?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let path = folder.join(&*name);
        let kind = entry.file_type()?;
        if kind.is_dir() && name != "target" && !name.starts_with('.') {
            collect(root, &path, files)?;
        } else if kind.is_file() && name != "Cargo.lock" && name != "Cargo.toml" {
            files.push(path);
        }
    }
    Ok(())
}

/// Writes a file whose content is another: what has not changed need not be compiled again.
pub(super) fn write_if_new(path: &Path, content: &[u8]) -> Result<(), Refusal> {
    if fs::read(path).is_ok_and(|old| old == content) {
        return Ok(());
    }
    let folder = path.parent().unwrap_or(path);
    fs::create_dir_all(folder).and_then(|()| fs::write(path, content)).map_err(Refusal::file(path))
}

/// Removes what was copied from files that are gone.
fn remove_others(folder: &Path, kept: &BTreeSet<PathBuf>) {
    let mut files = Vec::new();
    if collect(folder, Path::new(""), &mut files).is_err() {
        return;
    }
    for file in files {
        let path = folder.join(file);
        if !kept.contains(&path) {
            // Whoever has it open keeps it.
            let _ = fs::remove_file(path);
        }
    }
}
