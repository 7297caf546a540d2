//! The print statements of a program in Rust, read from its tokens.

use std::fs;
use std::path::Path;

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

use super::{Pattern, Piece, Read, Statement};

/// Reads the files of a program.
pub(super) fn read(files: Vec<(String, String)>) -> Read {
    let mut read = Read::default();
    for (file, (_, text)) in files.iter().enumerate() {
        match text.parse::<TokenStream>() {
            Ok(tokens) => Reader { read: &mut read, file }.walk(tokens),
            Err(_) => read.nowhere = true,
        }
    }
    Read { files, ..read }
}

/// Reads the sources of a cargo project. There may be none.
pub(super) fn read_project(folder: &Path) -> Read {
    let mut paths = Vec::new();
    collect(&folder.join("src"), "src", &mut paths);
    paths.sort_by_key(|path| (path != "src/main.rs", path.clone()));
    let files = paths.into_iter().filter_map(|path| {
        let text = fs::read_to_string(folder.join(&path)).ok()?;
        Some((path, text))
    });
    let mut read = read(files.collect());
    // What lies beside it, such as a library of the same author, may print too.
    let manifest = fs::read_to_string(folder.join("Cargo.toml")).unwrap_or_default();
    let mut dependencies =
        manifest.lines().filter(|line| line.contains("path") && line.contains('{'));
    read.unknown |= dependencies.any(|line| !line.trim_start().starts_with("util"));
    read
}

fn collect(folder: &Path, name: &str, paths: &mut Vec<String>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let path = format!("{name}/{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            collect(&entry.path(), &path, paths);
        } else if path.ends_with(".rs") {
            paths.push(path);
        }
    }
}

struct Reader<'a> {
    read: &'a mut Read,
    file: usize,
}

impl Reader<'_> {
    fn walk(&mut self, tokens: TokenStream) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let mut at = 0;
        while at < tokens.len() {
            at += match &tokens[at..] {
                // What stands in an attribute or a comment for the documentation is never printed.
                [TokenTree::Punct(mark), TokenTree::Group(_), ..] if mark.as_char() == '#' => 2,
                [
                    TokenTree::Ident(name),
                    TokenTree::Punct(mark),
                    TokenTree::Group(group),
                    rest @ ..,
                ] if mark.as_char() == '!' => {
                    self.call(&name.to_string(), name.span().start().line, group, rest);
                    3
                }
                [TokenTree::Ident(rules), TokenTree::Punct(mark), TokenTree::Ident(name), ..]
                    if rules == "macro_rules" && mark.as_char() == '!' =>
                {
                    self.read.nowhere |= name == "print" || name == "println";
                    3
                }
                [TokenTree::Ident(name), rest @ ..] => {
                    self.name(&name.to_string(), rest);
                    1
                }
                [TokenTree::Literal(literal), ..] => {
                    if let Some(text) = unquoted(&literal.to_string()) {
                        self.text(text);
                    }
                    1
                }
                [TokenTree::Group(group), ..] => {
                    self.walk(group.stream());
                    1
                }
                _ => 1,
            };
        }
    }

    /// Sees a name that is not that of a macro.
    fn name(&mut self, name: &str, rest: &[TokenTree]) {
        match name {
            "Command" => self.read.starts = true,
            "include" => self.read.unknown = true,
            name if name.starts_with("execv") || name.starts_with("execl") || name == "exec" => {
                self.read.nowhere = true;
            }
            "stdout" => {
                let opened =
                    matches!(rest, [TokenTree::Group(group), ..] if group.stream().is_empty());
                let flushes = matches!(
                    rest,
                    [_, TokenTree::Punct(dot), TokenTree::Ident(name), ..]
                        if dot.as_char() == '.' && name == "flush"
                );
                self.read.unknown |= opened && !flushes;
            }
            _ => {}
        }
    }

    /// Sees the call of a macro. `rest` is what comes behind it.
    fn call(&mut self, name: &str, line: usize, group: &Group, rest: &[TokenTree]) {
        let mut arguments = arguments(group).into_iter();
        match name {
            "print" | "println" => {}
            "write" | "writeln" => {
                let target = arguments.next().unwrap_or_default();
                let is_stdout =
                    |token: &TokenTree| matches!(token, TokenTree::Ident(name) if name == "stdout");
                if !target.iter().any(is_stdout) {
                    self.walk(target.into_iter().chain(arguments.flatten()).collect());
                    return;
                }
            }
            _ => {
                self.read.unknown |= name.starts_with("include");
                self.walk(group.stream());
                return;
            }
        }
        let mut writes: Vec<Pattern> = match arguments.next().as_deref() {
            None | Some([]) => Vec::new(),
            Some([TokenTree::Literal(literal)]) => match unquoted(&literal.to_string()) {
                Some(text) => {
                    // A value that is written over several lines comes out line by line.
                    self.read.nowhere |= text.contains("#?}");
                    pattern(&text).into_iter().map(|piece| vec![piece]).collect()
                }
                None => vec![vec![Piece::Hole]],
            },
            Some(_) => vec![vec![Piece::Hole]],
        };
        if name.ends_with("ln") {
            // It is one text with what comes before it.
            match writes.last_mut().map(|write| &mut write[..]) {
                Some([Piece::Text(text)]) => text.push('\n'),
                _ => writes.push(vec![Piece::Text("\n".to_string())]),
            }
        }
        let flushed = match rest {
            [TokenTree::Punct(end), rest @ ..] if end.as_char() == ';' => rest
                .iter()
                .take_while(|token| !matches!(token, TokenTree::Punct(end) if end.as_char() == ';'))
                .any(|token| matches!(token, TokenTree::Ident(name) if name == "flush")),
            _ => false,
        };
        let line = u32::try_from(line).unwrap_or(0);
        self.read.statements.push(Statement { file: self.file, line, writes, flushed });
        self.walk(arguments.flatten().collect());
    }

    /// Notes a text that may be printed from elsewhere, as it stands or filled in.
    fn text(&mut self, text: String) {
        if text.contains('{') {
            self.read.texts.push(pattern(&text));
        }
        self.read.texts.push(vec![Piece::Text(text)]);
    }
}

/// What stands between the commas.
fn arguments(group: &Group) -> Vec<Vec<TokenTree>> {
    let tokens: Vec<TokenTree> = group.stream().into_iter().collect();
    let is_comma =
        |token: &TokenTree| matches!(token, TokenTree::Punct(comma) if comma.as_char() == ',');
    let mut arguments: Vec<Vec<TokenTree>> = vec![Vec::new()];
    for token in tokens {
        if is_comma(&token) {
            arguments.push(Vec::new());
        } else if let Some(argument) = arguments.last_mut() {
            match token {
                // A macro may have wrapped it in brackets that nobody sees.
                TokenTree::Group(group) if group.delimiter() == Delimiter::None => {
                    argument.extend(group.stream());
                }
                token => argument.push(token),
            }
        }
    }
    arguments
}

/// The pattern of a format string.
fn pattern(format: &str) -> Pattern {
    let mut pattern = Pattern::new();
    let mut text = String::new();
    let mut rest = format.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '{' | '}' if rest.peek() == Some(&c) => {
                rest.next();
                text.push(c);
            }
            '{' => {
                if !text.is_empty() {
                    pattern.push(Piece::Text(std::mem::take(&mut text)));
                }
                pattern.push(Piece::Hole);
                rest.find(|&c| c == '}');
            }
            c => text.push(c),
        }
    }
    if !text.is_empty() {
        pattern.push(Piece::Text(text));
    }
    pattern
}

/// The text of a string literal, also of one of bytes. `None` of any other.
fn unquoted(literal: &str) -> Option<String> {
    let literal = literal.strip_prefix(['b', 'c']).unwrap_or(literal);
    if let Some(raw) = literal.strip_prefix('r') {
        let marks = raw.len() - raw.trim_start_matches('#').len();
        let inner = raw.get(marks..raw.len().checked_sub(marks)?)?;
        return Some(inner.strip_prefix('"')?.strip_suffix('"')?.replace("\r\n", "\n"));
    }
    let inner = literal.strip_prefix('"')?.strip_suffix('"')?.replace("\r\n", "\n");
    let mut text = String::new();
    let mut rest = inner.chars().peekable();
    while let Some(c) = rest.next() {
        if c != '\\' {
            text.push(c);
            continue;
        }
        match rest.next()? {
            'n' => text.push('\n'),
            'r' => text.push('\r'),
            't' => text.push('\t'),
            '0' => text.push('\0'),
            'x' => {
                let digits: String = rest.by_ref().take(2).collect();
                text.push(char::from(u8::from_str_radix(&digits, 16).ok()?));
            }
            'u' => {
                let digits: String = rest.by_ref().take_while(|&c| c != '}').collect();
                let digits = digits.trim_start_matches('{').replace('_', "");
                text.push(char::from_u32(u32::from_str_radix(&digits, 16).ok()?)?);
            }
            '\n' => while rest.next_if(char::is_ascii_whitespace).is_some() {},
            c => text.push(c),
        }
    }
    Some(text)
}
