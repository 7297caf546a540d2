//! Every step of *Try, in order* is in `docs/try`, and comes to what the pages say.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Mutex, OnceLock};
use std::thread;
use std::time::{Duration, Instant};

use book::steps::{Claim, Ending, Outcome, Step, reads, steps};

/// What a machine may need that builds other things at the same time.
const PATIENCE: Duration = Duration::from_secs(600);

/// How often something is tried that comes only in time.
const TRIES: usize = 5;

/// How long a program runs that is said to hang. It can only be seen that it has not ended yet.
const HANGS: Duration = Duration::from_secs(3);

fn read(path: &str) -> String {
    book::read(path).unwrap_or_else(|error| panic!("{error}"))
}

/// The pages that have steps, and their steps.
fn pages() -> Vec<(String, Vec<Step>)> {
    let folder = fs::read_dir(course::root().join("docs/try")).unwrap();
    let mut pages: Vec<_> = folder
        .map(|file| {
            let name = file.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned();
            let steps = steps(&read(&format!("docs/try/{name}.txt")))
                .unwrap_or_else(|error| panic!("docs/try/{name}.txt: {error}"));
            (name, steps)
        })
        .collect();
    pages.sort_by(|one, other| one.0.cmp(&other.0));
    pages
}

fn program(lesson: &str, python: bool) -> String {
    let file = if python { format!("{lesson}.py") } else { "src/main.rs".to_owned() };
    read(&format!("crates/lessons/{lesson}/{file}"))
}

/// The steps as a page tells them, in order.
fn told(language: &str, page: &str) -> Vec<String> {
    let text = read(&format!("docs/{language}/src/{page}.md"));
    let heading = if language == "zh" { "## 动手试试\n" } else { "## Try, in order\n" };
    let (_, steps) = text.split_once(heading).unwrap_or_else(|| panic!("{language}: {page}"));
    let steps = steps.split("<details>").next().unwrap();
    let steps = steps.lines().filter(|line| line.starts_with(|c: char| c.is_ascii_digit()));
    steps.map(str::to_owned).collect()
}

/// What stands between backticks.
fn code(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

fn error_codes(text: &str) -> BTreeSet<String> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric());
    let codes = words.filter(|word| {
        word.len() == 5 && word.starts_with('E') && word[1..].chars().all(|c| c.is_ascii_digit())
    });
    codes.map(str::to_owned).collect()
}

fn without_spaces(text: &str) -> String {
    text.split_whitespace().collect()
}

#[test]
fn every_lesson_has_steps() {
    let with_steps: Vec<String> = pages().into_iter().map(|(lesson, _)| lesson).collect();
    assert_eq!(course::lessons(), with_steps, "docs/try/NAME.txt");
}

#[test]
fn every_change_can_be_made() {
    for (lesson, steps) in pages() {
        for step in steps {
            let changed = step.apply(&program(&lesson, step.python));
            changed.unwrap_or_else(|error| panic!("docs/try/{lesson}.txt: {error}"));
        }
    }
}

#[test]
fn the_pages_tell_what_is_tried() {
    let mut faults = Vec::new();
    for (lesson, steps) in pages() {
        let both = program(&lesson, false) + &program(&lesson, true);
        for language in ["en", "zh"] {
            let told = told(language, &lesson);
            let numbers: BTreeSet<usize> = steps.iter().map(Step::number).collect();
            assert!(numbers.iter().copied().eq(1..=told.len()), "{language} {lesson}: {numbers:?}");
            for (n, text) in (1..).zip(&told) {
                let tried: Vec<&Step> = steps.iter().filter(|step| step.number() == n).collect();
                let at = format!("docs/{language}/src/{lesson}.md, step {n}");

                let codes: BTreeSet<String> =
                    tried.iter().flat_map(|step| step.outcome.refused.clone()).collect();
                if codes != error_codes(text) {
                    faults.push(format!("{at}: {codes:?} are the errors"));
                }
                // A student who sees yellow lines asks what went wrong.
                let says_so = text.contains(if language == "zh" { "警告" } else { "warn" });
                if tried.iter().any(|step| step.outcome.warns) != says_so {
                    faults.push(format!("{at}: says of a warning: {says_so}"));
                }
                let known: String = tried.iter().flat_map(|step| step.texts()).collect();
                let known = without_spaces(&(both.clone() + &known));
                for code in code(text) {
                    // `…` stands for what is left out, and a page may shorten a line so.
                    let parts = code.split('…').map(without_spaces);
                    if !code.starts_with("cargo ")
                        && !code.starts_with("--")
                        && !parts.clone().all(|part| known.contains(&part))
                    {
                        faults.push(format!("{at}: `{code}` is not tried"));
                    }
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
#[ignore = "takes minutes: builds and runs about eighty programs"]
fn rust_comes_to_what_the_pages_say() {
    let pages = Mutex::new(pages());
    let faults = Mutex::new(Vec::new());
    // Most of the time goes into waiting for programs that sleep.
    thread::scope(|scope| {
        for n in 1..=4 {
            let (pages, faults) = (&pages, &faults);
            scope.spawn(move || {
                let bench = Bench::new(&format!("rust-{n}"));
                loop {
                    let Some((lesson, steps)) = pages.lock().unwrap().pop() else { break };
                    let unchanged = program(&lesson, false);
                    for step in steps.iter().filter(|step| !step.python) {
                        let changed = step.apply(&unchanged).unwrap();
                        if let Err(fault) = bench.try_rust(&unchanged, &changed, &step.outcome) {
                            let fault =
                                format!("docs/try/{lesson}.txt, step {}: {fault}", step.name);
                            faults.lock().unwrap().push(fault);
                        }
                    }
                }
            });
        }
    });
    let faults = faults.into_inner().unwrap();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
#[ignore = "needs python3"]
fn python_comes_to_what_the_pages_say() {
    let bench = Bench::empty("python");
    let mut faults = Vec::new();
    for (lesson, steps) in pages() {
        for step in steps.iter().filter(|step| step.python && step.outcome.by_hand.is_none()) {
            let file = bench.folder.join(format!("{lesson}.py"));
            fs::write(&file, step.apply(&program(&lesson, true)).unwrap()).unwrap();
            let mut command = Command::new("python3");
            command.arg("-u").arg(&file);
            if let Err(fault) = bench.comes_to(&mut command, &step.outcome) {
                faults.push(format!("docs/try/{lesson}.txt, step {}: {fault}", step.name));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// The wrong programs of *When it does not work*: their first lines say with which words the
/// compiler refuses them, and both pages have the error.
#[test]
#[ignore = "takes minutes: builds what util needs"]
fn the_compiler_says_what_the_book_looks_up() {
    let bench = Bench::new("refused");
    let folder = course::root().join("crates/recipes/refused");
    for file in fs::read_dir(folder).unwrap() {
        let file = file.unwrap().path();
        let source = fs::read_to_string(&file).unwrap();
        let words = source.lines().next().unwrap().strip_prefix("// ").unwrap();
        let built = bench.build(&source, false).unwrap_err();
        assert!(built.contains(words), "{}: {built}", file.display());
        for language in ["en", "zh"] {
            let page = read(&format!("docs/{language}/src/trouble.md"));
            for code in error_codes(words) {
                assert!(page.contains(&code), "{language}: {code} of {}", file.display());
            }
        }
    }
}

/// A project of its own, in which one changed program after the other is built and run.
struct Bench {
    folder: PathBuf,
}

/// What a program did.
struct Ran {
    printed: String,
    errors: String,
    /// None if the test ended it.
    status: Option<ExitStatus>,
    seconds: f64,
}

impl Bench {
    /// The folder is kept, so that what a program depends on is built once.
    fn new(name: &str) -> Bench {
        // All benches depend on the same. It is built once, and each bench starts with a copy.
        static BUILT: OnceLock<PathBuf> = OnceLock::new();
        let built = BUILT.get_or_init(|| {
            let first = Bench::empty("first");
            for release in [false, true] {
                first.build("fn main() {}", release).unwrap_or_else(|error| panic!("{error}"));
            }
            first.target()
        });
        let bench = Bench::empty(name);
        if !bench.target().exists() {
            // With the times of the files, from which cargo knows that nothing has to be built again.
            let copy =
                Command::new("cp").args(["-R", "-p"]).args([built, &bench.target()]).status();
            // Where there is no cp, the bench builds all of it itself.
            drop(copy);
        }
        bench
    }

    /// One in which nothing has been built.
    fn empty(name: &str) -> Bench {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::create_dir_all(folder.join("src")).unwrap();
        let course = fs::canonicalize(course::root()).unwrap();
        let workspace = read("Cargo.toml");
        // A step is compiled under the rules of the lessons.
        let (_, lints) = workspace.split_once("[workspace.lints.rust]\n").unwrap();
        let lints = lints.split("[workspace.lints.clippy]").next().unwrap();
        let version = |name: &str| {
            let start = format!("{name} = ");
            let line = workspace.lines().find_map(|line| line.strip_prefix(&start)).unwrap();
            line.to_owned()
        };
        let (nix, num_cpus, rand) = (version("nix"), version("num_cpus"), version("rand"));
        let manifest = format!(
            "[package]\nname = \"tried\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n\
             [dependencies]\nutil = {{ path = '{}' }}\nserde = {{ version = \"1\", features = [\"derive\"] }}\n\
             num_cpus = {num_cpus}\nrand = {rand}\n\n\
             [target.'cfg(unix)'.dependencies]\nnix = {{ version = {nix}, features = [\"process\"] }}\n\n\
             [lints.rust]\n{lints}\n[profile.dev]\ndebug = false\nincremental = false\n",
            course.join("crates/util").display(),
        );
        fs::write(folder.join("Cargo.toml"), manifest).unwrap();
        fs::copy(course.join("Cargo.lock"), folder.join("Cargo.lock")).unwrap();
        Bench { folder }
    }

    fn target(&self) -> PathBuf {
        self.folder.join("target")
    }

    /// Builds a program and says where it is, and what the compiler said.
    fn build(&self, source: &str, release: bool) -> Result<(PathBuf, String), String> {
        fs::write(self.folder.join("src/main.rs"), source).unwrap();
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(["build", "--quiet", "--jobs", "2"]).args(release.then_some("--release"));
        let target = self.target();
        cargo.current_dir(&self.folder).env("CARGO_TARGET_DIR", &target);
        let output = cargo.output().expect("cargo runs");
        let said = String::from_utf8(output.stderr).unwrap();
        let profile = if release { "release" } else { "debug" };
        if !output.status.success() {
            return Err(said);
        }
        Ok((target.join(profile).join(format!("tried{}", std::env::consts::EXE_SUFFIX)), said))
    }

    fn try_rust(&self, unchanged: &str, changed: &str, outcome: &Outcome) -> Result<(), String> {
        if outcome.by_hand.is_some() {
            return Ok(());
        }
        let built = self.build(changed, outcome.release);
        if !outcome.refused.is_empty() {
            let said = built.err().ok_or("it compiles")?;
            let errors = error_codes(
                &said.lines().filter(|line| line.starts_with("error[")).collect::<String>(),
            );
            let same = errors == outcome.refused;
            return same.then_some(()).ok_or(format!("it is refused with {errors:?}\n{said}"));
        }
        let (program, said) = built?;
        if said.contains("warning") != outcome.warns {
            return Err(format!("what the compiler says: {said}"));
        }
        self.comes_to(Command::new(&program).args(&outcome.args), outcome)?;
        if outcome.sooner {
            // The other is built in its place.
            let kept = program.with_file_name(format!("changed{}", std::env::consts::EXE_SUFFIX));
            fs::rename(&program, &kept).unwrap();
            let (unchanged, _) = self.build(unchanged, false)?;
            // A busy machine may hold up one of them, but not each time.
            let pairs: Vec<[f64; 2]> = (0..TRIES)
                .map(|_| {
                    let before = self.run(&mut Command::new(&unchanged), &Outcome::default());
                    let after = self.run(Command::new(&kept).args(&outcome.args), outcome);
                    [before.seconds, after.seconds]
                })
                .take_while(|[before, after]| before <= after)
                .collect();
            if pairs.len() == TRIES {
                return Err(format!("seconds unchanged and changed: {pairs:?}"));
            }
        }
        Ok(())
    }

    /// Whether a program comes to its outcome.
    fn comes_to(&self, command: &mut Command, outcome: &Outcome) -> Result<(), String> {
        let mut tries = if outcome.in_time { TRIES } else { 1 };
        loop {
            tries -= 1;
            let came = check(&self.run(command, outcome), outcome);
            if came.is_ok() || tries == 0 {
                return came;
            }
        }
    }

    /// Runs a program as long as its outcome says.
    fn run(&self, command: &mut Command, outcome: &Outcome) -> Ran {
        let file = |name: &str| self.folder.join(name);
        let create = |name: &str| File::create(file(name)).unwrap();
        command.stdin(Stdio::null()).stdout(create("stdout")).stderr(create("stderr"));
        // To look for the names in a backtrace can take longer than a program waits for its child.
        command.env_remove("RUST_BACKTRACE");
        let start = Instant::now();
        let mut child = command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let printed = || String::from_utf8_lossy(&fs::read(file("stdout")).unwrap()).into_owned();
        // A program that hangs may take its time to come that far.
        let has_come_far = |printed: &str| {
            outcome.claims.iter().all(|claim| match claim {
                Claim::Has(pattern) => printed.lines().any(|line| reads(line, pattern)),
                _ => true,
            })
        };
        let mut far = None;
        let status = loop {
            let status = child.try_wait().unwrap();
            let over = match &outcome.ending {
                Ending::Itself => start.elapsed() > PATIENCE,
                Ending::Hangs => {
                    if far.is_none() && has_come_far(&printed()) {
                        far = Some(Instant::now());
                    }
                    far.is_some_and(|far: Instant| far.elapsed() > HANGS)
                        || start.elapsed() > PATIENCE
                }
                // A child may go on when main has ended.
                Ending::Until(text) => printed().contains(text) || start.elapsed() > PATIENCE,
            };
            let waits_for_text = matches!(outcome.ending, Ending::Until(_));
            if over || (status.is_some() && !waits_for_text) {
                break status;
            }
            thread::sleep(Duration::from_millis(5));
        };
        let seconds = start.elapsed().as_secs_f64();
        let status = status.or_else(|| end(&mut child));
        let errors = String::from_utf8_lossy(&fs::read(file("stderr")).unwrap()).into_owned();
        Ran { printed: printed(), errors, status, seconds }
    }
}

/// Ends a program that does not end by itself, as Ctrl-C would its children too.
fn end(child: &mut Child) -> Option<ExitStatus> {
    child.kill().unwrap();
    child.wait().unwrap();
    None
}

fn check(ran: &Ran, outcome: &Outcome) -> Result<(), String> {
    let fault =
        |what: &str| Err(format!("{what}\nprinted: {}\nerrors: {}", ran.printed, ran.errors));
    match (&outcome.ending, ran.status) {
        (Ending::Itself, None) => return fault("it does not end"),
        (Ending::Itself, Some(status)) if status.code() != Some(outcome.exit_code) => {
            return fault(&format!("it ends with {status}"));
        }
        (Ending::Hangs, Some(_)) => return fault("it ends"),
        (Ending::Until(text), _) if !ran.printed.contains(text) => {
            return fault("it never says so");
        }
        _ => {}
    }
    if ran.seconds < outcome.takes {
        return fault(&format!("it takes {} s", ran.seconds));
    }
    let lines: Vec<&str> = ran.printed.lines().collect();
    let all_read = lines.len() == outcome.lines.len()
        && lines.iter().zip(&outcome.lines).all(|(line, pattern)| reads(line, pattern));
    if !outcome.lines.is_empty() && !all_read {
        return fault("it prints other lines");
    }
    let any = |pattern: &str| lines.iter().any(|line| reads(line, pattern));
    for claim in &outcome.claims {
        let holds = match claim {
            Claim::Has(pattern) => any(pattern),
            Claim::Lacks(pattern) => !any(pattern),
            Claim::First(pattern) => lines.first().is_some_and(|line| reads(line, pattern)),
            Claim::Last(pattern) => lines.last().is_some_and(|line| reads(line, pattern)),
            Claim::Count(times, text) => times.contains(&ran.printed.matches(text).count()),
            Claim::Error(text) => ran.errors.contains(text),
        };
        if !holds {
            return fault(&claim.to_string());
        }
    }
    Ok(())
}
