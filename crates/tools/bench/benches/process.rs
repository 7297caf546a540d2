//! What it costs to start a child and wait for its end, and the least that it could cost.
//!
//! `the same executable` is started and waited for by the standard library alone, and ends at
//! once: what lies between it and `Process` is what this crate adds. The two before it are what
//! the system asks for a new process at all.

use std::hint::black_box;
use std::process::Command;
use std::{env, io};

use criterion::Criterion;
use util::Process;

const BARE: &str = "--bare";

fn main() -> io::Result<()> {
    if env::args().nth(1).is_some_and(|argument| argument == BARE) {
        return Ok(());
    }
    let _main = util::main_guard!(nothing);

    let mut criterion = Criterion::default().configure_from_args();
    let mut group = criterion.benchmark_group("start and join");
    #[cfg(unix)]
    group.bench_function("fork and wait", |bencher| bencher.iter(unix::fork_and_wait));
    #[cfg(target_os = "linux")]
    match linux::Empty::compiled() {
        // The standard library starts a program with posix_spawn where nothing speaks against it.
        Some(empty) => {
            group.bench_function("posix_spawn of an empty static program", |bencher| {
                bencher.iter(|| Command::new(&empty.program).status().unwrap());
            });
        }
        None => eprintln!(
            "posix_spawn of an empty static program is left out: rustc cannot link one, is libc.a installed?"
        ),
    }
    let executable = env::current_exe()?;
    group.bench_function("the same executable", |bencher| {
        bencher.iter(|| Command::new(&executable).arg(BARE).status().unwrap());
    });
    group.bench_function("Process", |bencher| {
        bencher.iter(|| {
            let child = Process::new(nothing, ()).start().unwrap();
            child.join().unwrap();
            black_box(child.exit_code())
        });
    });
    group.finish();
    criterion.final_summary();
    Ok(())
}

fn nothing() {}

#[cfg(unix)]
#[allow(unsafe_code, reason = "what is measured is fork, which no safe call gives")]
mod unix {
    use nix::sys::wait::waitpid;
    use nix::unistd::{ForkResult, fork};

    pub(super) fn fork_and_wait() {
        // SAFETY: the child ends at once and calls nothing that a lock could hold up.
        match unsafe { fork() }.unwrap() {
            ForkResult::Child => unsafe { nix::libc::_exit(0) },
            ForkResult::Parent { child } => waitpid(child, None).unwrap(),
        };
    }
}

#[cfg(target_os = "linux")]
mod linux {
    use std::path::PathBuf;
    use std::process::Command;
    use std::{env, fs};

    use tempfile::TempDir;

    /// A Rust program that does nothing and needs no library to be loaded.
    pub(super) struct Empty {
        // Dropping it removes the program.
        _folder: TempDir,
        pub(super) program: PathBuf,
    }

    impl Empty {
        /// `None` where the system has no libraries to link statically.
        pub(super) fn compiled() -> Option<Self> {
            let folder = tempfile::tempdir().unwrap();
            let (source, program) = (folder.path().join("empty.rs"), folder.path().join("empty"));
            fs::write(&source, "fn main() {}\n").unwrap();
            let compiled = Command::new(env::var_os("RUSTC").unwrap_or("rustc".into()))
                .args([
                    "--edition",
                    "2024",
                    "-C",
                    "opt-level=3",
                    "-C",
                    "target-feature=+crt-static",
                ])
                .arg("-o")
                .args([&program, &source])
                .status()
                .expect("rustc can be started");
            let empty = Self { _folder: folder, program };
            compiled.success().then_some(empty)
        }
    }
}
