//! What no search can be made of is refused by name, before anything is compiled: it is found in the
//! source's own words, also inside of macros, and not in its strings and comments.

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// Something in a source that is not modelled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Its name.
    pub name: String,
    /// The line.
    pub line: usize,
}

/// Why something is not modelled. Its words are in [`crate::tell::words`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// It comes over a network.
    Network,
    /// It is written to files.
    Files,
    /// It starts processes.
    Processes,
    /// It is the system's.
    System,
    /// It leads to another process.
    Pipe,
    /// It is std's, under a name at which it is not watched.
    OtherName,
    /// It is a `static mut`.
    StaticMut,
    /// It is a cell, in a program with a static.
    StaticCell,
    /// It asks who owns an `Arc`.
    Owners,
    /// It has threads of its own.
    Threads,
    /// It has locks and channels of its own.
    Locks,
    /// It keeps what is made once.
    Once,
    /// It is random.
    Random,
}

/// What a reader must know of a program that uses it. Its words are in [`crate::tell::words`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remark {
    /// A map whose order is another one in every run.
    HashMap,
    /// A set whose order is another one in every run.
    HashSet,
    /// The same of what gives them their order.
    RandomState,
    /// The number of cores.
    Parallelism,
    /// The time of day.
    SystemTime,
    /// Whether an `Arc` has but one owner.
    TryUnwrap,
    /// What is read from stdin.
    Stdin,
}

/// What no program may use that is searched.
const REFUSED: [(&str, Why); 8] = [
    ("std::net", Why::Network),
    ("std::fs", Why::Files),
    ("std::process::Command", Why::Processes),
    ("std::process::Child", Why::Processes),
    ("std::os", Why::System),
    ("std::io::pipe", Why::Pipe),
    ("core::sync", Why::OtherName),
    ("alloc::sync", Why::OtherName),
];

/// What is refused wherever the name stands, in a program that shares by `Arc`.
const OWNERS: [&str; 3] = ["strong_count", "weak_count", "upgrade"];

/// What a program may use, and its reader must know.
const REMARKED: [(&str, Remark); 7] = [
    ("HashMap", Remark::HashMap),
    ("HashSet", Remark::HashSet),
    ("RandomState", Remark::RandomState),
    ("available_parallelism", Remark::Parallelism),
    ("SystemTime", Remark::SystemTime),
    ("try_unwrap", Remark::TryUnwrap),
    ("read_line", Remark::Stdin),
];

/// Crates with threads, locks or random numbers of their own, which are compiled against the real std.
const CRATES: [(&str, Why); 21] = [
    ("tokio", Why::Threads),
    ("async-std", Why::Threads),
    ("smol", Why::Threads),
    ("futures", Why::Threads),
    ("rayon", Why::Threads),
    ("threadpool", Why::Threads),
    ("crossbeam", Why::Locks),
    ("crossbeam-channel", Why::Locks),
    ("crossbeam-utils", Why::Locks),
    ("crossbeam-queue", Why::Locks),
    ("crossbeam-deque", Why::Locks),
    ("parking_lot", Why::Locks),
    ("spin", Why::Locks),
    ("flume", Why::Locks),
    ("dashmap", Why::Locks),
    ("arc-swap", Why::Locks),
    ("once_cell", Why::Once),
    ("lazy_static", Why::Once),
    ("rand", Why::Random),
    ("fastrand", Why::Random),
    ("getrandom", Why::Random),
];

/// Why a crate among the dependencies must be refused, if it must be.
pub fn refused_crate(name: &str) -> Option<Why> {
    let plain = name.replace('_', "-");
    let (_, why) = CRATES.iter().find(|(known, _)| known.replace('_', "-") == plain)?;
    Some(*why)
}

/// What is found in a source that no search can be made of, with the reason.
pub fn refused(text: &str) -> Option<(Found, Why)> {
    let words = words(text)?;
    for Found { name, line } in &words {
        let found = |name: &str| Found { name: name.to_string(), line: *line };
        if name == "static mut" {
            return Some((found(name), Why::StaticMut));
        }
        let is_static = |word: &Found| word.name == "static";
        if name.ends_with("UnsafeCell") && words.iter().any(is_static) {
            return Some((found("UnsafeCell"), Why::StaticCell));
        }
        let last = name.rsplit("::").next().unwrap_or_default();
        if OWNERS.contains(&last) && words.iter().any(|word| word.name.contains("sync::Arc")) {
            return Some((found(last), Why::Owners));
        }
        let is = |refused: &str| {
            name == refused || name.strip_prefix(refused).is_some_and(|rest| rest.starts_with("::"))
        };
        if let Some((known, why)) = REFUSED.iter().find(|(known, _)| is(known)) {
            return Some((found(known), *why));
        }
    }
    None
}

/// What must be known of a program, by what its sources use.
pub fn remarks(texts: &[String]) -> Vec<Remark> {
    let words: Vec<_> = texts.iter().filter_map(|text| words(text)).flatten().collect();
    let remarked = REMARKED.iter().filter(|(name, _)| {
        words.iter().any(|found| found.name.split("::").any(|part| part == *name))
    });
    remarked.map(|(_, remark)| *remark).collect()
}

/// All paths and names in a source, with those of `use` written out, or `None` if it cannot be read.
fn words(text: &str) -> Option<Vec<Found>> {
    let tokens: TokenStream = text.parse().ok()?;
    let mut found = Vec::new();
    walk(&tokens, "", &mut found);
    Some(found)
}

fn walk(tokens: &TokenStream, prefix: &str, found: &mut Vec<Found>) {
    let tokens: Vec<TokenTree> = tokens.clone().into_iter().collect();
    let colons = |at: usize| {
        let is =
            |at: usize| matches!(tokens.get(at), Some(TokenTree::Punct(p)) if p.as_char() == ':');
        is(at) && is(at + 1)
    };
    let mut at = 0;
    while at < tokens.len() {
        match &tokens[at] {
            TokenTree::Group(group) => walk(&group.stream(), "", found),
            TokenTree::Ident(word) => {
                let line = word.span().start().line;
                let mut path = format!("{prefix}{word}");
                while colons(at + 1) {
                    match tokens.get(at + 3) {
                        Some(TokenTree::Ident(next)) => {
                            path = format!("{path}::{next}");
                            at += 3;
                        }
                        Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => {
                            walk(&group.stream(), &format!("{path}::"), found);
                            at += 3;
                        }
                        _ => at += 2,
                    }
                }
                let next = tokens.get(at + 1).map(ToString::to_string);
                let quote = |token: &TokenTree| token.to_string() == "'";
                let lifetime = at.checked_sub(1).is_some_and(|before| quote(&tokens[before]));
                if path == "static" && lifetime {
                    path = "'static".to_string();
                } else if path == "static" && next.as_deref() == Some("mut") {
                    path = "static mut".to_string();
                }
                found.push(Found { name: path, line });
            }
            _ => {}
        }
        at += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> Option<(String, usize)> {
        refused(text).map(|(found, _)| (found.name, found.line))
    }

    #[test]
    fn what_is_not_modelled_is_found_by_its_path() {
        let found = |name: &str, line| Some((name.to_string(), line));
        assert_eq!(name("use std::net::TcpStream;"), found("std::net", 1));
        assert_eq!(name("\nuse std::{thread, fs::{self, File}};"), found("std::fs", 2));
        assert_eq!(name("fn f() { println!(\"{}\", std::fs::read(\"a\")); }"), found("std::fs", 1));
        assert_eq!(name("use std::process::{exit, Command};"), found("std::process::Command", 1));
        assert_eq!(name("static mut N: u32 = 0;"), found("static mut", 1));
        let cell = "static S: Lock = Lock::new(); struct Lock(UnsafeCell<u32>);";
        assert_eq!(name(cell), found("UnsafeCell", 1));
        let count = "use std::sync::Arc; fn f(a: &Arc<u8>) -> usize { Arc::strong_count(a) }";
        assert_eq!(name(count), found("strong_count", 1));
    }

    #[test]
    fn what_only_looks_like_it_is_let_through() {
        for text in [
            "// std::net\nfn f() { let s = \"static mut std::fs\"; }",
            "use std::process::exit;",
            "struct Lock(UnsafeCell<u32>); fn f(s: &'static str) {}",
            "use std::rc::{Rc, Weak}; fn f(w: Weak<u8>) { w.upgrade(); }",
            "mod net {} use crate::net;",
            "static N: u32 = 0; fn f(mut n: u32) {}",
        ] {
            assert_eq!(name(text), None, "{text}");
        }
    }

    #[test]
    fn what_a_reader_must_know_is_said_once() {
        let text = "use std::collections::HashMap; fn f(m: HashMap<u8, u8>) {}".to_string();
        assert_eq!(remarks(&[text]), [Remark::HashMap]);
    }
}
