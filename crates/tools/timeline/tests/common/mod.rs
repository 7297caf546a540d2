//! Runs the tool and reads what it wrote as JSON.

// Each test program uses a part of this.
#![allow(dead_code)]

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

pub const TIMELINE: &str = env!("CARGO_BIN_EXE_timeline");

/// The program of `examples/specimen`.
pub fn specimen() -> PathBuf {
    let path = Path::new(TIMELINE).with_file_name("examples").join("specimen");
    assert!(
        path.exists(),
        "{} is missing: build it with `cargo build -p timeline --examples`",
        path.display()
    );
    path
}

pub fn lesson(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../lessons").join(path)
}

/// A run of the tool, with everything that it left.
pub struct Run {
    pub output: Output,
    pub trace: Seen,
    pub svg: String,
}

/// Runs the tool on a command of which the tests expect a chart.
pub fn watch(options: &[&str], command: &[&str]) -> Run {
    let folder = Folder::new();
    let svg = folder.0.join("chart.svg");
    let json = folder.trace();
    let output = timeline()
        .args([Path::new("--svg"), &svg, Path::new("--json"), &json])
        .args(options)
        .args(command)
        .output()
        .unwrap();
    let read = |path: &Path| {
        std::fs::read_to_string(path).unwrap_or_else(|error| {
            let said = String::from_utf8_lossy(&output.stderr);
            panic!("no {}: {error}\n{said}", path.display())
        })
    };
    let trace = folder.seen();
    let trace =
        trace.unwrap_or_else(|| panic!("no chart: {}", String::from_utf8_lossy(&output.stderr)));
    Run { trace, svg: read(&svg), output }
}

/// The tool, in the environment that a student has who reads English.
pub fn timeline() -> Command {
    let mut command = Command::new(TIMELINE);
    command.env_remove("PYTHONUNBUFFERED").env("LC_ALL", "C.UTF-8");
    command
}

/// A folder that is gone after the test.
pub struct Folder(pub PathBuf);

impl Folder {
    pub fn new() -> Folder {
        use std::sync::atomic::{AtomicU32, Ordering};
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("timeline-{}-{number}", std::process::id());
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    /// Where the tool is to write what it has seen, with `--json`.
    pub fn trace(&self) -> PathBuf {
        self.0.join("chart.json")
    }

    /// What it has seen and written there. What holds for every trace has been checked.
    pub fn seen(&self) -> Option<Seen> {
        let json = std::fs::read_to_string(self.trace()).ok().filter(|json| !json.is_empty())?;
        let trace = Seen::new(serde_json::from_str(&json).unwrap());
        trace.check();
        Some(trace)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The trace events.
pub struct Seen {
    pub events: Vec<Value>,
    names: HashMap<(i64, i64), String>,
    cores: u64,
}

/// A stretch of a lane in one state, in milliseconds.
#[derive(Debug, Clone, PartialEq)]
pub struct Stretch {
    pub lane: String,
    pub state: String,
    pub start: f64,
    pub end: f64,
}

impl Stretch {
    pub fn length(&self) -> f64 {
        self.end - self.start
    }
}

/// From which lane to which, in milliseconds.
#[derive(Debug, Clone, PartialEq)]
pub struct Arrow {
    pub from: String,
    pub at: f64,
    pub to: String,
    pub arrives: f64,
}

impl Seen {
    /// What holds for every trace: lanes that do one thing at a time, no more running than there are
    /// cores, and nobody woken before another wakes it.
    fn check(&self) {
        let mut last: HashMap<(i64, i64), (f64, &Value)> = HashMap::new();
        let (mut start, mut end, mut running) = (f64::MAX, 0.0_f64, 0.0);
        for bar in self.events.iter().filter(|event| event["ph"] == "X") {
            let stretch = self.stretch(bar);
            assert!(stretch.length() > 0.0, "{bar}");
            // A number that is used again begins another lane.
            if let Some((before, other)) = last.insert(ids(bar), (stretch.end, bar)) {
                let gap = stretch.start - before;
                assert!(gap > -0.001, "{bar} begins before the end of {other}");
            }
            start = start.min(stretch.start);
            end = end.max(stretch.end);
            if stretch.state == "running" {
                running += stretch.length();
            }
        }
        let cores = self.cores as f64;
        assert!(
            running <= cores * (end - start) + 0.1,
            "{running} ms of running in {} ms on {cores} cores",
            end - start
        );
        for wake in self.arrows("wake") {
            assert!(wake.arrives > wake.at - 0.001, "{wake:?} goes back in time");
        }
    }

    /// How long a lane was in a state, in milliseconds.
    pub fn total(&self, lane: &str, state: &str) -> f64 {
        let life = self.life(lane);
        life.iter().filter(|s| s.state == state).map(Stretch::length).sum()
    }

    fn new(document: Value) -> Seen {
        let cores = document["otherData"]["cores"].as_u64().unwrap();
        let events = document["traceEvents"].as_array().unwrap().clone();
        let named = events.iter().filter(|event| event["name"] == "thread_name");
        let names = named
            .map(|event| (ids(event), event["args"]["name"].as_str().unwrap().to_string()))
            .collect();
        Seen { events, names, cores }
    }

    /// The names of the lanes, in the order of the chart.
    pub fn lanes(&self) -> Vec<&str> {
        let named = self.events.iter().filter(|event| event["name"] == "thread_name");
        named.map(|event| event["args"]["name"].as_str().unwrap()).collect()
    }

    fn lane(&self, event: &Value) -> String {
        self.names[&ids(event)].clone()
    }

    /// All stretches in a state, in order of time.
    pub fn stretches(&self, state: &str) -> Vec<Stretch> {
        let found = self.events.iter().filter(|e| e["ph"] == "X" && e["name"] == state);
        let mut stretches: Vec<_> = found.map(|event| self.stretch(event)).collect();
        stretches.sort_by(|a, b| a.start.total_cmp(&b.start));
        stretches
    }

    /// A lane's whole life, in order of time.
    pub fn life(&self, lane: &str) -> Vec<Stretch> {
        let found = self.events.iter().filter(|e| e["ph"] == "X" && self.lane(e) == lane);
        let mut stretches: Vec<_> = found.map(|event| self.stretch(event)).collect();
        stretches.sort_by(|a, b| a.start.total_cmp(&b.start));
        stretches
    }

    fn stretch(&self, event: &Value) -> Stretch {
        Stretch {
            lane: self.lane(event),
            state: event["name"].as_str().unwrap().to_string(),
            start: millis(event),
            end: millis(event) + event["dur"].as_f64().unwrap() / 1e3,
        }
    }

    /// The arrows of a kind, `birth` or `wake`.
    pub fn arrows(&self, kind: &str) -> Vec<Arrow> {
        let ends = |phase: &'static str| {
            self.events.iter().filter(move |e| e["ph"] == phase && e["name"] == kind)
        };
        let ends_by_id: HashMap<i64, &Value> =
            ends("f").map(|event| (event["id"].as_i64().unwrap(), event)).collect();
        ends("s")
            .map(|start| {
                let end = ends_by_id[&start["id"].as_i64().unwrap()];
                Arrow {
                    from: self.lane(start),
                    at: millis(start),
                    to: self.lane(end),
                    arrives: millis(end),
                }
            })
            .collect()
    }

    /// Who made a lane.
    pub fn parent(&self, lane: &str) -> String {
        let births = self.arrows("birth");
        births.into_iter().find(|birth| birth.to == lane).unwrap().from
    }

    /// When a lane was gone.
    pub fn death(&self, lane: &str) -> f64 {
        self.life(lane).last().unwrap().end
    }

    /// When a lane printed something with these words in it.
    pub fn moments(&self, lane: &str, words: &str) -> Vec<f64> {
        let said = |event: &&Value| event["args"]["text"].as_str().unwrap().contains(words);
        let found = self.events.iter().filter(|event| event["ph"] == "i").filter(said);
        found.filter(|event| self.lane(event) == lane).map(millis).collect()
    }

    /// When a lane printed these words first.
    pub fn printed(&self, lane: &str, words: &str) -> f64 {
        let moments = self.moments(lane, words);
        *moments.first().unwrap_or_else(|| panic!("{lane} never printed {words}"))
    }

    /// When any lane printed these words first.
    pub fn printed_anywhere(&self, words: &str) -> f64 {
        let lanes = self.lanes();
        let moments = lanes.into_iter().flat_map(|lane| self.moments(lane, words));
        moments.reduce(f64::min).unwrap_or_else(|| panic!("nobody printed {words}"))
    }

    /// How many times a lane printed.
    pub fn prints_of(&self, lane: &str) -> usize {
        self.moments(lane, "").len()
    }

    /// What was printed by which lane, with the number of bytes.
    pub fn prints(&self) -> Vec<(String, String, u64)> {
        let found = self.events.iter().filter(|event| event["ph"] == "i");
        found
            .map(|event| {
                let text = event["args"]["text"].as_str().unwrap().to_string();
                (self.lane(event), text, event["args"]["bytes"].as_u64().unwrap())
            })
            .collect()
    }
}

fn ids(event: &Value) -> (i64, i64) {
    (event["pid"].as_i64().unwrap(), event["tid"].as_i64().unwrap())
}

fn millis(event: &Value) -> f64 {
    event["ts"].as_f64().unwrap() / 1e3
}
