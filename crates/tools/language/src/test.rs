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

        assert_eq!(fault(&english, &chinese), None);
    }
}

/// What is wrong with two helps of which the second is to say in Chinese what the first says.
fn fault(english: &str, chinese: &str) -> Option<String> {
    if is_chinese(english) {
        return Some(format!("Chinese is left: {english}"));
    }
    if options(english) != options(chinese) {
        return Some(format!("other options: {chinese}"));
    }
    let not_explained = entries(chinese).into_iter().find(|entry| !is_chinese(entry));
    let mut paragraphs = chinese.split("\n\n").map(without_commands);
    not_explained.or_else(|| paragraphs.find(|paragraph| speaks_english(paragraph)))
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
        } else if let Some(entry) = entries.last_mut().filter(|_| line.starts_with("     ")) {
            *entry += line;
        }
    }
    entries
}

/// The names of the options of a help, in its order.
fn options(help: &str) -> Vec<&str> {
    let words = help.lines().flat_map(|line| line.split_whitespace().take(2));
    words.filter(|word| word.starts_with("--") && word.len() > 2).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn english_is_seen_where_it_is() {
        assert!(speaks_english("错误：there is no program"));
        assert!(speaks_english("the first\nof two lines"));
        assert!(!speaks_english("程序 `there is no program`，panic 时 main 已结束"));
        assert!(!speaks_english("/home/me/a.rs 不是 Rust 程序：Cargo.toml、std::sync"));
    }

    #[test]
    fn a_help_that_is_not_the_same_in_both_languages_is_seen() {
        let english =
            "Usage: x\n\n      --both         Both\n      --file <FILE>  A file to read\n";
        let good = "用法： x\n\n      --both         两种\n      --file <文件>  要读的文件\n";
        assert_eq!(fault(english, good), None);
        for (from, to) in [
            ("两种", "Both"),
            ("要读的文件", "A file to read"),
            ("要读的文件", "File"),
            ("用法： x", "用法： it may well be so"),
            ("--file", "--files"),
            ("      --both         两种\n", ""),
        ] {
            assert!(good.contains(from));
            assert!(fault(english, &good.replace(from, to)).is_some(), "{to}");
        }
        assert!(fault(&english.replace("Both", "两种"), good).is_some());
        // Where the explanation stands below the option.
        let long = |word: &str| {
            format!("      --both\n          {word}\n\n  -h, --help\n          显示帮助\n")
        };
        assert_eq!(fault(&long("Both").replace("显示帮助", "Help"), &long("两种")), None);
        assert!(fault(&long("Both").replace("显示帮助", "Help"), &long("Both")).is_some());
    }
}
