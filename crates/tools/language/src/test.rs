//! What the tests of the commands share.

use std::process::Command;

/// Whether three words in a row are English. What stands between backticks is code, and so is what holds
/// anything besides letters, such as a path.
pub fn speaks_english(text: &str) -> bool {
    let outside: String = text.split('`').step_by(2).collect::<Vec<_>>().join("·");
    let is_word = |word: &str| {
        let word = word.trim_end_matches([',', '.', ':', ';', '?', '!']);
        !word.is_empty()
            && word.chars().all(|letter| letter.is_ascii_alphabetic() || letter == '\'')
    };
    let words: Vec<_> = outside.split([' ', '\n']).map(is_word).collect();
    words.windows(3).any(|three| three == [true; 3])
}

fn is_chinese(text: &str) -> bool {
    text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c))
}

/// Asserts that a command says the same in both languages when it is asked for help: that each option has
/// an explanation in each, and nothing is left in the other.
///
/// # Panics
///
/// If it does not.
pub fn help_is_in_both_languages(command: &str) {
    for help in ["-h", "--help"] {
        let said = |language: &str, arguments: &[&str]| {
            let mut command = Command::new(command);
            let output = command.args(arguments).env("LC_ALL", language).output().unwrap();
            assert_eq!(output.status.code(), Some(0), "{arguments:?}");
            String::from_utf8(output.stdout).unwrap()
        };
        let english = said("C.UTF-8", &[help]);
        let chinese = said("zh_CN.UTF-8", &[help]);
        assert_eq!(said("C.UTF-8", &["--language", "zh", help]), chinese);
        assert_eq!(said("C.UTF-8", &[help, "--language=zh"]), chinese);
        assert_eq!(said("zh_CN.UTF-8", &[help, "--language=en"]), english);

        assert!(!is_chinese(&english), "{english}");
        assert_eq!(options(&english), options(&chinese));
        // What clap wrote of an option: its name, and, on the same line or below, what it is for.
        for entry in entries(&chinese) {
            assert!(is_chinese(&entry), "{entry}");
        }
        for paragraph in chinese.split("\n\n") {
            assert!(!speaks_english(&without_commands(paragraph)), "{paragraph}");
        }
    }
}

/// The lines of a help that can be typed are the same in both languages.
fn without_commands(help: &str) -> String {
    help.lines().filter(|line| !line.contains("cargo run ")).collect::<Vec<_>>().join("\n")
}

/// The options of a help, each with its explanation.
fn entries(help: &str) -> Vec<String> {
    let mut entries: Vec<String> = Vec::new();
    for line in help.lines() {
        if line.trim_start().starts_with("--") || line.trim_start().starts_with("-h") {
            // The name of a value is no explanation.
            let shown = line.split_once('>').map_or(line, |(_, shown)| shown);
            entries.push(shown.to_owned());
        } else if let Some(entry) = entries.last_mut() {
            if line.starts_with("     ") {
                *entry += line;
            }
        }
    }
    entries
}

/// The names of the options of a help, in its order.
fn options(help: &str) -> Vec<&str> {
    let words = help.lines().flat_map(|line| line.split_whitespace().take(2));
    words.filter(|word| word.starts_with("--") && word.len() > 2).collect()
}
