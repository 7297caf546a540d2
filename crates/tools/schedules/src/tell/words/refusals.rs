//! What the command says beside its answers, in English and in Chinese: above all why a program is not
//! searched, and what must be known of one that is.

use std::io;
#[cfg(feature = "command")]
use std::process::ExitStatus;

use super::Language;
#[cfg(all(feature = "command", unix))]
use super::signal_name;
#[cfg(feature = "command")]
use crate::project::Refusal;
#[cfg(feature = "command")]
use crate::refused::{Remark, Why};
use crate::world::System;

/// What the system says of something that it has not done.
pub fn system(language: Language, error: &io::Error) -> String {
    said_by_the_system(language, &System::from(error))
}

/// The same of what was kept.
pub(super) fn said_by_the_system(language: Language, System { kind, text }: &System) -> String {
    let chinese = ::language::system_in_chinese(*kind).unwrap_or(text);
    language.say(text, chinese)
}

/// That the program which searches in Python says something else than is expected.
#[cfg(feature = "command")]
pub(crate) fn engine(language: Language, what: &str) -> String {
    language.say(
        format!("the Python engine says what is not understood: {what}"),
        format!("看不懂检查 Python 的程序的输出：{what}"),
    )
}

/// How a process has ended.
#[cfg(feature = "command")]
pub(crate) fn status(language: Language, status: ExitStatus) -> String {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return signal_name(signal);
    }
    match status.code() {
        Some(code) => language.say(format!("exit code {code}"), format!("退出码 {code}")),
        None => status.to_string(),
    }
}

/// A line about what went wrong.
pub fn error(language: Language, what: &str) -> String {
    language.say(format!("error: {what}"), format!("错误：{what}"))
}

/// That the searched program has threads of which nothing is known.
pub(crate) fn unknown_threads(language: Language) -> String {
    language.say(
        "the program has started threads that schedules does not know, as a dependency does that has \
         threads of its own: what they do comes in no schedule",
        "程序启动了 schedules 不认识的线程，例如依赖库自己启动的线程：它们的操作不在任何调度中",
    )
}

/// That a program goes on for ever between two steps, of which the first is at this file and line.
pub(crate) fn computes(language: Language, name: &str, after: Option<(&str, u32)>) -> String {
    let place = after.map_or(String::new(), |(file, line)| {
        language.say(
            format!(" After the step at {file}:{line},"),
            format!("在 {file}:{line} 的步骤之后，"),
        )
    });
    language.say(
        format!(
            "{name}:{place} the program computes without an end, and takes no step at which another \
             thread could go. Only the endings before that could be found."
        ),
        format!("{name}：{place}程序一直计算，没有别的线程可以走的步骤。只能找到在此之前的结局。"),
    )
}

/// What a program says that was made to be searched, and was not started by the command.
pub(crate) fn made_by_the_command() -> &'static str {
    "error: this program was made by `schedules`, which runs it\n\
     错误：这个程序由 `schedules` 生成，只能由它运行"
}

/// A name of a file or folder that cannot be read or written, and why.
#[cfg(feature = "command")]
pub fn file(language: Language, path: &std::path::Path, error: &io::Error) -> String {
    let (path, why) = (path.display(), system(language, error));
    language.say(format!("{path}: {why}"), format!("{path}：{why}"))
}

/// Why a student's program is not searched: a sentence.
#[cfg(feature = "command")]
pub fn refusal(language: Language, refusal: &Refusal) -> String {
    match refusal {
        Refusal::File(path, error) => file(language, path, error),
        Refusal::NotRust(path) => {
            let path = path.display();
            language.say(
                format!(
                    "{path} is no Rust program: give a folder with a Cargo.toml, or a .rs file"
                ),
                format!("{path} 不是 Rust 程序：请给出含有 Cargo.toml 的文件夹，或 .rs 文件"),
            )
        }
        Refusal::NoManifest(folder) => {
            let folder = folder.display();
            language.say(
                format!("{folder} has no Cargo.toml: give the folder of a cargo project"),
                format!("{folder} 里没有 Cargo.toml：请给出 cargo 项目的文件夹"),
            )
        }
        Refusal::Manifest(path, why) => {
            let path = path.display();
            language.say(
                format!("{path} cannot be read: {why}"),
                format!("无法读取 {path}，cargo 的说明：{why}"),
            )
        }
        Refusal::Workspace(folder, packages) => {
            let folder = folder.display();
            language.say(
                format!(
                    "{folder} is a workspace and no program: give the folder of one of its packages \
                     ({})",
                    packages.join(", ")
                ),
                format!(
                    "{folder} 是工作区，不是程序：请给出其中一个包的文件夹（{}）",
                    packages.join("、")
                ),
            )
        }
        Refusal::Several(package, programs) => language.say(
            format!(
                "{package} has several programs ({}): give the file of one",
                programs.join(", ")
            ),
            format!("{package} 里有多个程序（{}）：请给出其中一个的文件", programs.join("、")),
        ),
        Refusal::Crate(package, name, why) => {
            let why = self::why(language, *why);
            language.say(
                format!("{package}: it depends on `{name}`: {why}"),
                format!("{package}：它依赖 `{name}`：{why}"),
            )
        }
        Refusal::NoLibrary(package, name) => language.say(
            format!("{package}: it depends on `{name}`, which has no library"),
            format!("{package}：它依赖 `{name}`，但 `{name}` 不是库"),
        ),
        Refusal::Library(name) => language.say(
            format!("{name} has no main: it is a library. `--test` runs its tests"),
            format!("{name} 没有 main：它是一个库。`--test` 运行它的测试"),
        ),
        Refusal::NoMain(name) => language.say(
            format!("{name} has no `fn main`: nothing can be run"),
            format!("{name} 没有 `fn main`：没有可以运行的内容"),
        ),
        Refusal::Uses(path, found, why) => {
            let (path, line, name) = (path.display(), found.line, &found.name);
            let why = self::why(language, *why);
            language.say(
                format!("{path}:{line}: `{name}`: {why}"),
                format!("{path}:{line}：`{name}`：{why}"),
            )
        }
        Refusal::Cargo(error) => {
            let why = system(language, error);
            language.say(format!("cannot start cargo: {why}"), format!("无法启动 cargo：{why}"))
        }
        Refusal::CargoSays(what) => language.say(
            format!("cargo says what is not understood: {what}"),
            format!("看不懂 cargo 的输出：{what}"),
        ),
        Refusal::DoesNotCompile(name) => language.say(
            format!(
                "{name} does not compile here. If `cargo build` compiles it, it uses something of std \
                 that schedules does not have: the error above names it"
            ),
            format!(
                "{name} 在这里不能编译。如果 `cargo build` 能编译它，说明它用了 schedules 没有的标准库\
                 内容：见上面的错误"
            ),
        ),
        Refusal::NoProgram(name) => language.say(
            format!("cargo has made no program of {name}"),
            format!("cargo 没有为 {name} 生成程序"),
        ),
        Refusal::Ended(name, status) => {
            let status = self::status(language, *status);
            language.say(
                format!(
                    "{name} was ended by the system ({status}): it may have recursed without end, or \
                     panicked in a `drop` while another panic was under way"
                ),
                format!(
                    "{name} 被系统终止（{status}）：可能是无限递归，或在另一个 panic 期间又在 `drop` 中 \
                     panic"
                ),
            )
        }
        Refusal::Late => language.say(
            "the program did not come back in its time, and was ended",
            "程序没有按时返回，已被终止",
        ),
    }
}

/// What is said before the first program is compiled.
#[cfg(feature = "command")]
pub(crate) fn compiles_once(language: Language) -> String {
    language.say(
        "Compiling what stands in for std. This takes a minute or so, once.",
        "正在编译标准库的替代品，大约一分钟，只有第一次需要。",
    )
}

/// Why something is not modelled, and what to do.
#[cfg(feature = "command")]
fn why(language: Language, why: Why) -> String {
    let (english, chinese) = match why {
        Why::Network => (
            "what comes over a network is not made again in the next schedule. Put the sockets aside \
             and search the threads: hand the requests over as text",
            "网络上收到的内容不会在下一个调度中重现。请去掉套接字，只搜索线程：把请求当作文本传入",
        ),
        Why::Files => (
            "what is written to a file is not undone before the next schedule. Read from stdin \
             (`--stdin FILE`) and print instead",
            "写入文件的内容不会在下一个调度之前撤销。请改为从 stdin 读取（`--stdin 文件名`）并打印",
        ),
        Why::Processes => (
            "other processes are not among the threads that are scheduled here",
            "其他进程不在这里调度的线程之中",
        ),
        Why::System => (
            "what the system does is not made again in the next schedule",
            "操作系统的行为不会在下一个调度中重现",
        ),
        Why::Pipe => {
            ("another process at the other end is not seen here", "管道另一端的进程在这里看不到")
        }
        Why::OtherName => (
            "only what std offers under its own name is watched: write `std::sync`",
            "这里只观察以 std 命名的内容：请写 `std::sync`",
        ),
        Why::StaticMut => (
            "its accesses are not seen, and it does not begin anew in every schedule: use an atomic or \
             a `Mutex`",
            "看不到对它的访问，它也不会在每个调度中重新开始：请使用原子类型或 `Mutex`",
        ),
        Why::StaticCell => (
            "what a static keeps in one does not begin anew in every schedule: use an atomic or a \
             `Mutex`",
            "静态变量放在其中的值不会在每个调度中重新开始：请使用原子类型或 `Mutex`",
        ),
        Why::Owners => (
            "when an owner of an `Arc` is gone is no step here, so not all endings would be found: \
             count with an atomic, or ask for what the program does without it",
            "这里看不到 `Arc` 的所有者何时消失，因此不能找到全部结局：请用原子变量计数，或去掉这一行再搜索",
        ),
        Why::Threads => (
            "it has threads of its own, which no schedule knows: use `std::thread`",
            "它有自己的线程，调度器不知道它们：请使用 `std::thread`",
        ),
        Why::Locks => (
            "its locks and channels are not seen: use those of `std::sync`",
            "看不到它的锁和通道：请使用 `std::sync` 里的",
        ),
        Why::Once => (
            "what it keeps is not made anew in every schedule: use `std::sync::LazyLock`",
            "它保存的值不会在每个调度中重新开始：请使用 `std::sync::LazyLock`",
        ),
        Why::Random => (
            "random numbers are others in every run, so that no schedule can be repeated: put fixed \
             numbers in their place",
            "随机数每次运行都不同，调度无法重现：请换成固定的数",
        ),
    };
    language.say(english, chinese)
}

/// What must be known of a program that uses this: a sentence.
#[cfg(feature = "command")]
pub fn remark(language: Language, remark: Remark) -> String {
    let (english, chinese) = match remark {
        Remark::HashMap => (
            "HashMap: std's own iterates in another order in every run; here the order is one and the \
             same.",
            "HashMap：标准库的遍历顺序每次运行都不同；这里的顺序始终相同。",
        ),
        Remark::HashSet => (
            "HashSet: std's own iterates in another order in every run; here the order is one and the \
             same.",
            "HashSet：标准库的遍历顺序每次运行都不同；这里的顺序始终相同。",
        ),
        Remark::RandomState => (
            "RandomState: std's own is random; here it is one and the same in every run, so only one of \
             its values was tried.",
            "RandomState：标准库的是随机的；这里每次运行都相同，所以只尝试了其中一个值。",
        ),
        Remark::Parallelism => (
            "available_parallelism: it is another on another machine; here it is always 4.",
            "available_parallelism：在别的机器上可能不同；这里始终是 4。",
        ),
        Remark::SystemTime => (
            "SystemTime: here it begins in 2020 and goes on only by what is slept.",
            "SystemTime：这里从 2020 年开始，只随睡眠前进。",
        ),
        Remark::TryUnwrap => (
            "Arc::try_unwrap: an owner is gone here as soon as it has taken its last step. Who has not \
             joined the others may find that it is not.",
            "Arc::try_unwrap：这里，一个所有者走完最后一步就算消失。没有 join 其他线程时，实际上它可能还在。",
        ),
        Remark::Stdin => (
            "stdin: the input is the file that is given with `--stdin FILE`, and otherwise empty.",
            "stdin：输入是用 `--stdin 文件名` 给出的文件，没有给出时为空。",
        ),
    };
    language.say(english, chinese)
}

/// That a time was asked for in which nothing can be searched.
#[cfg(feature = "command")]
pub fn no_seconds(language: Language) -> String {
    language.say("--seconds wants a number above 0", "--seconds 须大于 0")
}

/// That a game is for the terminal or for a file.
#[cfg(feature = "command")]
pub fn one_game(language: Language) -> String {
    language.say(
        "play is for the terminal and --html for a browser: leave one of them out",
        "play 在终端里玩，--html 在浏览器里玩，两者只能选一个",
    )
}

/// That there is no program of this name.
#[cfg(feature = "command")]
pub fn no_such_program(language: Language, name: &str) -> String {
    language.say(
        format!("there is no program `{name}`, and no lesson of this name."),
        format!("没有程序 `{name}`，也没有这个名字的课程。"),
    )
}

/// What can be given, and the lessons.
#[cfg(feature = "command")]
pub fn what_can_be_given(language: Language, threads: &[&str], processes: &[&str]) -> String {
    let lines =
        |names: &[&str]| -> String { names.iter().map(|name| format!("\n  {name}")).collect() };
    let (threads, processes) = (lines(threads), lines(processes));
    language.say(
        format!(
            "Give a lesson, the folder of a cargo project, a .rs file, a .py file, or a command such as \
             `python3 homework.py`.\nThe lessons about threads are:{threads}\nThe lessons about \
             processes are:{processes}"
        ),
        format!(
            "请给出课程名、cargo 项目的文件夹、.rs 文件、.py 文件，或一条命令，例如 `python3 homework.py`。\n\
             线程课程：{threads}\n进程课程：{processes}"
        ),
    )
}

/// That a lesson as it stands is too long for many schedules of it.
#[cfg(feature = "command")]
pub fn too_many_steps(language: Language, name: &str) -> String {
    language.say(
        format!("{name} as it stands takes too many steps to try many schedules of it."),
        format!("{name} 原样运行时步数太多，无法检查很多调度。"),
    )
}

/// What came of a test, and how much was tried.
#[cfg(feature = "command")]
pub fn tested(language: Language, name: &str, passes: bool, tried: &str) -> String {
    let passes = match passes {
        true => language.say("passes", "通过"),
        false => language.say("fails", "失败"),
    };
    language.say(
        format!("test {name}: {passes} ({tried})"),
        format!("测试 {name}：{passes}（{tried}）"),
    )
}

/// That the tests of a lesson are no tests of the kind that is searched.
#[cfg(feature = "command")]
pub fn tests_of_a_lesson(language: Language, name: &str) -> String {
    language.say(
        format!(
            "`--test` is for the tests of your own program. The test of a lesson runs it as it is: \
             `cargo test -p {name}`. Every schedule of it: `cargo run -p schedules -- {name}`"
        ),
        format!(
            "`--test` 用于你自己的程序里的测试。课程的测试是原样运行它：`cargo test -p {name}`。\
             要按每一种调度运行它：`cargo run -p schedules -- {name}`"
        ),
    )
}

/// That a program has no tests.
#[cfg(feature = "command")]
pub fn no_tests(language: Language, name: &str) -> String {
    language.say(format!("{name} has no tests"), format!("{name} 没有测试"))
}

#[cfg(all(test, feature = "command"))]
mod tests {
    use std::path::PathBuf;
    use std::time::Duration;

    use super::super::{completeness, fault, no_game, notes};
    use super::*;
    use crate::search::{Completeness, Findings};
    use crate::tell::game::NoGame;
    use crate::world::{Caveat, Fault, Unmodelled};

    const ZH: Language = Language::Chinese;

    /// Above all what seldom happens, or on other systems, and so is brought about by no test of the
    /// command. What is brought about there is not repeated.
    fn sentences() -> Vec<String> {
        let path = || PathBuf::from("a");
        let name = || "a".to_string();
        let denied = || io::Error::from(io::ErrorKind::PermissionDenied);
        let system = || System::from(&denied());
        let mut all = vec![
            engine(ZH, "a"),
            compiles_once(ZH),
            unknown_threads(ZH),
            computes(ZH, "a", Some(("main.rs", 1))),
            too_many_steps(ZH, "a"),
        ];
        let refusals = [
            Refusal::File(path(), denied()),
            Refusal::NotRust(path()),
            Refusal::Cargo(denied()),
            Refusal::CargoSays(name()),
            Refusal::NoProgram(name()),
            Refusal::Late,
        ];
        all.extend(refusals.iter().map(|why| refusal(ZH, why)));
        let unmodelled = [
            Unmodelled::System,
            Unmodelled::NoCommand,
            Unmodelled::NotFound(name()),
            Unmodelled::NoTerminal(system()),
            Unmodelled::NoInput(path(), system()),
            Unmodelled::DoesNotStart(name(), system()),
            Unmodelled::Untraceable(name()),
            Unmodelled::Calls(name()),
            Unmodelled::WaitsIn(name()),
            Unmodelled::PriorityLocks,
            Unmodelled::Computes(1),
            Unmodelled::Idles(name()),
        ];
        all.extend(unmodelled.map(|what| fault(ZH, &Fault::Unmodelled(what))));
        all.extend([Fault::Learned, Fault::Interrupted].map(|why| fault(ZH, &why)));
        let games = [
            NoGame::TooLarge(1),
            NoGame::TooSlow,
            NoGame::Incomplete,
            NoGame::NoChoice,
            NoGame::Diverged,
            NoGame::Fault(Fault::Unmodelled(Unmodelled::Stops)),
        ];
        all.extend(games.map(|why| no_game(ZH, &why)));
        let remarks = [
            Remark::HashMap,
            Remark::HashSet,
            Remark::RandomState,
            Remark::Parallelism,
            Remark::SystemTime,
            Remark::TryUnwrap,
            Remark::Stdin,
        ];
        all.extend(remarks.map(|what| remark(ZH, what)));
        let caveats = [
            Caveat::BoundedWait,
            Caveat::SpuriousWakeUps,
            Caveat::WeakOrder,
            Caveat::Clock,
            Caveat::HashOrder,
            Caveat::Chance,
            Caveat::Unwinding,
            Caveat::MemoryRaces,
            Caveat::Files,
            Caveat::CommonMemory,
            Caveat::Contended,
        ];
        let findings = Findings {
            caveats: caveats.into_iter().collect(),
            cut_off: Some(1),
            diverged: Some(1),
            ..Findings::default()
        };
        all.extend(notes(ZH, &findings));
        let tried = [
            Completeness::All,
            Completeness::AllWithin(1),
            Completeness::Drawn(1),
            Completeness::Stopped(Duration::from_secs(1)),
        ];
        all.extend(tried.map(|completeness| self::completeness(ZH, completeness)));
        all
    }

    #[test]
    fn what_is_said_in_chinese_is_chinese() {
        for sentence in sentences() {
            let outside: String = sentence.split('`').step_by(2).collect::<Vec<_>>().join("·");
            let words = outside.split(' ').map(|word| word.trim_end_matches([',', '.', ':']));
            let words: Vec<_> = words
                .map(|word| !word.is_empty() && word.chars().all(|c| c.is_ascii_alphabetic()))
                .collect();
            assert!(!words.windows(3).any(|three| three == [true; 3]), "{sentence}");
            assert!(sentence.chars().any(|c| c > '\u{2e80}'), "{sentence}");
        }
    }
}
