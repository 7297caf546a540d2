//! All words that a picture has of its own, in English and in Chinese.

use std::time::Duration;

pub use language::Language;
use language::Language::{En, Zh};

use crate::chart::time;
use crate::trace::{Note, Outcome, State};

/// The words for what is drawn.
pub trait Spoken {
    fn state(self, state: State) -> &'static str;
    fn processes(self, count: usize) -> String;
    fn threads(self, count: usize) -> String;
    fn helpers_left_out(self, count: usize) -> String;
    fn outcome(self, outcome: Outcome) -> String;
    /// What is said of the time at the beginning that is not drawn.
    fn not_drawn(self, start: Duration) -> String;
    fn note(self, note: &Note) -> String;
}

impl Spoken for Language {
    fn state(self, state: State) -> &'static str {
        let (english, chinese) = match state {
            State::Running => ("running", "运行"),
            State::Ready => ("ready, but without a core", "就绪，等 CPU 核"),
            State::Sleeping => ("sleeping", "睡眠"),
            State::Lock => ("waiting for a lock", "等锁"),
            State::Wakeup => ("waiting to be woken", "等唤醒"),
            State::ThreadEnd => ("waiting for a thread to end", "等线程结束"),
            State::ProcessEnd => ("waiting for a process to end", "等进程结束"),
            State::Start => ("waiting for its child's program to start", "等子进程启动程序"),
            State::Input => ("waiting for input", "等输入"),
            State::Output => ("waiting to write", "等写入（管道已满）"),
            State::Socket => ("waiting at a socket", "等套接字"),
            State::FileLock => ("waiting for a lock on a file", "等文件锁"),
            State::Message => ("waiting for a message", "等消息"),
            State::Interpreter => ("waiting for Python's interpreter lock", "等 Python 的 GIL"),
            State::Stopped => ("stopped by a signal", "被信号暂停"),
            State::System => ("waiting for the system (a disk, memory)", "等系统（磁盘、内存）"),
            State::Held => ("held up by being watched", "被观察所耽搁"),
        };
        self.choose(english, chinese)
    }

    fn processes(self, count: usize) -> String {
        counted(self, count, ["process", "processes", "个进程"])
    }

    fn threads(self, count: usize) -> String {
        counted(self, count, ["thread", "threads", "个线程"])
    }

    fn helpers_left_out(self, count: usize) -> String {
        let words = ["helper thread left out", "helper threads left out", "个辅助线程未画出"];
        counted(self, count, words)
    }

    fn outcome(self, outcome: Outcome) -> String {
        match (outcome, self) {
            (Outcome::Exited(code), En) => format!("exit code {code}"),
            (Outcome::Exited(code), Zh) => format!("退出码 {code}"),
            (Outcome::Killed(signal), En) => format!("ended by signal {signal}"),
            (Outcome::Killed(signal), Zh) => format!("被信号 {signal} 终止"),
            (Outcome::AtLimit, En) => "ended at the limit".to_string(),
            (Outcome::AtLimit, Zh) => "到时限被结束".to_string(),
            (Outcome::OnRequest(_), En) => "ended on request".to_string(),
            (Outcome::OnRequest(_), Zh) => "应要求结束".to_string(),
        }
    }

    fn not_drawn(self, start: Duration) -> String {
        let start = time(start);
        match self {
            En => format!("not drawn: the first {start}, in which it loads itself"),
            Zh => format!("未画出：开头 {start} 的自身加载"),
        }
    }

    fn note(self, note: &Note) -> String {
        let clean = |name: &String| name.replace(char::is_control, "\u{fffd}");
        match (note, self) {
            (Note::NoTimes, En) => {
                "This system does not say who had a core when: what is drawn as \
                running may have waited for one."
                    .to_string()
            }
            (Note::NoTimes, Zh) => {
                "本系统不报告谁何时占用 CPU 核：画成运行的，也可能在等核。".to_string()
            }
            (Note::Coarse(micros), En) => {
                let grain = time(Duration::from_micros(*micros));
                format!("There was much to see: waits shorter than {grain} are drawn together.")
            }
            (Note::Coarse(micros), Zh) => {
                let grain = time(Duration::from_micros(*micros));
                format!("事件太多：短于 {grain} 的等待合在一起画。")
            }
            (Note::WordsLeftOut, En) => {
                "Much was printed: the words of the later prints were not kept.".to_string()
            }
            (Note::WordsLeftOut, Zh) => "输出太多：后面的文字没有保留。".to_string(),
            (Note::Bits32(name), En) => {
                format!("{} is a 32-bit program: what it waits for cannot be told.", clean(name))
            }
            (Note::Bits32(name), Zh) => {
                format!("{} 是 32 位程序：无法得知它在等什么。", clean(name))
            }
            (Note::Traces(name), En) => format!(
                "{} wanted to trace a program: one that is watched here cannot, so run it by itself.",
                clean(name)
            ),
            (Note::Traces(name), Zh) => {
                format!("{} 想跟踪程序：被 timeline 观察时不行，请单独运行。", clean(name))
            }
            (Note::Rights(name), En) => format!(
                "{} needs another user's rights, which a program that is watched does not get: \
                 run timeline itself with them.",
                clean(name)
            ),
            (Note::Rights(name), Zh) => format!(
                "{} 需要其他用户的权限，被观察的程序得不到：请以该权限运行 timeline。",
                clean(name)
            ),
        }
    }
}

fn counted(language: Language, count: usize, [one, many, chinese]: [&str; 3]) -> String {
    match (language, count) {
        (En, 1) => format!("1 {one}"),
        (En, _) => format!("{count} {many}"),
        (Zh, _) => format!("{count} {chinese}"),
    }
}
