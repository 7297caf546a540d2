//! One run of a lesson in one language, with what it cost.
//!
//! The system tells the peak memory of all children of a process together, so every run is made
//! from a process of its own: this program, started again.

use std::env;
use std::io;
use std::path::Path;
use std::process::{Command, Stdio};

use clap::ValueEnum;
use runner::Lesson;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Language {
    Rust,
    Python,
}

/// What a run said, and what it cost.
#[derive(Debug, Serialize, Deserialize)]
pub struct Measured {
    /// What is not as described.
    pub complaint: Option<String>,
    pub wall_seconds: f64,
    /// Nothing where the system does not tell.
    pub cost: Option<Cost>,
    /// Each line, with the seconds after the start at which it came.
    pub lines: Vec<(f64, String)>,
}

/// What a run took of the machine.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Cost {
    pub cpu_seconds: f64,
    /// Of the largest process.
    pub peak_megabytes: f64,
}

impl Measured {
    /// Runs a lesson that has been built, in one of its languages.
    pub fn run(
        language: Language,
        name: &str,
        executable: &Path,
        spoken: language::Language,
    ) -> Result<Self, String> {
        let failed = |why: &str| {
            spoken.choose(
                format!("{name} in {language:?} failed: {why}"),
                format!("{name}（{language:?}）运行失败：{why}"),
            )
        };
        let system = |error: io::Error| failed(&language::system(spoken, &error));
        let this_program = env::current_exe().map_err(system)?;
        let value = language.to_possible_value().expect("each language has a name");
        let output = Command::new(this_program)
            .args(["--measured", value.get_name(), "--executable"])
            .arg(executable)
            .args([spoken.choose("--language=en", "--language=zh"), name])
            .stderr(Stdio::inherit())
            .output()
            .map_err(system)?;
        serde_json::from_slice(&output.stdout).map_err(|error| failed(&error.to_string()))
    }

    pub fn fits(&self) -> bool {
        self.complaint.is_none()
    }
}

/// Runs a lesson, and prints what [`Measured::run`] reads.
pub fn in_this_process(
    language: Language,
    name: &str,
    executable: &Path,
    spoken: language::Language,
) -> Result<bool, String> {
    let lesson = Lesson::new(name, executable, crate::description(spoken, name)?);
    // Looking for Python starts it, which is not part of the lesson's cost.
    if matches!(language, Language::Python) {
        crate::python(spoken)?;
    }
    let before = cost_of_children();
    let transcript = match language {
        Language::Rust => lesson.run_rust(),
        Language::Python => lesson.run_python(),
    };
    let cost = cost_of_children().zip(before).map(|(after, before)| Cost {
        cpu_seconds: after.cpu_seconds - before.cpu_seconds,
        peak_megabytes: after.peak_megabytes,
    });
    let complaint = lesson.description().examine(&transcript).err();
    let measured = Measured {
        complaint: complaint.map(|complaint| {
            spoken.choose(complaint.what(), complaint.what_in_chinese()).to_owned()
        }),
        wall_seconds: transcript.took.as_secs_f64(),
        cost,
        lines: transcript.timed_lines(),
    };
    println!("{}", serde_json::to_string(&measured).map_err(|error| error.to_string())?);
    Ok(true)
}

#[cfg(unix)]
fn cost_of_children() -> Option<Cost> {
    use nix::sys::resource::{UsageWho, getrusage};
    use nix::sys::time::TimeValLike;

    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).expect("every process may ask for its usage");
    let cpu = usage.user_time() + usage.system_time();
    // Linux counts kilobytes, macOS bytes.
    let unit = if cfg!(target_os = "macos") { 1.0 } else { 1024.0 };
    Some(Cost {
        cpu_seconds: cpu.num_microseconds() as f64 / 1e6,
        peak_megabytes: usage.max_rss() as f64 * unit / 1e6,
    })
}

/// Other systems do not tell it to safe code.
#[cfg(not(unix))]
fn cost_of_children() -> Option<Cost> {
    None
}
