//! The command in terminals of different widths.
#![cfg(target_os = "linux")]

use std::fs::File;
use std::io::Read;
use std::process::{Command, Stdio};

use nix::pty::{Winsize, openpty};
use unicode_width::UnicodeWidthStr;

/// What the command shows on a terminal of so many columns.
fn shown(columns: u16, language: &str, words: &[&str]) -> String {
    let size = Winsize { ws_row: 40, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
    let terminal = openpty(&size, None).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_schedules"))
        .args(words)
        .args(["--language", language])
        .stdin(Stdio::null())
        .stdout(terminal.slave)
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut shown = Vec::new();
    // When the last writer is gone, reading fails: the terminal is hung up.
    let mut buffer = [0; 4096];
    let mut master = File::from(terminal.master);
    while let Ok(length @ 1..) = master.read(&mut buffer) {
        shown.extend_from_slice(&buffer[..length]);
    }
    command.wait().unwrap();
    String::from_utf8(shown).unwrap().replace("\r\n", "\n")
}

#[test]
fn an_answer_fits_into_its_terminal() {
    for columns in [60, 80] {
        for language in ["en", "zh"] {
            for words in [&["bank_no_lock"][..], &["--schedules", "1", "bank_deadlock"]] {
                let answer = shown(columns, language, words);
                assert!(answer.lines().count() > 30, "{answer}");
                for line in answer.lines() {
                    assert!(line.width() <= usize::from(columns), "{columns}: {line}");
                }
            }
        }
    }
}

#[test]
fn a_game_fits_into_its_terminal() {
    for columns in [60, 80] {
        for language in ["en", "zh"] {
            let game = shown(columns, language, &["play", "bank_no_lock"]);
            assert!(game.lines().count() > 10, "{game}");
            for line in game.lines() {
                assert!(line.width() <= usize::from(columns), "{columns}: {line}");
            }
        }
    }
}

#[test]
fn a_wide_terminal_and_a_pipe_show_the_same() {
    let words = ["bank_no_lock", "--schedules", "10"];
    let piped = Command::new(env!("CARGO_BIN_EXE_schedules"))
        .args(words)
        .args(["--language", "en"])
        .output()
        .unwrap();
    assert_eq!(shown(160, "en", &words), String::from_utf8(piped.stdout).unwrap());
}
