//! One run of a lesson in one language, with what it cost.
//!
//! The system tells the peak memory of all children of a process together, so every run is made
//! from a process of its own: this program, started again.

use std::env;
use std::process::Command;

use crate::{description, lesson};

/// The argument with which this program is started again.
pub const FLAG: &str = "--measured";

#[derive(Debug, Clone, Copy)]
pub enum Language {
    Rust,
    Python,
}

/// What a run said, and what it cost.
#[derive(Debug, Default)]
pub struct Measured {
    /// What is not as described.
    pub complaint: Option<String>,
    pub wall_seconds: f64,
    pub cpu_seconds: f64,
    /// Of the largest process.
    pub peak_megabytes: f64,
    /// Each line, with the seconds after the start at which it came.
    pub lines: Vec<(f64, String)>,
}

impl Measured {
    /// Runs a lesson that has been built.
    pub fn run(language: Language, name: &str) -> Result<Self, String> {
        let language = match language {
            Language::Rust => "rust",
            Language::Python => "python",
        };
        let executable = env::current_exe().map_err(|error| error.to_string())?;
        let output = Command::new(executable)
            .args([FLAG, language, name])
            .output()
            .map_err(|error| error.to_string())?;
        Self::read(&String::from_utf8_lossy(&output.stdout)).ok_or_else(|| {
            format!("{name} in {language} failed:\n{}", String::from_utf8_lossy(&output.stderr))
        })
    }

    pub fn fits(&self) -> bool {
        self.complaint.is_none()
    }

    /// One value to a line: the three costs, the complaint in quotes, the lines each with its time.
    fn write(&self) -> String {
        let costs = [self.wall_seconds, self.cpu_seconds, self.peak_megabytes];
        let mut text: String = costs.iter().map(|cost| format!("{cost}\n")).collect();
        text +=
            &format!("{}\n", self.complaint.clone().unwrap_or_default().replace('\n', "\u{2028}"));
        for (at, line) in &self.lines {
            text += &format!("{at} {line}\n");
        }
        text
    }

    fn read(text: &str) -> Option<Self> {
        let mut lines = text.lines();
        let mut number = || lines.next()?.parse().ok();
        let (wall_seconds, cpu_seconds, peak_megabytes) = (number()?, number()?, number()?);
        let complaint = lines.next()?.replace('\u{2028}', "\n");
        let lines = lines.map(|line| {
            let (at, line) = line.split_once(' ').unwrap_or((line, ""));
            Some((at.parse().ok()?, line.to_owned()))
        });
        Some(Self {
            complaint: (!complaint.is_empty()).then_some(complaint),
            wall_seconds,
            cpu_seconds,
            peak_megabytes,
            lines: lines.collect::<Option<_>>()?,
        })
    }
}

/// Runs a lesson, and prints what [`Measured::run`] reads.
pub fn in_this_process(language: &str, name: &str) -> Result<bool, String> {
    let description = description(name)?;
    if language == "python" {
        // Looking for Python starts it, which is not part of the lesson's cost.
        parity::find_python()?;
    }
    let (cpu_before, _) = cost_of_children();
    let transcript = match language {
        "rust" => lesson(name).run_rust(&description),
        "python" => lesson(name).run_python(&description),
        _ => return Err(format!("{language} is neither rust nor python")),
    };
    let (cpu_after, peak_megabytes) = cost_of_children();
    let measured = Measured {
        complaint: description
            .examine(&transcript)
            .err()
            .map(|complaint| complaint.what().to_owned()),
        wall_seconds: transcript.took.as_secs_f64(),
        cpu_seconds: cpu_after - cpu_before,
        peak_megabytes,
        lines: transcript.timed_lines(),
    };
    print!("{}", measured.write());
    Ok(measured.fits())
}

#[cfg(unix)]
fn cost_of_children() -> (f64, f64) {
    use nix::sys::resource::{UsageWho, getrusage};
    use nix::sys::time::TimeValLike;

    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).expect("every process may ask for its usage");
    let cpu = usage.user_time() + usage.system_time();
    // Linux counts kilobytes, macOS bytes.
    let unit = if cfg!(target_os = "macos") { 1.0 } else { 1024.0 };
    (cpu.num_microseconds() as f64 / 1e6, usage.max_rss() as f64 * unit / 1e6)
}

/// Other systems do not tell it to safe code.
#[cfg(not(unix))]
fn cost_of_children() -> (f64, f64) {
    (f64::NAN, f64::NAN)
}
