//! What no search can be made of is refused by name, before anything is compiled: it is found in the
//! source's own words, also inside of macros, and not in its strings and comments.

use proc_macro2::{Delimiter, TokenStream, TokenTree};

use crate::tell::words::Language;

/// Something in a source that is not modelled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Its name.
    pub name: String,
    /// The line.
    pub line: usize,
}

/// What is known of a name: why it is not modelled, in both languages.
type Entry = (&'static str, &'static str, &'static str);

/// What no program may use that is searched.
const REFUSED: [Entry; 8] = [
    (
        "std::net",
        "what comes over a network is not made again in the next schedule. Put the sockets aside and \
         search the threads: hand the requests over as text",
        "网络上收到的内容不会在下一个调度中重现。请去掉套接字，只搜索线程：把请求当作文本传入",
    ),
    (
        "std::fs",
        "what is written to a file is not undone before the next schedule. Read from stdin \
         (`--stdin FILE`) and print instead",
        "写入文件的内容不会在下一个调度之前撤销。请改为从 stdin 读取（`--stdin FILE`）并打印",
    ),
    (
        "std::process::Command",
        "other processes are not among the threads that are scheduled here",
        "其他进程不在这里调度的线程之中",
    ),
    (
        "std::process::Child",
        "other processes are not among the threads that are scheduled here",
        "其他进程不在这里调度的线程之中",
    ),
    (
        "std::os",
        "what the system does is not made again in the next schedule",
        "操作系统的行为不会在下一个调度中重现",
    ),
    (
        "std::io::pipe",
        "another process at the other end is not seen here",
        "管道另一端的进程在这里看不到",
    ),
    (
        "core::sync",
        "only what std offers under its own name is watched: write `std::sync`",
        "这里只观察以 std 命名的内容：请写 `std::sync`",
    ),
    (
        "alloc::sync",
        "only what std offers under its own name is watched: write `std::sync`",
        "这里只观察以 std 命名的内容：请写 `std::sync`",
    ),
];

/// What is refused wherever the name stands, in a program that shares by `Arc`.
const OWNERS: [&str; 3] = ["strong_count", "weak_count", "upgrade"];

/// What a program may use, and its reader must know.
const REMARKED: [Entry; 7] = [
    (
        "HashMap",
        "HashMap: std's own iterates in another order in every run; here the order is one and the same.",
        "HashMap：标准库的遍历顺序每次运行都不同；这里的顺序始终相同。",
    ),
    (
        "HashSet",
        "HashSet: std's own iterates in another order in every run; here the order is one and the same.",
        "HashSet：标准库的遍历顺序每次运行都不同；这里的顺序始终相同。",
    ),
    (
        "RandomState",
        "RandomState: std's own is random; here it is one and the same in every run, so only one of its \
         values was tried.",
        "RandomState：标准库的是随机的；这里每次运行都相同，所以只尝试了其中一个值。",
    ),
    (
        "available_parallelism",
        "available_parallelism: it is another on another machine; here it is always 4.",
        "available_parallelism：在别的机器上可能不同；这里始终是 4。",
    ),
    (
        "SystemTime",
        "SystemTime: here it begins in 2020 and goes on only by what is slept.",
        "SystemTime：这里从 2020 年开始，只随睡眠前进。",
    ),
    (
        "try_unwrap",
        "Arc::try_unwrap: an owner is gone here as soon as it has taken its last step. Who has not joined \
         the others may find that it is not.",
        "Arc::try_unwrap：这里，一个所有者走完最后一步就算消失。没有 join 其他线程时，实际上它可能还在。",
    ),
    (
        "read_line",
        "stdin: the input is the text that was given with `--stdin`, and otherwise empty.",
        "stdin：输入是用 `--stdin` 给出的文本，没有给出时为空。",
    ),
];

/// Crates with threads, locks or random numbers of their own, which are compiled against the real std.
const CRATES: [Entry; 21] = [
    ("tokio", THREADS, THREADS_ZH),
    ("async-std", THREADS, THREADS_ZH),
    ("smol", THREADS, THREADS_ZH),
    ("futures", THREADS, THREADS_ZH),
    ("rayon", THREADS, THREADS_ZH),
    ("threadpool", THREADS, THREADS_ZH),
    ("crossbeam", LOCKS, LOCKS_ZH),
    ("crossbeam-channel", LOCKS, LOCKS_ZH),
    ("crossbeam-utils", LOCKS, LOCKS_ZH),
    ("crossbeam-queue", LOCKS, LOCKS_ZH),
    ("crossbeam-deque", LOCKS, LOCKS_ZH),
    ("parking_lot", LOCKS, LOCKS_ZH),
    ("spin", LOCKS, LOCKS_ZH),
    ("flume", LOCKS, LOCKS_ZH),
    ("dashmap", LOCKS, LOCKS_ZH),
    ("arc-swap", LOCKS, LOCKS_ZH),
    ("once_cell", ONCE, ONCE_ZH),
    ("lazy_static", ONCE, ONCE_ZH),
    ("rand", RANDOM, RANDOM_ZH),
    ("fastrand", RANDOM, RANDOM_ZH),
    ("getrandom", RANDOM, RANDOM_ZH),
];

const THREADS: &str = "it has threads of its own, which no schedule knows: use `std::thread`";
const THREADS_ZH: &str = "它有自己的线程，调度器不知道它们：请使用 `std::thread`";
const LOCKS: &str = "its locks and channels are not seen: use those of `std::sync`";
const LOCKS_ZH: &str = "看不到它的锁和通道：请使用 `std::sync` 里的";
const ONCE: &str = "what it keeps is not made anew in every schedule: use `std::sync::LazyLock`";
const ONCE_ZH: &str = "它保存的值不会在每个调度中重新开始：请使用 `std::sync::LazyLock`";
const RANDOM: &str = "random numbers are others in every run, so that no schedule can be repeated: put \
                      fixed numbers in their place";
const RANDOM_ZH: &str = "随机数每次运行都不同，调度无法重现：请换成固定的数";

/// The sentence that refuses a crate among the dependencies, if it must be refused.
pub fn refused_crate(name: &str, language: Language) -> Option<String> {
    let plain = name.replace('_', "-");
    let (_, english, chinese) =
        CRATES.iter().find(|(known, ..)| known.replace('_', "-") == plain)?;
    Some(
        language.say(
            format!("it depends on `{name}`: {english}"),
            format!("它依赖 `{name}`：{chinese}"),
        ),
    )
}

/// What is found in a source that no search can be made of, with the reason.
pub fn refused(text: &str, language: Language) -> Option<(Found, String)> {
    let words = words(text)?;
    for Found { name, line } in &words {
        let found = Found { name: name.clone(), line: *line };
        if name == "static mut" {
            let reason = language.say(
                "its accesses are not seen, and it does not begin anew in every schedule: use an atomic \
                 or a `Mutex`",
                "看不到对它的访问，它也不会在每个调度中重新开始：请使用原子类型或 `Mutex`",
            );
            return Some((found, reason));
        }
        let is_static = |word: &Found| word.name == "static";
        if name.ends_with("UnsafeCell") && words.iter().any(is_static) {
            let found = Found { name: "UnsafeCell".to_string(), line: *line };
            let reason = language.say(
                "what a static keeps in one does not begin anew in every schedule: use an atomic or a \
                 `Mutex`",
                "静态变量放在其中的值不会在每个调度中重新开始：请使用原子类型或 `Mutex`",
            );
            return Some((found, reason));
        }
        let last = name.rsplit("::").next().unwrap_or_default();
        if OWNERS.contains(&last) && words.iter().any(|word| word.name.contains("sync::Arc")) {
            let found = Found { name: last.to_string(), line: *line };
            let reason = language.say(
                "when an owner of an `Arc` is gone is no step here, so not all endings would be found: \
                 count with an atomic, or ask for what the program does without it",
                "这里看不到 `Arc` 的所有者何时消失，因此不能找到全部结局：请用原子变量计数，或去掉这一行再搜索",
            );
            return Some((found, reason));
        }
        let is = |refused: &str| {
            name == refused || name.strip_prefix(refused).is_some_and(|rest| rest.starts_with("::"))
        };
        if let Some((known, english, chinese)) = REFUSED.iter().find(|(known, ..)| is(known)) {
            let found = Found { name: (*known).to_string(), line: *line };
            return Some((found, language.say(*english, *chinese)));
        }
    }
    None
}

/// What must be known of a program, by what its sources use.
pub fn remarks(texts: &[String], language: Language) -> Vec<String> {
    let words: Vec<_> = texts.iter().filter_map(|text| words(text)).flatten().collect();
    let remarked = REMARKED.iter().filter(|(name, ..)| {
        words.iter().any(|found| found.name.split("::").any(|part| part == *name))
    });
    remarked.map(|(_, english, chinese)| language.say(*english, *chinese)).collect()
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
        refused(text, Language::English).map(|(found, _)| (found.name, found.line))
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
        assert_eq!(remarks(&[text], Language::English).len(), 1);
    }
}
