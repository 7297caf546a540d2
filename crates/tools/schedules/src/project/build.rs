//! Compiles a program's copy.

use std::env;
use std::io::{self, BufRead, BufReader, IsTerminal, Read};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::thread;

use serde_json::Value;

use super::{Copy, Refusal, cargo, home};
use crate::tell::words::{self, Language};

impl Copy {
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
