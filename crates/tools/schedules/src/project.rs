//! A student's own program, from the outside: it is copied, compiled against what stands in for std, and
//! asked.
//!
//! What lies in `target/schedules` in the end:
//!
//! ```text
//! programs/NAME-…/      the program's copy. One line is appended to the file of main, so that main can
//!                       be called; no line moves
//!   Cargo.toml          with the student's edition and dependencies, and `std` among them
//!   __run.rs            a main that calls the search with the student's main
//!   __lib/              the library of the same package, as a package of its own
//! build/                the target folder of all of them: what stands in for std is compiled once
//! ```

use std::collections::BTreeSet;
use std::env;
use std::fmt::Write as _;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, BufRead, BufReader, IsTerminal, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::program::{ASKED, Asked, TEST, Tested};
use crate::refused::{self, Found, Remark, Why};
use crate::tell::words::{self, Language};
use crate::worlds::processes::command::interrupt;

/// Why there is no answer. Its words are in [`crate::tell::words`].
#[derive(Debug)]
pub enum Refusal {
    /// A file or a folder cannot be read or written, or a program not be started.
    File(PathBuf, io::Error),
    /// What was given is no Rust program.
    NotRust(PathBuf),
    /// The folder has no manifest.
    NoManifest(PathBuf),
    /// This manifest cannot be read, as cargo says of it.
    Manifest(PathBuf, String),
    /// The folder is a workspace, with packages of these names.
    Workspace(PathBuf, Vec<String>),
    /// The package has several programs, with these names.
    Several(String, Vec<String>),
    /// The package depends on a crate of which no search can be made.
    Crate(String, String, Why),
    /// The package depends on a package that has no library.
    NoLibrary(String, String),
    /// The package has no program, but a library.
    Library(String),
    /// The program's file has no main.
    NoMain(String),
    /// The source uses something of which no search can be made.
    Uses(PathBuf, Found, Why),
    /// Cargo does not start.
    Cargo(io::Error),
    /// Cargo says something else than is expected.
    CargoSays(String),
    /// The program does not compile. The compiler has said why.
    DoesNotCompile(String),
    /// Nothing was compiled of the program of this name.
    NoProgram(String),
    /// The program was ended by the system.
    Ended(String, ExitStatus),
    /// The program has not come back in its time.
    Late,
}

impl Refusal {
    /// What is the matter with a file.
    fn file(path: &Path) -> impl Fn(io::Error) -> Refusal {
        move |error| Refusal::File(path.to_path_buf(), error)
    }
}

/// The line that is appended to the file of main.
const CALLABLE: &str = "\n#[doc(hidden)] pub fn __schedules_main() -> ::std::process::ExitCode \
                        { ::std::process::Termination::report(main()) }\n";

/// The packages in which the time of a search goes.
const FAST: [&str; 5] = ["schedules", "shuttle-engine", "shuttle-std", "corosensei", "rustc-hash"];

/// How much longer than its time a program may take before it is ended.
const PATIENCE: Duration = Duration::from_secs(20);

/// A student's program.
#[derive(Debug)]
pub struct Project {
    /// What it is called.
    pub name: String,
    /// The folder in which it lies.
    root: PathBuf,
    edition: String,
    /// The file of main, as a path in the folder.
    main: Option<PathBuf>,
    /// The name and the file of its library.
    library: Option<(String, PathBuf)>,
    /// Its integration tests: names and files.
    tests: Vec<(String, PathBuf)>,
    /// Lines of `[dependencies]`, and of `[dev-dependencies]`.
    dependencies: Vec<String>,
    dev_dependencies: Vec<String>,
    /// Libraries that lie beside it.
    beside: Vec<Beside>,
    /// It is one file and not a folder.
    single: bool,
}

/// A library that lies beside a program.
#[derive(Debug)]
struct Beside {
    package: String,
    library: String,
    file: PathBuf,
    edition: String,
    dependencies: Vec<String>,
}

/// A program that was copied.
#[derive(Debug)]
pub struct Copy {
    folder: PathBuf,
    /// The sources, by their paths in the folder: that of main first.
    sources: Vec<String>,
}

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
        let text = |part: Option<&std::ffi::OsStr>| {
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

    fn write_manifests(&self, folder: &Path, kept: &mut BTreeSet<PathBuf>) -> Result<(), Refusal> {
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

impl Copy {
    /// What the program is asked.
    pub fn asked(
        &self,
        project: &Project,
        question: crate::answer::Question,
        stdin: String,
        arguments: Vec<String>,
        remarks: Vec<String>,
    ) -> Asked {
        let mut all = vec![project.name.clone()];
        all.extend(arguments);
        Asked {
            question,
            name: project.name.clone(),
            folder: self.folder.clone(),
            sources: self.sources.clone(),
            stdin,
            arguments: all,
            remarks,
        }
    }

    /// Compiles the program, or its tests, and gives what was made.
    ///
    /// # Errors
    ///
    /// When it does not compile. What the compiler says has gone to stderr by then.
    pub fn build(
        &self,
        name: &str,
        tests: bool,
        language: Language,
    ) -> Result<Vec<PathBuf>, Refusal> {
        let target = home().join("build");
        if !target.is_dir() {
            eprintln!("{}", words::compiles_once(language));
        }
        let rendered = if io::stderr().is_terminal() {
            "--message-format=json-diagnostic-rendered-ansi"
        } else {
            "--message-format=json"
        };
        let mut command = Command::new(cargo());
        if tests {
            command.args(["test", "--no-run", "--workspace", "--lib", "--tests"]);
        } else {
            command.args(["build", "--bin", name]);
        }
        command
            .args(["--quiet", rendered, "--target-dir"])
            .arg(&target)
            .current_dir(&self.folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        // The command's own build has set these for itself.
        for (variable, _) in env::vars_os() {
            let of_cargo = variable.to_string_lossy().starts_with("CARGO_PKG_")
                || variable == "CARGO_MANIFEST_DIR";
            if of_cargo {
                command.env_remove(variable);
            }
        }
        let mut child = command.spawn().map_err(Refusal::Cargo)?;
        let mut stderr = child.stderr.take().expect("it is piped");
        let said = thread::spawn(move || {
            let mut text = String::new();
            // What is no text cannot be shown.
            let _ = stderr.read_to_string(&mut text);
            text
        });
        let stdout = child.stdout.take().expect("it is piped");
        let mut made = Vec::new();
        let mut errors = String::new();
        let mut compiled = Compiled::default();
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            let Ok(message) = serde_json::from_str::<Value>(&line) else { continue };
            compiled.hear(&message);
            if let Some(executable) = message["executable"].as_str() {
                made.push(PathBuf::from(executable));
            }
            if message["message"]["level"] == "error" {
                errors += message["message"]["rendered"].as_str().unwrap_or_default();
            }
        }
        drop(compiled);
        let status = child.wait().map_err(Refusal::Cargo)?;
        let said = said.join().unwrap_or_default();
        if status.success() {
            return Ok(made);
        }
        let errors = if errors.is_empty() { said } else { errors };
        eprint!("{errors}");
        Err(Refusal::DoesNotCompile(name.to_string()))
    }
}

/// A line on a terminal that says how many crates have been compiled, and which was the last. It is
/// taken off the screen in the end.
#[derive(Default)]
struct Compiled {
    crates: u32,
}

impl Compiled {
    /// What cargo says when it has compiled a crate, or found that it need not.
    fn hear(&mut self, message: &Value) {
        if message["reason"] != "compiler-artifact" || message["fresh"] != false {
            return;
        }
        let name = message["target"]["name"].as_str().unwrap_or_default();
        if name == "build-script-build" {
            return;
        }
        self.crates += 1;
        if io::stderr().is_terminal() {
            eprint!("\r\x1b[K  {} {name}", self.crates);
        }
    }
}

impl Drop for Compiled {
    fn drop(&mut self) {
        if self.crates > 0 && io::stderr().is_terminal() {
            eprint!("\r\x1b[K");
        }
    }
}

/// Runs a program that was compiled, and gives its exit code.
///
/// # Errors
///
/// When it does not start, or has to be ended.
pub fn run(program: &Path, asked: &Asked) -> Result<u8, Refusal> {
    let mut command = Command::new(program);
    command.env(ASKED, asked.to_line());
    let interrupt = (!asked.question.play).then(interrupt);
    if interrupt.is_some() {
        // The program is told of a Ctrl-C by the end of its stdin, and tells what it has found.
        command.stdin(Stdio::piped());
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
    }
    let child = command.spawn().map_err(Refusal::file(program))?;
    let time = (!asked.question.play).then_some(asked.question.seconds);
    let status = wait(child, program, time, interrupt.as_deref())?;
    if let Some(code) = status.code() {
        return Ok(code.clamp(0, 255) as u8);
    }
    Err(Refusal::Ended(asked.name.clone(), status))
}

/// Runs tests that were compiled.
///
/// # Errors
///
/// When they do not start, or have to be ended.
pub fn run_tests(programs: &[PathBuf], asked: &Asked) -> Result<Vec<Tested>, Refusal> {
    let mut all = Vec::new();
    for program in programs {
        let mut command = Command::new(program);
        command
            .args(["--test-threads=1", "--nocapture"])
            .env(ASKED, asked.to_line())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut child = command.spawn().map_err(Refusal::file(program))?;
        let stdout = child.stdout.take().expect("it is piped");
        let reader = thread::spawn(move || {
            let lines = BufReader::new(stdout).lines().map_while(Result::ok);
            let told = lines.filter_map(|line| Tested::from_line(line.split_once(TEST)?.1));
            told.collect::<Vec<_>>()
        });
        let ended = wait(child, program, Some(asked.question.seconds * 20.0), None);
        all.extend(reader.join().unwrap_or_default());
        ended?;
    }
    Ok(all)
}

/// Waits for a program, but not much longer than its time.
fn wait(
    mut child: Child,
    program: &Path,
    seconds: Option<f64>,
    interrupt: Option<&AtomicBool>,
) -> Result<ExitStatus, Refusal> {
    let Some(seconds) = seconds else {
        return child.wait().map_err(Refusal::file(program));
    };
    let time = Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX);
    let deadline = Instant::now().checked_add(time.saturating_add(PATIENCE));
    let mut pause = Duration::from_millis(1);
    loop {
        if let Some(status) = child.try_wait().map_err(Refusal::file(program))? {
            return Ok(status);
        }
        if interrupt.is_some_and(|interrupt| interrupt.load(Ordering::SeqCst)) {
            drop(child.stdin.take());
        }
        if deadline.is_some_and(|deadline| Instant::now() > deadline) {
            // It may end by itself at this very moment.
            let _ = child.kill();
            let _ = child.wait();
            return Err(Refusal::Late);
        }
        thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(20));
    }
}

/// Where all that is made lies.
fn home() -> PathBuf {
    let course = course::root().canonicalize().unwrap_or_else(|_| course::root());
    let target =
        env::var_os("CARGO_TARGET_DIR").map_or_else(|| course.join("target"), PathBuf::from);
    target.join("schedules")
}

fn cargo() -> std::ffi::OsString {
    env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}

/// What cargo says of the package in a folder.
fn package(folder: &Path) -> Result<Value, Refusal> {
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
    (folder, std::process::id()).hash(&mut hasher);
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

fn dependency_line(dependency: &Value) -> String {
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

fn string(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_string()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// A path as it may stand in a manifest.
fn slashes(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}

/// All files in a folder, but for what cargo and git keep there.
fn collect(root: &Path, folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
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
fn write_if_new(path: &Path, content: &[u8]) -> Result<(), Refusal> {
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
