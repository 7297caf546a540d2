//! The print statements of a program in Python, read by the `ast` of its own interpreter.

use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

use super::{Buffer, Pattern, Piece, Read, Statement};

/// Writes down as JSON what stands in a script and in what it imports from its own folder.
const READER: &str = include_str!("reader.py");

/// Reads a script. `None` if its interpreter cannot.
pub(super) fn read(interpreter: &Path, script: &Path) -> Option<Read> {
    let output = Command::new(interpreter)
        .args(["-I", "-c", READER])
        .arg(script)
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()?;
    let told: Value = serde_json::from_slice(&output.stdout).ok()?;
    let text = |value: &Value| value.as_str().map(str::to_string);
    let files = list(&told["files"])?;
    let files = files.iter().map(|file| Some((text(&file["name"])?, text(&file["text"])?)));
    let statement = |statement: &Value| {
        Some(Statement {
            file: usize::try_from(statement["file"].as_u64()?).ok()?,
            line: u32::try_from(statement["line"].as_u64()?).ok()?,
            writes: list(&statement["writes"])?.iter().map(pattern).collect::<Option<_>>()?,
            flushed: statement["flushed"].as_bool()?,
        })
    };
    Some(Read {
        files: files.collect::<Option<_>>()?,
        buffer: Buffer::Whole,
        statements: list(&told["statements"])?.iter().map(statement).collect::<Option<_>>()?,
        texts: list(&told["texts"])?.iter().map(pattern).collect::<Option<_>>()?,
        unknown: told["unknown"].as_bool()?,
        nowhere: told["nowhere"].as_bool()?,
        starts: told["starts"].as_bool()?,
    })
}

fn list(value: &Value) -> Option<&Vec<Value>> {
    value.as_array()
}

/// Texts, and null for a hole.
fn pattern(value: &Value) -> Option<Pattern> {
    let piece = |piece: &Value| match piece {
        Value::String(text) => Some(Piece::Text(text.clone())),
        Value::Null => Some(Piece::Hole),
        _ => None,
    };
    list(value)?.iter().map(piece).collect()
}
