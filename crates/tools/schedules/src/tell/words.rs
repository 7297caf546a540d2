//! Every sentence that is said, in English and in Chinese. What is said is data until it comes here.

mod refusals;

use std::time::Duration;

use super::board::Board;
use super::game::NoGame;
use crate::search::{Completeness, Count, Ending, Findings};
use crate::step::{Action, Actor, Outcome, Step, ThingNumber};
use crate::world::{Caveat, Details, End, Fault, ThingKind, Unmodelled};
#[cfg(feature = "command")]
use crate::worlds::processes::Sleeps;
use text::on_one_line;

pub use refusals::*;

/// The languages in which a reader can be told something.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// English.
    #[default]
    English,
    /// Chinese.
    Chinese,
}

impl From<Language> for ::language::Language {
    fn from(language: Language) -> Self {
        match language {
            Language::English => Self::En,
            Language::Chinese => Self::Zh,
        }
    }
}

impl Language {
    /// The sentence in this language.
    pub(crate) fn say(self, english: impl Into<String>, chinese: impl Into<String>) -> String {
        match self {
            Language::English => english.into(),
            Language::Chinese => chinese.into(),
        }
    }

    /// A number of things, by their name in the singular and by their name in Chinese.
    pub(crate) fn count(self, number: &str, english: &str, chinese: &str) -> String {
        let plural = if number == "1" { "" } else { "s" };
        self.say(format!("{number} {english}{plural}"), format!("{number} {chinese}"))
    }
}

/// Says that a line is another one than in the lesson. With its line break.
#[cfg(feature = "command")]
pub(crate) fn changed_line(language: Language, number: usize, text: &str) -> String {
    let is =
        language.say(format!("Line {number} is changed to: "), format!("第 {number} 行改为："));
    format!("{is}{}\n", text.trim())
}

/// A count as a reader wants it: exact up to a million.
pub(crate) fn number(language: Language, count: Count) -> String {
    if count < 1_000_000 {
        return count.to_string();
    }
    let more = match count {
        Count::MAX => language.say("more than", "超过"),
        _ => language.say("about", "约"),
    };
    let digits = count.ilog10();
    let tenths = count / 10u128.pow(digits - 1);
    let exponent = digits.to_string();
    let exponent: String = exponent.chars().map(superscript).collect();
    format!("{more} {}.{} × 10{exponent}", tenths / 10, tenths % 10)
}

/// What a signal is called, on Linux.
fn signal_name(number: i32) -> String {
    let name = match number {
        1 => "SIGHUP",
        2 => "SIGINT",
        3 => "SIGQUIT",
        6 => "SIGABRT",
        9 => "SIGKILL",
        10 => "SIGUSR1",
        11 => "SIGSEGV",
        12 => "SIGUSR2",
        13 => "SIGPIPE",
        15 => "SIGTERM",
        18 => "SIGCONT",
        _ => return format!("signal {number}"),
    };
    name.to_string()
}

fn superscript(digit: char) -> char {
    let digits = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    digit.to_digit(10).map_or(digit, |digit| digits[digit as usize])
}

/// The words for one run.
pub(crate) struct Words<'a> {
    pub(crate) language: Language,
    pub(crate) details: &'a Details,
}

impl Words<'_> {
    fn say(&self, english: impl Into<String>, chinese: impl Into<String>) -> String {
        self.language.say(english, chinese)
    }

    /// What an actor is called.
    pub(crate) fn actor(&self, number: Actor) -> String {
        match (number, self.details.names.get(number)) {
            (_, Some(Some(name))) => name.clone(),
            (0, _) => "main".to_string(),
            _ => self.say(format!("thread {number}"), format!("线程 {number}")),
        }
    }

    /// The actor's name as the object of a verb, which in Chinese a blank parts from Latin letters alone.
    fn object(&self, number: Actor) -> String {
        let name = self.actor(number);
        let latin = name.starts_with(|first: char| first.is_ascii());
        if self.language == Language::Chinese && !latin { name } else { format!(" {name}") }
    }

    fn actors(&self, actors: &[Actor]) -> String {
        let names: Vec<_> = actors.iter().map(|&actor| self.actor(actor)).collect();
        names.join(&self.say(", ", "、"))
    }

    /// What tells a thing from the others of its kind. The only one of a program needs nothing.
    fn letter(&self, number: ThingNumber) -> String {
        let kind = self.details.things[number].kind;
        if let Some(name) = &self.details.things[number].name {
            return format!(" {name}");
        }
        let same = |things: &[crate::world::Thing]| {
            things.iter().filter(|thing| thing.kind == kind && thing.name.is_none()).count()
        };
        match (same(&self.details.things), same(&self.details.things[..number])) {
            (1, _) => String::new(),
            (_, place @ 0..26) => format!(" {}", char::from(b'A' + place as u8)),
            (_, place) => format!(" {place}"),
        }
    }

    /// What a thing is called.
    pub(crate) fn thing(&self, number: ThingNumber) -> String {
        let english = self.kind(number).0;
        let english = match self.letter(number).as_str() {
            "" => format!("the {english}"),
            letter => format!("{english}{letter}"),
        };
        self.say(english, self.chinese_thing(number))
    }

    fn chinese_thing(&self, number: ThingNumber) -> String {
        format!("{}{}", self.kind(number).1, self.letter(number))
    }

    fn kind(&self, number: ThingNumber) -> (&'static str, &'static str) {
        match self.details.things[number].kind {
            ThingKind::Lock => ("lock", "锁"),
            ThingKind::Semaphore => ("semaphore", "信号量"),
            ThingKind::Variable => ("variable", "变量"),
            ThingKind::Memory => ("shared memory", "共享内存"),
            ThingKind::Channel => ("channel", "通道"),
            ThingKind::Condition => ("condition", "条件变量"),
            ThingKind::Barrier => ("barrier", "屏障"),
            ThingKind::Flag => ("flag", "标志"),
            ThingKind::Cell => ("cell", "单元"),
        }
    }

    /// What a step that was taken has done. Empty where its line says it all.
    pub(crate) fn deed(&self, step: &Step) -> String {
        let value = match &step.outcome {
            Outcome::Saw(value) => self.say(format!(", value {value}"), format!("，值为 {value}")),
            _ => String::new(),
        };
        let lock = |lock: &ThingNumber| self.letter(*lock);
        let to_read = |shared: &bool| if *shared { " to read" } else { "" };
        let chinese_lock = |number: &ThingNumber, shared: &bool| {
            let read = if *shared { "读" } else { "" };
            format!("{read}{}", self.chinese_thing(*number))
        };
        match &step.action {
            Action::Start(actor) => {
                let actor = self.object(*actor);
                self.say(format!("starts{actor}"), format!("启动{actor}"))
            }
            Action::Lock { lock: number, shared } => {
                let (letter, read) = (lock(number), to_read(shared));
                let chinese = chinese_lock(number, shared);
                self.say(format!("locks{letter}{read}{value}"), format!("获得{chinese}{value}"))
            }
            Action::TryLock { lock: number, shared } => {
                let (letter, read) = (lock(number), to_read(shared));
                let chinese = chinese_lock(number, shared);
                match step.outcome {
                    Outcome::No => self.say(
                        format!("tries to lock{letter}{read}: it is held"),
                        format!("尝试获取{chinese}：已被占用"),
                    ),
                    _ => self.say(
                        format!("tries to lock{letter}{read}: it has it{value}"),
                        format!("尝试获取{chinese}：成功{value}"),
                    ),
                }
            }
            Action::Unlock { lock: number, shared } => {
                let (letter, read) = (lock(number), to_read(shared));
                let chinese = chinese_lock(number, shared);
                self.say(format!("unlocks{letter}{read}{value}"), format!("释放{chinese}{value}"))
            }
            Action::Read(thing) | Action::Write(thing) | Action::Update(thing) => {
                match self.details.things.get(*thing) {
                    Some(thing_of) if thing_of.kind == ThingKind::Memory => {
                        self.access_to_memory(step, *thing)
                    }
                    _ => self.access(&step.outcome),
                }
            }
            Action::Print(text) => {
                let text = on_one_line(text);
                self.say(format!("prints {text}"), format!("打印 {text}"))
            }
            Action::Join(actor) => {
                let actor = self.actor(*actor);
                self.say(format!("{actor} has ended"), format!("{actor} 已结束"))
            }
            Action::JoinAll(_) => self.say("all its threads have ended", "启动的线程都已结束"),
            Action::JoinAny(_) => self.say("one of them has ended", "其中一个已结束"),
            Action::HasEnded(actor) => {
                let actor = self.actor(*actor);
                match step.outcome {
                    Outcome::No => {
                        self.say(format!("{actor} has not ended"), format!("{actor} 尚未结束"))
                    }
                    _ => self.say(format!("{actor} has ended"), format!("{actor} 已结束")),
                }
            }
            Action::Send(_) | Action::TrySend(_) => match &step.outcome {
                Outcome::Saw(value) => self.say(format!("sends {value}"), format!("发送 {value}")),
                Outcome::No => self.say("does not send: there is no room", "没有发送：通道已满"),
                Outcome::Disconnected => {
                    self.say("does not send: nobody will receive", "没有发送：接收端已关闭")
                }
                _ => self.say("sends", "发送"),
            },
            Action::Receive { .. } | Action::TryReceive(_) => match &step.outcome {
                Outcome::Saw(value) => {
                    self.say(format!("receives {value}"), format!("收到 {value}"))
                }
                Outcome::GaveUp => self.gives_up(),
                Outcome::No => self.say("finds no message", "没有消息"),
                Outcome::Disconnected => self
                    .say("receives nothing more: nobody will send", "不会再有消息：发送端都已关闭"),
                _ => self.say("receives", "收到"),
            },
            Action::AwaitTaken(_) => self.say("its message was taken", "消息已被取走"),
            Action::HangUp { receives: false, .. } => self.say("will send no more", "不再发送"),
            Action::HangUp { .. } => self.say("will receive no more", "不再接收"),
            Action::Wait { lock: number, .. } => {
                let letter = lock(number);
                let chinese = self.chinese_thing(*number);
                self.say(
                    format!("unlocks{letter} and waits to be notified"),
                    format!("释放{chinese}，等待通知"),
                )
            }
            Action::Wake { lock: number, .. } => {
                let letter = lock(number);
                let chinese = self.chinese_thing(*number);
                match step.outcome {
                    Outcome::GaveUp => format!(
                        "{}{}",
                        self.gives_up(),
                        self.say(format!(", locks{letter}"), format!("，获得{chinese}"))
                    ),
                    _ => self.say(
                        format!("was notified, locks{letter}{value}"),
                        format!("收到通知，获得{chinese}{value}"),
                    ),
                }
            }
            Action::Notify { all, .. } => match (step.outcome == Outcome::No, all) {
                (true, _) => self.say("notifies: nobody waits", "发出通知：没有线程在等待"),
                (false, true) => self.say("notifies all who wait", "通知所有等待的线程"),
                (false, false) => self.say("notifies one who waits", "通知一个等待的线程"),
            },
            Action::Arrive(_) => self.say("comes to the barrier", "到达屏障"),
            Action::Pass(_) => self.say("goes on: all are there", "全部到齐，继续"),
            Action::Set(_) => self.say("sets it", "设置标志"),
            Action::Clear(_) => self.say("clears it", "清除标志"),
            Action::AwaitSet { .. } | Action::Park { .. } if step.outcome == Outcome::GaveUp => {
                self.gives_up()
            }
            Action::AwaitSet { .. } => self.say("it is set", "标志已设置"),
            Action::Park { .. } => self.say("was unparked, goes on", "被唤醒，继续"),
            Action::Unpark(actor) => {
                let actor = self.object(*actor);
                self.say(format!("unparks{actor}"), format!("唤醒{actor}"))
            }
            Action::Initialise(_) => match step.outcome {
                Outcome::No => self.say("it is initialised already", "已经初始化"),
                _ => self.say("begins to initialise it", "开始初始化"),
            },
            Action::Initialised { done: true, .. } => self.say("has initialised it", "初始化完成"),
            Action::Initialised { .. } => self.say("has failed to initialise it", "初始化失败"),
            Action::Peek(_) => match step.outcome {
                Outcome::No => self.say("it is not initialised", "尚未初始化"),
                _ => self.say("it is initialised", "已初始化"),
            },
            Action::Exit(code) => self.say(
                format!("ends the program, exit code {code}"),
                format!("结束程序，退出码 {code}"),
            ),
            Action::EndMain => self.say("ends, and with it the program", "结束，程序随之结束"),
            Action::End => match &step.outcome {
                Outcome::Saw(code) if code.starts_with('-') => {
                    let signal = signal_name(code[1..].parse().unwrap_or(0));
                    self.say(format!("is ended by {signal}"), format!("被 {signal} 终止"))
                }
                Outcome::Saw(code) => {
                    self.say(format!("ends, exit code {code}"), format!("结束，退出码 {code}"))
                }
                _ => self.say("ends", "结束"),
            },
            Action::Signal { to, signal } => {
                let (to, signal) = (self.object(*to), signal_name(*signal));
                self.say(format!("sends {signal} to{to}"), format!("发送 {signal} 给{to}"))
            }
            Action::Call(name) => self.call(name, &step.outcome),
            // Where its line is known, that says it.
            Action::Sleep if step.place.is_some() => String::new(),
            Action::Sleep => self.sleep_ends(),
        }
    }

    /// What a call does that has no word of its own.
    fn call(&self, name: &str, outcome: &Outcome) -> String {
        match name {
            "poll" if *outcome == Outcome::GaveUp => self.gives_up(),
            "poll" if *outcome == Outcome::No => {
                self.say("gives up: nothing has come", "等待超时：没有数据")
            }
            "try to read" if *outcome == Outcome::No => {
                self.say("would read from a pipe, but nothing is there", "想读管道，但没有数据")
            }
            "try to read" => self.say("reads from a pipe without waiting", "不等待地读管道"),
            "begin" => self.say("begins", "开始运行"),
            "close" | "close_range" | "dup2" | "dup3" | "shutdown" => {
                self.say("closes its end of a pipe", "关闭管道的一端")
            }
            "exec" => self.say(
                "becomes another program and closes its end of a pipe",
                "换成另一个程序，并关闭管道的一端",
            ),
            "look" => self.say("looks whether something has come", "查看是否有数据"),
            "futex" => self.say("goes on at a lock", "在锁处继续运行"),
            "getppid" => self.say("asks who its parent is", "查询父进程是谁"),
            "go on" => self.say("goes on", "继续运行"),
            "input" => self.say("reads from stdin", "读标准输入"),
            "kill" => self.say("sends a signal", "发送信号"),
            "prctl" => self.say("asks to end with its parent", "要求随父进程结束"),
            "poll" => self.say("something has come", "等到了数据"),
            "read" => self.say("reads from a pipe", "读管道"),
            "sem_getvalue" => self.say("looks at a semaphore", "查看信号量的值"),
            "sigsuspend" => self.say("a signal has come", "等到了信号"),
            "waitpid" => self.say("looks whether a child has ended", "查看是否有子进程结束"),
            "write" => self.say("writes to a pipe", "写管道"),
            name => self.say(format!("calls {name}"), format!("调用 {name}")),
        }
    }

    fn access(&self, outcome: &Outcome) -> String {
        match outcome {
            Outcome::Saw(value) => self.say(format!("reads {value}"), format!("读到 {value}")),
            Outcome::Wrote(value) => self.say(format!("writes {value}"), format!("写入 {value}")),
            Outcome::Changed { from, to } => {
                self.say(format!("reads {from}, writes {to}"), format!("读到 {from}，写入 {to}"))
            }
            _ => String::new(),
        }
    }

    /// The same of memory that processes have in common, of which there is no line to be seen.
    fn access_to_memory(&self, step: &Step, thing: ThingNumber) -> String {
        let (place, chinese) = (self.thing(thing), self.chinese_thing(thing));
        match (&step.outcome, &step.action) {
            (Outcome::Saw(value), _) => {
                self.say(format!("reads {value} from {place}"), format!("从{chinese}读到 {value}"))
            }
            (Outcome::Wrote(value), _) => {
                self.say(format!("writes {value} to {place}"), format!("向{chinese}写入 {value}"))
            }
            (Outcome::Changed { from, to }, _) => self.say(
                format!("reads {from} from {place}, writes {to}"),
                format!("从{chinese}读到 {from}，写入 {to}"),
            ),
            (_, Action::Read(_)) => self.say(format!("reads {place}"), format!("读{chinese}")),
            (_, Action::Write(_)) => self.say(format!("writes {place}"), format!("写{chinese}")),
            _ => self.say(format!("reads and writes {place}"), format!("读写{chinese}")),
        }
    }

    fn sleep_ends(&self) -> String {
        self.say("its sleep ends", "休眠结束")
    }

    fn gives_up(&self) -> String {
        self.say("gives up: nobody else can go on", "等待超时：其余的都无法继续")
    }

    /// What an actor that can go is about to do, in words that need no source beside them.
    pub(crate) fn next(&self, step: &Step) -> String {
        match &step.action {
            Action::Sleep => self.sleep_ends(),
            Action::HasEnded(actor) => {
                let actor = self.object(*actor);
                self.say(
                    format!("looks whether{actor} has ended"),
                    format!("查看{actor} 是否已结束"),
                )
            }
            Action::Join(_) | Action::JoinAny(_) => {
                self.say("learns of the end of a child", "得知子进程已结束")
            }
            _ => self.deed(step),
        }
    }

    /// What an actor that cannot go waits for.
    pub(crate) fn wait(&self, step: &Step, board: &Board) -> String {
        match &step.action {
            Action::Lock { lock, .. } => {
                let mut holders = board.readers.get(lock).cloned().unwrap_or_default();
                holders.extend(board.holders.get(lock));
                let held = if holders.is_empty() {
                    String::new()
                } else {
                    let holders = self.actors(&holders);
                    self.say(format!(" (held by {holders})"), format!("（{holders} 持有）"))
                };
                let lock = self.thing(*lock);
                self.say(format!("waits for {lock}{held}"), format!("等待{lock}{held}"))
            }
            Action::Join(actor) => {
                let actor = self.object(*actor);
                self.say(format!("waits for{actor}"), format!("等待{actor}"))
            }
            Action::JoinAll(actors) | Action::JoinAny(actors) => {
                let ended = |actor: &&Actor| {
                    let next = self.details.next.get(**actor);
                    next.is_some_and(Option::is_some)
                };
                let left: Vec<_> = actors.iter().filter(ended).copied().collect();
                let first = left.first().map_or_else(String::new, |first| self.object(*first));
                let blank = if first.starts_with(' ') { " " } else { "" };
                let left = self.actors(&left);
                self.say(format!("waits for {left}"), format!("等待{blank}{left}"))
            }
            Action::Receive { .. } => self.say("waits for a message", "等待消息"),
            Action::Send(_) => self.say("waits for room in the channel", "等待通道有空位"),
            Action::AwaitTaken(_) => self.say("waits until its message is taken", "等待消息被取走"),
            Action::Wake { condition, lock, .. } => {
                let holder = board.holders.get(lock).map(|holder| self.actor(*holder));
                let held = holder.map_or_else(String::new, |holder| {
                    self.say(format!(" (held by {holder})"), format!("（{holder} 持有）"))
                });
                let (condition, lock) = (self.thing(*condition), self.thing(*lock));
                self.say(
                    format!("waits to be notified of {condition}, then for {lock}{held}"),
                    format!("等待{condition}的通知，然后等待{lock}{held}"),
                )
            }
            Action::Pass(_) => {
                self.say("waits for the others at the barrier", "在屏障处等待其他线程")
            }
            Action::AwaitSet { .. } => self.say("waits until it is set", "等待标志被设置"),
            Action::Park { .. } => self.say("waits to be unparked", "等待被唤醒"),
            Action::Initialise(_) => self.say("waits until it is initialised", "等待初始化完成"),
            Action::Read(_)
            | Action::Write(_)
            | Action::Update(_)
            | Action::TryLock { .. }
            | Action::TryReceive(_)
            | Action::TrySend(_)
            | Action::HasEnded(_)
            | Action::Peek(_) => {
                self.say("looks again and again, and waits for a change", "反复检查，等待变化")
            }
            Action::Print(_) => self.say("waits to print", "等待打印"),
            Action::Sleep => self.say("sleeps", "休眠"),
            Action::Call(name) => match name.as_str() {
                "futex" => self.say("waits at a lock", "在锁处等待"),
                "poll" | "read" => self.say("waits for something to read", "等待数据"),
                "sigsuspend" => self.say("waits for a signal", "等待信号"),
                "write" => self.say("waits until there is room in a pipe", "等待管道有空间"),
                name => self.say(format!("waits: {name}"), format!("等待：{name}")),
            },
            _ => String::new(),
        }
    }
}

/// An ending on one line.
pub(crate) fn ending(language: Language, ending: &Ending) -> String {
    let output = match ending.output.as_str() {
        "" => language.say("prints nothing", "什么也不打印"),
        output => {
            let output = on_one_line(output);
            language.say(format!("prints {output}"), format!("打印 {output}"))
        }
    };
    match end(language, &ending.end) {
        Some(end) => format!("{output}{}{end}", language.say(", ", "，")),
        None => output,
    }
}

/// Why a program cannot be played on a page, and what to do.
pub(crate) fn no_game(language: Language, reason: &NoGame) -> String {
    match reason {
        NoGame::TooLarge(most) => language.say(
            format!("there are more than {most} different choices; try with smaller numbers"),
            format!("不同的选择超过 {most} 个；请把程序里的数改小再试"),
        ),
        NoGame::TooSlow => language.say(
            "it takes too long to run through all choices; try with smaller numbers, or with more \
             --seconds",
            "走完所有的选择太费时间；请把程序里的数改小，或者用 --seconds 给更多时间",
        ),
        NoGame::Incomplete => language.say(
            "there are too many schedules to try all of them; try with smaller numbers, or with more \
             --seconds",
            "调度太多，没能全部检查；请把程序里的数改小，或者用 --seconds 给更多时间",
        ),
        NoGame::NoChoice => language.say(
            "there is nothing to choose: in it, nobody can go but one",
            "没有可选择的：每一步都只有一个能走",
        ),
        NoGame::Diverged => language.say(
            "it does not do the same when it is told the same: something in it is another each time, \
             such as random numbers",
            "同样的选择得到了不同的结果：程序里有每次都不同的东西，例如随机数",
        ),
        NoGame::Fault(fault) => self::fault(language, fault),
    }
}

/// How a run ended that did not just return.
pub(crate) fn end(language: Language, end: &End) -> Option<String> {
    Some(match end {
        End::Returned => return None,
        End::Exited(code) => language
            .say(format!("then exits with code {code}"), format!("然后以退出码 {code} 退出")),
        End::Panicked(message) => {
            language.say(format!("then panics: {message}"), format!("然后 panic：{message}"))
        }
        End::Raised(message) => {
            language.say(format!("then raises {message}"), format!("然后抛出异常 {message}"))
        }
        End::Deadlock => {
            language.say("then deadlocks: nobody can go on", "然后死锁：全部卡住，无法继续")
        }
        End::Endless => language.say("then goes on for ever", "然后一直运行，不会结束"),
        End::Bounded(prints) => language.say(
            format!("and so on: it was stopped after {prints} prints"),
            format!("之后照此继续：打印 {prints} 次后被停止"),
        ),
        End::CutOff(limit) => language.say(
            format!("and is not at its end after {limit} steps"),
            format!("执行 {limit} 步后仍未结束"),
        ),
    })
}

/// What helps a program that has complained so, or ended with such an exception: that it asks for more input
/// than it is given.
pub(crate) fn input_is_missing(language: Language, complaint: &str) -> Option<String> {
    // Python's `input()`, and what Rust says of a number in an empty line.
    let (asks, may_ask) = ("EOFError", "kind: Empty }");
    let said = if complaint.contains(asks) {
        language.say("It asks for more input than there is: ", "程序还要读输入，但已经没有了：")
    } else if complaint.contains(may_ask) {
        language.say(
            "It takes an empty text for a number. If that is its input: ",
            "程序把空文本当作数字。如果那是它的输入：",
        )
    } else {
        return None;
    };
    let how = language.say(
        "write the input into a file and give it with `--stdin FILE`.",
        "请把输入写进一个文件，用 `--stdin 文件名` 给出。",
    );
    Some(said + &how)
}

/// How much was tried, after the number of schedules.
pub(crate) fn completeness(language: Language, completeness: Completeness) -> String {
    match completeness {
        Completeness::All => language.say("all schedules", "全部调度"),
        Completeness::AllWithin(switches) => {
            let switches = language.count(&switches.to_string(), "switch", "次切换");
            let switches = switches.replace("switchs", "switches");
            language.say(
                format!("all with at most {switches}"),
                format!("切换不超过 {switches}的全部调度"),
            )
        }
        Completeness::Drawn(schedules) => language
            .say(format!("{schedules} drawn at random"), format!("随机抽取 {schedules} 个调度")),
        Completeness::Stopped(time) => {
            let time = seconds(time);
            language.say(format!("stopped after {time} s"), format!("{time} 秒后停止"))
        }
    }
}

/// What a sleep promises: a clause.
#[cfg(feature = "command")]
pub(crate) fn sleeps(language: Language, sleeps: Sleeps) -> String {
    match sleeps {
        Sleeps::Instant => language
            .say("a sleep ends when nothing else can go on", "睡眠在其他进程都无法继续时才结束"),
        Sleeps::Ordered => {
            language.say("sleeps end in the order of their times", "睡眠按时间先后结束")
        }
        Sleeps::Any => language.say("a sleep guarantees nothing", "睡眠不保证任何顺序"),
    }
}

/// That no lesson of this name can be held against a twin.
#[cfg(feature = "command")]
pub(crate) fn no_pair(language: Language, name: &str, names: &[&str]) -> String {
    language.say(
        format!("`{name}` is no lesson of threads or processes. Those are {}", names.join(", ")),
        format!("`{name}` 不是线程或进程的课程。这些课程是：{}", names.join("、")),
    )
}

/// What stands above the columns of all lessons in both languages.
#[cfg(feature = "command")]
pub(crate) fn table_head(language: Language) -> String {
    // The right edges are at 38, 46 and 55, and at 63, 71 and 80.
    language.say(
        "                                 Rust                     Python\n\
         lesson              sleeps     endings    runs   runs/s endings    runs   runs/s",
        "                                 Rust                     Python\n\
         课程                睡眠          结局    运行    次/秒    结局    运行    次/秒",
    )
}

fn seconds(time: Duration) -> String {
    let tenths = time.as_millis().div_ceil(100);
    if tenths.is_multiple_of(10) {
        (tenths / 10).to_string()
    } else {
        format!("{}.{}", tenths / 10, tenths % 10)
    }
}

/// What must be said beside the findings, one sentence each.
pub(crate) fn notes(language: Language, findings: &Findings) -> Vec<String> {
    let mut notes = Vec::new();
    if let Some(place) = findings.diverged {
        notes.push(language.say(
            format!(
                "The program did not do the same when it was told the same (at step {}): something in \
                 it is another each time, such as random numbers, addresses, or threads that a \
                 dependency starts. So these are not all endings.",
                place + 1
            ),
            format!(
                "同样的选择得到了不同的结果（第 {} 步）：程序里有每次都不同的东西，例如随机数、地址，\
                 或依赖库自己启动的线程。因此这里列出的不是全部结局。",
                place + 1
            ),
        ));
    }
    if let Some(limit) = findings.cut_off {
        notes.push(language.say(
            format!(
                "Some runs were cut off after {limit} steps: whether they end is not known, and what \
                 comes later was not tried."
            ),
            format!("有的运行在 {limit} 步后被中止：不知道它们会不会结束，之后的情况没有检查。"),
        ));
    }
    for caveat in &findings.caveats {
        notes.push(match caveat {
            Caveat::BoundedWait => language.say(
                "A loop that only looks was held up after two looks until something changed: a \
                 bounded retry loop may lose endings here.",
                "只做检查的循环，检查两次后就停下，等到有变化再继续：有次数限制的重试循环可能因此少一些结局。",
            ),
            Caveat::SpuriousWakeUps => language.say(
                "A wait for a condition may also end without a notification: such a spurious wake-up was \
                 not tried.",
                "等待条件变量时，没有通知也可能醒来（虚假唤醒）：这种情况没有检查。",
            ),
            Caveat::WeakOrder => language.say(
                "All accesses came in one order that all threads agree on: what a weaker memory \
                 order permits beyond that was not tried.",
                "所有线程看到的访问顺序都相同：更弱的 `Ordering` 还允许的其他情况没有检查。",
            ),
            Caveat::Clock => language.say(
                "The clock (time) goes on only by what is slept: how long something takes is not known.",
                "时钟只在 sleep 时前进：无法知道实际耗时。",
            ),
            Caveat::HashOrder => language.say(
                "It goes through a set of strings. Their order comes from a hash that is another one in each \
                 process, unless PYTHONHASHSEED is given: here it is always the same.",
                "程序遍历了字符串的集合。其顺序由哈希决定，除非设定 PYTHONHASHSEED，否则每个进程各不相同；这里始终相同。",
            ),
            Caveat::Chance => language.say(
                "Random numbers are drawn without a seed of the program's own: here they are the same \
                 ones in every run, and others may lead to other endings.",
                "程序没有设定随机数（random）的种子：这里每次运行的随机数都相同，换成别的随机数可能有别的结局。",
            ),
            Caveat::Files => language.say(
                "It writes to files. What one run has left there the next one finds: where that makes a \
                 difference, have the program begin with a clean folder, as in `bash -c 'make clean; make \
                 -j2'`.",
                "程序写入了文件。一次运行留下的内容会被下一次运行看到：如果这有影响，请让程序先清理文件夹，\
                 例如 `bash -c 'make clean; make -j2'`。",
            ),
            Caveat::ShortReads => language.say(
                "A read from a pipe gets what was written so far: that it comes between two writes, or \
                 after both, was not tried.",
                "从管道读到的是到那时为止写入的内容：读取发生在两次写入之间还是之后，没有检查所有的顺序。",
            ),
            Caveat::Sockets => language.say(
                "Its processes reach each other through sockets that have a name or an address: in which \
                 order they come to them, and what is ready there at a look, was not tried.",
                "各进程通过有名字或地址的套接字通信：它们以什么顺序用到这些套接字，查看时有什么已就绪，没有检查所有的顺序。",
            ),
            Caveat::Contended => language.say(
                "Several processes or threads use one pipe, lock or piece of memory: who comes first to \
                 it was not tried.",
                "几个进程或线程共用同一个管道、锁或内存：谁先用到它，没有检查所有的顺序。",
            ),
            Caveat::Unwinding => language.say(
                "What a thread does while a panic unwinds it came in one go: there may be more endings in \
                 which others go in between.",
                "线程在 panic 展开期间的操作是一次做完的：如果其他线程在中间运行，可能还有更多结局。",
            ),
            Caveat::MemoryRaces => language.say(
                "What the threads inside of one process do to its memory was not watched: of what they do from \
                 one wait to the next, not every order was tried.",
                "没有观察同一进程内各线程对内存的访问：它们在两次等待之间所做的事，没有检查所有的顺序。",
            ),
            Caveat::CommonMemory => language.say(
                "Its processes have memory in common in which not each access was seen: it is large, or used \
                 very often, or by the kernel. What one does there from one system call to the next came in \
                 one go: a lost update without a lock is not found.",
                "各进程的共享内存中，有的太大、访问太频繁或由内核读写，没有逐次观察。一个进程在两次系统调用之间对它\
                 的访问是一次做完的：没有加锁而丢失的更新不会被发现。",
            ),
        });
    }
    notes.extend(findings.remarks.iter().cloned());
    if let Some(why) = &findings.fault {
        notes.push(fault(language, why));
    }
    notes
}

/// Why there is no run, or no more of them.
pub fn fault(language: Language, fault: &Fault) -> String {
    match fault {
        // Who says this knows the language, or has one only.
        Fault::Refused(text) | Fault::Failed(text) => text.clone(),
        Fault::Unmodelled(what) => unmodelled(language, what),
        Fault::Learned => {
            language.say("There are more steps than were known.", "步骤比先前知道的多。")
        }
        Fault::Interrupted => language
            .say("It was interrupted: not everything was tried.", "检查被中断：没有检查全部情况。"),
    }
}

fn unmodelled(language: Language, what: &Unmodelled) -> String {
    match what {
        Unmodelled::System => language.say(
            "The processes of a program are searched on Linux on x86-64 only: run it there, or in a \
             virtual machine.",
            "只有在 x86-64 的 Linux 上才能检查程序的进程：请在那里或虚拟机中运行。",
        ),
        Unmodelled::NoCommand => language.say(
            "There is no program: name one, such as `bash -c 'date | cat'`.",
            "没有指定程序：请给出一个，例如 `bash -c 'date | cat'`。",
        ),
        Unmodelled::NotFound(name) => language.say(
            format!("There is no program {name}: is it installed, and spelled like this?"),
            format!("没有程序 {name}：是否已安装，名字是否写对？"),
        ),
        Unmodelled::NotAProgram(name) => language.say(
            format!("{name} may not be run: is it a program?"),
            format!("{name} 无法运行：它是程序吗？"),
        ),
        Unmodelled::NoTerminal(why) => {
            let why = said_by_the_system(language, why);
            language.say(format!("There is no terminal: {why}"), format!("没有终端可用：{why}"))
        }
        Unmodelled::NoInput(path, why) => {
            let (path, why) = (path.display(), said_by_the_system(language, why));
            language.say(format!("{path}: {why}"), format!("{path}：{why}"))
        }
        Unmodelled::DoesNotStart(name, why) => {
            let why = said_by_the_system(language, why);
            language.say(format!("{name} does not start: {why}"), format!("{name} 无法启动：{why}"))
        }
        Unmodelled::Untraceable(name) => language.say(
            format!(
                "{name} may not be traced: the system forbids ptrace or seccomp here, as some \
                 containers do."
            ),
            format!("无法跟踪 {name}：这里的系统禁止 ptrace 或 seccomp，有些容器就是这样。"),
        ),
        Unmodelled::Calls(call) => language.say(
            format!("It makes the system call {call}, which is not modelled here."),
            format!("程序使用了系统调用 {call}，这里没有对它建模。"),
        ),
        Unmodelled::WaitsIn(call) => language.say(
            format!("A process waits in the system call {call}, which is not modelled here."),
            format!("一个进程在系统调用 {call} 中等待，这里没有对它建模。"),
        ),
        Unmodelled::PriorityLocks => language.say(
            "It uses locks that inherit priorities, which are not modelled here.",
            "程序使用了优先级继承的锁，这里没有对它建模。",
        ),
        Unmodelled::Stops => language.say(
            "A process stops itself or another one with a signal, which is not modelled here.",
            "一个进程用信号暂停自己或另一个进程，这里没有对它建模。",
        ),
        Unmodelled::Groups => language.say(
            "It sends a signal to a group of processes, which is not modelled here.",
            "程序向一组进程发送信号，这里没有对它建模。",
        ),
        Unmodelled::Computes(seconds) => language.say(
            format!(
                "A process computes for {seconds} seconds and neither prints nor sleeps nor ends: give \
                 it less to do."
            ),
            format!("一个进程计算了 {seconds} 秒，既不打印也不休眠或结束：请减少它的工作量。"),
        ),
        Unmodelled::Idles(name) => language.say(
            format!(
                "{name} sleeps or looks at something again and again without printing or ending: such \
                 a program has no schedules that could be tried."
            ),
            format!("{name} 反复休眠或查看，既不打印也不结束：这样的程序没有可以检查的调度。"),
        ),
        Unmodelled::TooMany(most) => language.say(
            format!("It starts more than {most} processes and threads: have it start fewer."),
            format!("程序启动的进程和线程超过 {most} 个：请让它少启动一些。"),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_is_exact_up_to_a_million() {
        let number = |count| super::number(Language::English, count);
        assert_eq!(number(999_999), "999999");
        assert_eq!(number(1_000_000), "about 1.0 × 10⁶");
        assert_eq!(number(36_123_456_789), "about 3.6 × 10¹⁰");
        assert_eq!(number(Count::MAX), "more than 3.4 × 10³⁸");
        assert_eq!(super::number(Language::Chinese, 1_000_000), "约 1.0 × 10⁶");
    }

    #[test]
    fn the_words_of_completeness_are_four() {
        let say = |completeness| super::completeness(Language::English, completeness);
        assert_eq!(say(Completeness::All), "all schedules");
        assert_eq!(say(Completeness::AllWithin(1)), "all with at most 1 switch");
        assert_eq!(say(Completeness::AllWithin(4)), "all with at most 4 switches");
        assert_eq!(say(Completeness::Drawn(50)), "50 drawn at random");
        assert_eq!(say(Completeness::Stopped(Duration::from_millis(2_000))), "stopped after 2 s");
        assert_eq!(say(Completeness::Stopped(Duration::from_millis(510))), "stopped after 0.6 s");
    }
}
