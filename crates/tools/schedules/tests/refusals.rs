//! Whoever asks in Chinese is refused in Chinese: each refusal is brought about by a program or a command
//! that a student may give, and no English sentence is left in what is said. Names, code, and what cargo,
//! the compiler or Python say themselves stay as they are.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use language::test::speaks_english;
use tempfile::TempDir;

/// What a case is: what is given, words of the refusal, and what of it others have said.
struct Case {
    arguments: Vec<String>,
    words: &'static str,
    /// After these words somebody else speaks.
    quotes: Option<&'static str>,
}

fn case(arguments: &[&str], words: &'static str) -> Case {
    let arguments = arguments.iter().map(|argument| (*argument).to_string()).collect();
    Case { arguments, words, quotes: None }
}

fn asked(arguments: &[String], language: &str) -> Output {
    Command::new(env!("CARGO_BIN_EXE_schedules"))
        .args(["--language", language])
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .expect("the command starts")
}

/// What is wrong with what is said of a case.
fn fault(Case { arguments, words, quotes }: &Case) -> Option<String> {
    let output = asked(arguments, "zh");
    let said = String::from_utf8_lossy(&output.stderr);
    let own = quotes.and_then(|quotes| said.split_once(quotes)).map_or(&*said, |(own, _)| own);
    let wrong = if output.status.code() != Some(2) {
        "the exit code"
    } else if !output.stdout.is_empty() {
        "it says something on stdout"
    } else if !said.contains(words) {
        "other words"
    } else if speaks_english(own) {
        "English"
    } else {
        // The same in English has no Chinese in it: the two are not mixed up.
        let english = asked(arguments, "en");
        let said = String::from_utf8_lossy(&english.stderr);
        let chinese = said.chars().any(|letter| ('\u{4e00}'..='\u{9fff}').contains(&letter));
        if english.status.code() == Some(2) && !chinese && said.len() > 10 {
            return None;
        }
        return Some(format!("{arguments:?}: in English: {english:?}"));
    };
    Some(format!("{arguments:?}: {wrong}: {output:?}"))
}

fn all_hold(cases: &[Case]) {
    let faults: Vec<_> = cases.iter().filter_map(fault).collect();
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

/// Programs and projects in a folder of their own.
struct Folder(TempDir);

impl Folder {
    fn new() -> Folder {
        Folder(tempfile::tempdir().expect("a temporary folder"))
    }

    fn path(&self, name: &str) -> String {
        self.0.path().join(name).to_str().expect("its name is text").to_string()
    }

    fn file(&self, name: &str, text: &str) -> String {
        let path = self.0.path().join(name);
        fs::create_dir_all(path.parent().expect("it lies in the folder")).expect("it can be made");
        fs::write(path, text).expect("it can be written");
        self.path(name)
    }

    /// A project with this main and these dependencies.
    fn project(&self, name: &str, main: &str, dependencies: &str) -> String {
        let manifest = format!(
            "[package]\nname = \"{name}\"\nedition = \"2024\"\n[dependencies]\n{dependencies}\n[workspace]\n"
        );
        self.file(&format!("{name}/Cargo.toml"), &manifest);
        self.file(&format!("{name}/src/main.rs"), main);
        self.path(name)
    }
}

fn program(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/programs");
    folder.join(name).to_str().expect("its name is text").to_string()
}

#[test]
fn what_is_no_program_is_refused_in_chinese() {
    let folder = Folder::new();
    let empty = folder.path("");
    let workspace = {
        folder.file("both/Cargo.toml", "[workspace]\nmembers = [\"one\"]\n");
        folder.file("both/one/Cargo.toml", "[package]\nname = \"one\"\nedition = \"2024\"\n");
        folder.file("both/one/src/main.rs", "fn main() {}\n");
        folder.path("both")
    };
    let no_program = folder.project("no_program", "fn main() {}\n", "");
    fs::rename(folder.path("no_program/src/main.rs"), folder.path("no_program/src/other.rs"))
        .expect("it can be renamed");
    let lonely =
        folder.project("lonely", "fn main() {}\n", "no_library = { path = \"../no_library\" }");
    folder.project("no_library", "fn main() {}\n", "");
    let two = folder.project("two", "fn main() { util::main_guard!(); }\n", "");
    folder.file("two/src/bin/other.rs", "fn main() {}\n");
    fs::write(
        folder.path("two/src/main.rs"),
        "use std::process::Command;\nfn main() { drop(Command::new(\"true\")); }\n",
    )
    .expect("it can be written");
    let cases = [
        case(&["--nonsense"], "没有选项 `--nonsense`"),
        case(&["--seconds", "many", "bank_lock"], "`--seconds <T>` 的值不能是 `many`"),
        case(&["--sleeps", "never", "bank_lock"], "可以写：`instant`、`ordered`、`any`"),
        case(&["--both", "--test", "bank_lock"], "不能与"),
        case(&["bank_lock", "--seed"], "后面缺少值"),
        case(&["nonsense"], "没有程序 `nonsense`"),
        case(&["missing.rs"], "没有这个文件"),
        case(&[&empty], "里没有 Cargo.toml"),
        Case {
            quotes: Some("cargo 的说明："), ..case(&[&program("broken_manifest")], "无法读取")
        },
        Case { quotes: Some("cargo 的说明："), ..case(&[&no_program], "无法读取") },
        case(&[&workspace], "是工作区"),
        case(&[&folder.path("both/Cargo.toml")], "是工作区"),
        case(&[&program("several_programs")], "里有多个程序"),
        case(&[&program("only_a_library")], "没有 main"),
        case(&[&program("no_main.rs")], "没有 `fn main`"),
        case(&[&lonely], "但 `no_library` 不是库"),
        case(&[&two], "里有 2 个程序"),
        case(&["--both", "nonsense"], "不是线程或进程的课程"),
        case(&["--seconds", "0", "bank_lock"], "须大于 0"),
        case(
            &["--html", "game.html", "--stdin", "missing", &program("countdown.rs")],
            "没有这个文件",
        ),
        case(&["--html", &empty, "bank_no_lock"], "无法写入"),
        case(
            &["--html", "game.html", "thread_order", "--seconds", "0.000001"],
            "没有为 thread_order",
        ),
        case(&["play", "--html", "game.html", "bank_lock"], "只能选一个"),
        case(&["--test", &program("no_main.rs")], "没有 `fn main`"),
    ];
    all_hold(&cases);
    // It is written nowhere.
    assert!(!PathBuf::from("game.html").exists());
}

#[test]
fn what_is_not_modelled_is_refused_in_chinese() {
    let folder = Folder::new();
    let sources = [
        ("use std::net::TcpStream;", "网络"),
        ("use std::fs::File;", "写入文件"),
        ("use std::process::Command;", "其他进程"),
        ("use std::process::Child;", "其他进程"),
        ("use std::os::fd::AsRawFd;", "操作系统"),
        ("use std::io::pipe;", "管道另一端"),
        ("use core::sync::atomic::AtomicU8;", "请写 `std::sync`"),
        ("use alloc::sync::Arc;", "请写 `std::sync`"),
        ("static mut N: u8 = 0;", "看不到对它的访问"),
        (
            "use std::cell::UnsafeCell; static N: Lock = Lock; struct Lock(UnsafeCell<u8>);",
            "静态变量",
        ),
        ("use std::sync::Arc; fn n(a: &Arc<u8>) -> usize { Arc::strong_count(a) }", "何时消失"),
    ];
    let mut cases = Vec::new();
    for (number, (source, words)) in sources.iter().enumerate() {
        let path = folder.file(&format!("{number}.rs"), &format!("{source}\nfn main() {{}}\n"));
        cases.push(case(&[&path], words));
    }
    for (name, words) in [
        ("rayon", "它有自己的线程"),
        ("flume", "看不到它的锁"),
        ("once_cell", "它保存的值"),
        ("rand", "随机数"),
    ] {
        let path =
            folder.project(&format!("uses_{name}"), "fn main() {}\n", &format!("{name} = \"0\""));
        cases.push(case(&[&path], words));
    }
    all_hold(&cases);
}

#[test]
fn what_does_not_compile_or_never_comes_back_is_refused_in_chinese() {
    let folder = Folder::new();
    let deep = "fn deep(n: u64) -> u64 { if n == u64::MAX { 0 } else { deep(n + 1) + n } }\n\
                fn main() { println!(\"{}\", deep(0)); }\n";
    let deep = folder.file("deep.rs", deep);
    let compiles =
        Case { quotes: None, ..case(&[&program("does_not_compile.rs")], "在这里不能编译") };
    let output = asked(&compiles.arguments, "zh");
    // What the compiler says comes first, and then one line of the tool's own.
    let said = String::from_utf8_lossy(&output.stderr);
    let own = said.lines().last().unwrap_or_default();
    assert!(own.contains(compiles.words) && !speaks_english(own), "{said}");
    assert_eq!(output.status.code(), Some(2));

    let output = asked(&[deep], "zh");
    let said = String::from_utf8_lossy(&output.stderr);
    let own = said.lines().last().unwrap_or_default();
    assert!(own.contains("被系统终止（SIG") && !speaks_english(own), "{said}");
    assert_eq!(output.status.code(), Some(2));

    let quiet = ["--seconds".to_string(), "1".to_string(), program("endless_quiet.rs")];
    let output = asked(&quiet, "zh");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(said.contains("程序一直计算") && !speaks_english(&said), "{output:?}");

    let none = folder.file("none.rs", "fn main() {}\n");
    let output = asked(&["--test".to_string(), none], "zh");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(said.contains("没有测试") && !speaks_english(&said), "{output:?}");
}

#[test]
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
fn processes_are_refused_in_chinese() {
    let folder = Folder::new();
    let text = folder.file("notes.txt", "something\n");
    let missing = folder.path("missing");
    let cases = [
        case(&[&text], "无法运行"),
        case(&["--stdin", &missing, "cat"], "没有这个文件"),
        case(&["bash", "-c", "while sleep 1; do :; done"], "超过 250 个"),
        case(&["bash", "-c", "sleep 9 & kill -STOP $!"], "暂停"),
        case(&["bash", "-c", "kill -STOP $$"], "暂停自己"),
        case(&["bash", "-c", "kill -TERM 0"], "一组进程"),
    ];
    all_hold(&cases);
}

#[test]
#[ignore = "needs python3"]
fn python_programs_are_refused_in_chinese() {
    let folder = Folder::new();
    let asks = folder.file("asks.py", "import asyncio\n");
    let wrong = folder.file("wrong.py", "print((\n");
    let files = folder.file("files.py", "open('a', 'w')\n");
    let missing = folder.path("missing.py");
    let cases = [
        case(&[&missing], "没有这个文件"),
        case(&["--python", "no-such-python", &asks], "无法启动"),
        case(&[&asks], "没有对它的循环建模"),
        case(&[&files], "写"),
        Case { quotes: Some("wrong.py"), ..case(&[&wrong], "wrong.py") },
    ];
    all_hold(&cases);
}
