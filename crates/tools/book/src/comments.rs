//! The comments of a program, and their translations.
//!
//! A program's file stays as it is. The Chinese book shows it with the comments of
//! `docs/zh/comments.txt`, where each stands as it is in the program, in one line, and below it,
//! after `= `, in Chinese.

use std::collections::BTreeMap;
use std::io;

/// Where the translations are.
pub const LIST: &str = "docs/zh/comments.txt";

/// No line of a program is longer.
const COLUMNS: usize = 100;

/// How a language marks the comments that go to the end of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// `#`
    Python,
    /// `//`
    Rust,
}

impl Language {
    fn mark(self) -> &'static str {
        match self {
            Language::Python => "#",
            Language::Rust => "//",
        }
    }

    /// The language of a file, by the end of its name.
    pub fn of(file: &str) -> Language {
        if file.ends_with(".py") { Language::Python } else { Language::Rust }
    }
}

/// A part of a program: a comment, which may go over several lines, or a line without one.
enum Part<'a> {
    Comment { before: &'a str, words: String },
    Line(&'a str),
}

/// Takes a program apart. A comment of several lines is one part.
fn parts(program: &str, language: Language) -> Vec<Part<'_>> {
    let mut parts: Vec<Part<'_>> = Vec::new();
    for line in program.lines() {
        let Some((before, words)) = comment(line, language) else {
            parts.push(Part::Line(line));
            continue;
        };
        match parts.last_mut() {
            // The line with the notes' section is a sentence of its own.
            Some(Part::Comment { before: above, words: sentence })
                if *above == before && before.trim().is_empty() && !is_head(words) =>
            {
                sentence.push(' ');
                sentence.push_str(words);
            }
            _ => parts.push(Part::Comment { before, words: words.to_owned() }),
        }
    }
    parts
}

/// What stands before a line's comment, and the comment's words.
fn comment(line: &str, language: Language) -> Option<(&str, &str)> {
    let mark = format!("{} ", language.mark());
    for (at, _) in line.match_indices(&mark) {
        let before = &line[..at];
        let starts = before.is_empty() || before.ends_with(' ');
        // Within a text there is an odd number of quotation marks before it.
        if starts && before.matches('"').count().is_multiple_of(2) {
            return Some((before, &line[at + mark.len()..]));
        }
    }
    None
}

/// The comments of a program that need a translation, in order.
pub fn comments(program: &str, language: Language) -> Vec<String> {
    let parts = parts(program, language).into_iter();
    let comments = parts.filter_map(|part| match part {
        Part::Comment { words, .. } if !is_head(&words) => Some(words),
        _ => None,
    });
    comments.collect()
}

/// The second line of a lesson, which says where the notes have it.
fn is_head(words: &str) -> bool {
    words.starts_with("Notes: ")
}

fn head(words: &str) -> String {
    let words = words.replace("Notes: beyond ", "笔记之外，接着").replace("Notes: ", "笔记：");
    let words = words.replace(". Page: ", "。页面：").replace(". Twin: ", "。对照程序：");
    format!("{}。", words.trim_end_matches('.'))
}

/// Comments and what they are in Chinese.
#[derive(Debug)]
pub struct Translations(BTreeMap<String, String>);

impl Translations {
    /// Those of the Chinese book.
    ///
    /// # Errors
    ///
    /// If the list cannot be read or is not a list of pairs.
    pub fn chinese() -> io::Result<Translations> {
        Translations::from_list(&crate::read(LIST)?).map_err(io::Error::other)
    }

    fn from_list(list: &str) -> Result<Translations, String> {
        let mut pairs = BTreeMap::new();
        let mut lines = list.lines().filter(|line| !line.is_empty() && !line.starts_with("##"));
        while let Some(english) = lines.next() {
            let chinese = lines.next().and_then(|line| line.strip_prefix("= "));
            let chinese = chinese.ok_or(format!("{LIST}: no line with `= ` below {english:?}"))?;
            if pairs.insert(english.to_owned(), chinese.to_owned()).is_some() {
                return Err(format!("{LIST}: twice: {english:?}"));
            }
        }
        Ok(Translations(pairs))
    }

    /// The comments that are in the list.
    pub fn english(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// The program with its comments in Chinese.
    ///
    /// # Errors
    ///
    /// Names the comment that has no translation.
    pub fn program(&self, program: &str, language: Language) -> Result<String, String> {
        let mut translated = String::new();
        for part in parts(program, language) {
            match part {
                Part::Line(line) => translated.push_str(line),
                Part::Comment { before, words } => {
                    let chinese = if is_head(&words) {
                        head(&words)
                    } else {
                        let missing = || format!("{LIST} has no translation of {words:?}");
                        self.0.get(&words).ok_or_else(missing)?.clone()
                    };
                    let start = format!("{before}{} ", language.mark());
                    let next = if before.trim().is_empty() { &start } else { "" };
                    let room = COLUMNS - columns(&start);
                    let lines = broken(&chinese, if next.is_empty() { usize::MAX } else { room });
                    translated.push_str(&start);
                    translated.push_str(&lines.join(&format!("\n{next}")));
                }
            }
            translated.push('\n');
        }
        Ok(translated)
    }

    /// A page with its programs' comments in Chinese.
    ///
    /// # Errors
    ///
    /// Names the comment that has no translation.
    pub fn page(&self, page: &str) -> Result<String, String> {
        let mut translated = String::new();
        let mut lines = page.lines();
        while let Some(line) = lines.next() {
            translated.push_str(line);
            translated.push('\n');
            let language = match line.strip_prefix("```").unwrap_or_default().split(',').next() {
                Some("rust") => Language::Rust,
                Some("python") => Language::Python,
                _ => continue,
            };
            let program: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
            translated.push_str(&self.program(&program.join("\n"), language)?);
            translated.push_str("```\n");
        }
        Ok(translated)
    }
}

/// Breaks a Chinese sentence into lines: after any character but within a word of Latin letters, and
/// not before a sign that ends something.
fn broken(sentence: &str, room: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for piece in pieces(sentence) {
        let line = lines.last_mut().expect("there is always a line");
        if columns(line) + columns(piece.trim_end()) > room && !line.is_empty() {
            lines.push(piece.trim_start().to_owned());
        } else {
            line.push_str(piece);
        }
    }
    lines.iter().map(|line| line.trim_end().to_owned()).collect()
}

/// The smallest parts of a sentence that stay in one line.
fn pieces(sentence: &str) -> Vec<&str> {
    const ENDS: &str = "，。；：、！？）”》";
    let mut starts = vec![0];
    let mut before = ' ';
    for (at, character) in sentence.char_indices().skip(1) {
        let within_a_word = before.is_ascii() && character.is_ascii() && before != ' ';
        if !within_a_word && !ENDS.contains(character) && !"（“《".contains(before) {
            starts.push(at);
        }
        before = character;
    }
    let ends = starts.iter().skip(1).copied().chain([sentence.len()]);
    starts.iter().zip(ends).map(|(start, end)| &sentence[*start..end]).collect()
}

/// A Chinese character is two columns wide.
fn columns(text: &str) -> usize {
    text.chars().map(|character| if character.is_ascii() { 1 } else { 2 }).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROGRAM: &str = "\
// What it shows.
// Notes: 线程锁 (N1). Page: lock. Twin: no_lock.

fn main() {
    // A sentence that goes
    // over two lines.
    println!(\"// no comment\"); // Behind a line.
}
";

    #[test]
    fn a_comment_of_two_lines_is_one() {
        let expected = ["What it shows.", "A sentence that goes over two lines.", "Behind a line."];
        assert_eq!(comments(PROGRAM, Language::Rust), expected);
    }

    #[test]
    fn all_but_the_comments_stays() {
        let list = "What it shows.\n= 说明。\n\nA sentence that goes over two lines.\n= 一句话。\n\n\
                    Behind a line.\n= 行尾。\n";
        let translations = Translations::from_list(list).unwrap();
        let expected = "\
// 说明。
// 笔记：线程锁 (N1)。页面：lock。对照程序：no_lock。

fn main() {
    // 一句话。
    println!(\"// no comment\"); // 行尾。
}
";
        assert_eq!(translations.program(PROGRAM, Language::Rust).unwrap(), expected);
        let page = format!("# 锁\n\n```rust,noplayground\n{PROGRAM}```\n\n```text\n# text\n```\n");
        let shown =
            format!("# 锁\n\n```rust,noplayground\n{expected}```\n\n```text\n# text\n```\n");
        assert_eq!(translations.page(&page).unwrap(), shown);
    }

    #[test]
    fn a_comment_without_a_translation_is_named() {
        let translations = Translations::from_list("").unwrap();
        let error = translations.program("# 1 + 1", Language::Python).unwrap_err();
        assert!(error.contains("\"1 + 1\""), "{error}");
    }

    #[test]
    fn long_sentences_are_broken_between_words() {
        let lines = broken("锁在这里释放，因为 balance 到这里为止。", 16);
        assert_eq!(lines, ["锁在这里释放，因", "为 balance 到这", "里为止。"]);
    }
}
