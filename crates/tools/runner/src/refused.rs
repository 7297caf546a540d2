//! Wrong programs that Rust refuses: `refused/NAME.rs` beside a lesson.
//!
//! The first line of each says with which error, and why: `// error[E0499]: one sentence.` Only
//! the code is compared, because the words of a message change from compiler to compiler.

use std::env;
use std::fs;
use std::path::Path;
use std::process::Command;

/// Compiles every program in a folder.
///
/// # Panics
///
/// When there is none, when rustc cannot be started, and when rustc does not refuse each of them
/// with the error that it names, and with no other.
pub fn all_in(folder: &str) {
    let programs =
        fs::read_dir(folder).unwrap_or_else(|error| panic!("cannot read {folder}: {error}"));
    let mut seen = 0;
    for program in programs {
        let program = program.expect("a readable folder").path();
        if let Err(complaint) = is_refused(&program) {
            panic!("{}: {complaint}", program.display());
        }
        seen += 1;
    }
    assert!(seen > 0, "{folder} is empty");
}

fn is_refused(program: &Path) -> Result<(), String> {
    let source = fs::read_to_string(program).map_err(|error| error.to_string())?;
    let expected = source
        .strip_prefix("// ")
        .and_then(error_code)
        .ok_or("the first line is not `// error[E….]: why`")?;

    let out_dir = tempfile::tempdir().map_err(|error| error.to_string())?;
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc)
        .args(["--edition", "2024", "--crate-type", "bin", "--emit", "metadata", "--out-dir"])
        .arg(out_dir.path())
        .arg(program)
        .output()
        .map_err(|error| format!("this needs rustc in PATH: {error}"))?;

    let said = String::from_utf8_lossy(&output.stderr);
    let mut codes: Vec<_> = said.lines().filter_map(error_code).collect();
    codes.dedup();
    if output.status.success() {
        Err(format!("rustc accepts it, but it should say {expected}"))
    } else if codes != [expected] {
        Err(format!("rustc does not say {expected}, but:\n{said}"))
    } else {
        Ok(())
    }
}

/// The code in a line that starts with `error[CODE]`.
fn error_code(line: &str) -> Option<&str> {
    let (code, _) = line.strip_prefix("error[")?.split_once(']')?;
    Some(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(source: &str) -> Result<(), String> {
        let folder = tempfile::tempdir().expect("a new folder");
        let program = folder.path().join("program.rs");
        fs::write(&program, source).expect("a writable folder");
        is_refused(&program)
    }

    const USED_AFTER_MOVE: &str = "fn main() { let a = String::new(); drop(a); drop(a); }";

    #[test]
    fn the_named_error_is_found() {
        let source = format!("// error[E0382]: moved.\n{USED_AFTER_MOVE}");
        assert_eq!(verdict(&source), Ok(()));
    }

    #[test]
    fn another_error_is_not_enough() {
        let source = format!("// error[E0499]: moved.\n{USED_AFTER_MOVE}");
        assert!(verdict(&source).unwrap_err().contains("E0382"));
    }

    #[test]
    fn a_program_that_compiles_is_not_refused() {
        let complaint = verdict("// error[E0382]: moved.\nfn main() {}").unwrap_err();
        assert_eq!(complaint, "rustc accepts it, but it should say E0382");
    }

    #[test]
    fn a_program_must_name_its_error() {
        assert!(verdict(USED_AFTER_MOVE).unwrap_err().contains("first line"));
    }
}
