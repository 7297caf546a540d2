//! Text in columns. Chinese characters are two columns wide.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::measured::Measured;

/// The width of one of two columns.
const WIDTH: usize = 56;

/// Most lessons say less; of the others the beginning shows what they are about.
const LINES: usize = 40;

pub fn side_by_side(rust: &Measured, python: &Measured) -> String {
    let mut text = two("Rust", "Python");
    text += &two(&"─".repeat(WIDTH), &"─".repeat(WIDTH));
    let (left, right) = (column(rust), column(python));
    for number in 0..left.len().max(right.len()) {
        let line = |lines: &[String]| lines.get(number).cloned().unwrap_or_default();
        text += &two(&line(&left), &line(&right));
    }
    text
}

fn column(run: &Measured) -> Vec<String> {
    let mut lines: Vec<_> =
        run.lines.iter().take(LINES).map(|(at, line)| cut(&format!("{at:6.2}  {line}"))).collect();
    if run.lines.len() > LINES {
        lines.push(format!("        … {} more lines", run.lines.len() - LINES));
    }
    lines.push(String::new());
    lines.push(format!(
        "{:.2} s, CPU {:.2} s, {:.1} MB",
        run.wall_seconds, run.cpu_seconds, run.peak_megabytes
    ));
    match &run.complaint {
        None => lines.push("as described".to_owned()),
        Some(complaint) => lines.extend(wrap(&format!("NOT as described: {complaint}"))),
    }
    lines
}

fn two(left: &str, right: &str) -> String {
    let gap = " ".repeat(WIDTH.saturating_sub(left.width()) + 3);
    format!("{left}{gap}{right}").trim_end().to_owned() + "\n"
}

/// As much of a text as fits.
fn cut(text: &str) -> String {
    let mut lines = wrap(text);
    if lines.len() > 1 {
        lines[0].pop();
        lines[0].push('…');
    }
    lines.swap_remove(0)
}

fn wrap(text: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut width = 0;
    for character in text.chars() {
        width += character.width().unwrap_or(0);
        if width > WIDTH {
            lines.push(String::new());
            width = character.width().unwrap_or(0);
        }
        lines.last_mut().expect("there is a line").push(character);
    }
    lines
}

pub const HEADER: &str = "
lesson                says   sleeps   wall: Python   Rust  ratio    CPU: Python   Rust  ratio    MB: Python   Rust  ratio";

pub fn row(name: &str, rust: &Measured, python: &Measured, sleeps: f64) -> String {
    let verdict = match (rust.fits(), python.fits()) {
        (true, true) => "both",
        (true, false) => "Rust",
        (false, true) => "Py",
        (false, false) => "NONE",
    };
    let sleeps = if sleeps > 0.0 { format!("{sleeps:.2}") } else { "–".to_owned() };
    let three = |python: f64, rust: f64, decimals| {
        format!("{python:.decimals$}  {rust:>5.decimals$}  {:>5.2}", python / rust)
    };
    let wall = three(python.wall_seconds, rust.wall_seconds, 2);
    let cpu = three(python.cpu_seconds, rust.cpu_seconds, 2);
    let memory = three(python.peak_megabytes, rust.peak_megabytes, 1);
    format!("{name:20}  {verdict:4}  {sleeps:>7}   {wall:>26}   {cpu:>25}   {memory:>24}")
}
