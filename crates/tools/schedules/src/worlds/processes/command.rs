//! The answer to a question about the processes of a program: first what one sees, then what is certain.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Arc, OnceLock};

use super::{Options, Processes, Sleeps};
use crate::answer::{Question, Verdict};
use crate::search::Findings;
use crate::tell::report::Subject;
use crate::tell::source::Sources;
use crate::tell::words::{self, Language};
use crate::world::{End, Fault, Finish, Plan, World};

/// How many prints are tried of a program that has no end.
const PRINTS: usize = 6;

/// What is asked about processes besides what is asked of any program.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// What a sleep promises. `None` for what one sees and then what is certain.
    pub sleeps: Option<Sleeps>,
    /// After so many prints the program is stopped. `None` for a number of the tool's where it has no
    /// end of its own.
    pub prints: Option<usize>,
    /// Leaves out who comes first to what several processes use: the opposite of
    /// [`Options::contended`].
    pub in_turn: bool,
}

/// Answers a question about the program of this command.
///
/// # Errors
///
/// When `output` cannot be written, or a game's input not be read.
pub fn answer(
    name: &str,
    command: &[OsString],
    asked: &Asked,
    question: &Question,
    output: &mut dyn Write,
) -> io::Result<Verdict> {
    let language = question.language();
    let refuse = |fault: &Fault| {
        eprintln!("{}: {}", language.say("error", "错误"), fault);
        Ok(Verdict::None)
    };
    let mut options = Options {
        sleeps: asked.sleeps.unwrap_or_default(),
        prints: asked.prints,
        contended: !asked.in_turn,
        interrupt: interrupt(),
        ..Options::default()
    };
    // One run says whether the program can be run here at all, and whether it has an end.
    let first = Processes::new(command.to_vec(), options.clone())
        .and_then(|mut world| world.run(&Plan::default()));
    match first {
        Err(fault) => return refuse(&fault),
        Ok(run) if matches!(run.finish, Finish::Ended(End::CutOff(_))) => {
            options.prints.get_or_insert(PRINTS);
        }
        Ok(_) => {}
    }
    let mut world = match Processes::new(command.to_vec(), options.clone()) {
        Ok(world) => world,
        Err(fault) => return refuse(&fault),
    };
    let findings = question.search(&mut world);
    if let Some(fault) = findings.fault.as_ref().filter(|_| findings.endings.is_empty()) {
        return refuse(fault);
    }
    let sources = Sources::default();
    let remarks = remarks(language, &options);
    let subject = Subject { name, sources: &sources, remarks: &remarks };
    question.tell(&subject, &mut world, &findings, output)?;
    drop(world);
    let stopped = options.interrupt.load(SeqCst);
    let told_at_once = question.json || question.play || question.html.is_some();
    if asked.sleeps.is_none() && !told_at_once && !stopped {
        let options = Options { sleeps: Sleeps::Any, ..options };
        if let Ok(mut world) = Processes::new(command.to_vec(), options) {
            write!(output, "\n{}", certain(language, &question.search(&mut world)))?;
        }
    }
    if let Some(fault) = &findings.fault {
        eprintln!("{fault}");
    }
    Ok(verdict(question, &findings))
}

/// That a program was stopped after so many prints is no fault of its own.
fn verdict(question: &Question, findings: &Findings) -> Verdict {
    let mut findings = findings.clone();
    findings.endings.retain(|ending, _| !matches!(ending.end, End::Bounded(_)));
    question.verdict(&findings)
}

/// Set for good when somebody presses Ctrl-C: what was found so far is said then.
fn interrupt() -> Arc<AtomicBool> {
    static PRESSED: OnceLock<Arc<AtomicBool>> = OnceLock::new();
    let pressed = PRESSED.get_or_init(|| {
        let pressed = Arc::<AtomicBool>::default();
        let set = Arc::clone(&pressed);
        // Where another part of the tool has a handler, that one decides.
        let _ = ctrlc::try_set_handler(move || {
            if set.swap(true, SeqCst) {
                std::process::exit(130);
            }
        });
        pressed
    });
    Arc::clone(pressed)
}

/// What decided the world, and what a sleep promises in it. One line, or two.
fn remarks(language: Language, options: &Options) -> String {
    let sleeps = match options.sleeps {
        Sleeps::Instant => language
            .say("a sleep ends when nothing else can go on", "睡眠在其他进程都无法继续时才结束"),
        Sleeps::Ordered => {
            language.say("sleeps end in the order of their times", "睡眠按时间先后结束")
        }
        Sleeps::Any => language.say("a sleep guarantees nothing", "睡眠不保证任何顺序"),
    };
    let mut remarks = language.say(
        format!("It is run as it is; its processes go one at a time, and {sleeps}.\n"),
        format!("程序原样运行；它的进程一次只走一个，{sleeps}。\n"),
    );
    if let Some(prints) = options.prints {
        remarks += &language.say(
            format!("After {prints} prints it is stopped.\n"),
            format!("打印 {prints} 次后停止。\n"),
        );
    }
    remarks
}

/// What holds in all endings, where a sleep guarantees nothing.
pub fn certain(language: Language, findings: &Findings) -> String {
    let endings = findings.endings.len();
    let count = language.count(&endings.to_string(), "ending", "种结局");
    if !findings.complete() {
        let how = words::completeness(language, findings.completeness);
        return language.say(
            format!(
                "Where a sleep guarantees nothing: {count}, {how}. What is certain is not known.\n"
            ),
            format!("睡眠不保证任何顺序时：{count}，{how}。什么是一定的，尚不清楚。\n"),
        );
    }
    let mut text = language.say(
        format!("Certain, also where a sleep guarantees nothing ({count}):\n"),
        format!("即使睡眠不保证任何顺序也一定成立（{count}）：\n"),
    );
    let facts = facts(language, findings);
    if facts.is_empty() {
        text += &language.say("  nothing\n", "  没有\n");
    }
    for fact in facts {
        text += &format!("  {fact}\n");
    }
    text
}

/// What is the same in all endings: each fact is a line.
fn facts(language: Language, findings: &Findings) -> Vec<String> {
    let outputs: Vec<Vec<&str>> =
        findings.endings.keys().map(|ending| ending.output.lines().collect()).collect();
    let Some((one, others)) = outputs.split_first() else { return Vec::new() };
    let mut facts = Vec::new();
    if others.iter().all(|other| other == one) && !one.is_empty() {
        facts.push(language.say("what it prints, line by line", "打印的每一行"));
    } else {
        let same = |which: fn(&Vec<&str>) -> Option<String>| {
            let mine = which(one)?;
            others.iter().all(|other| which(other).as_ref() == Some(&mine)).then_some(mine)
        };
        if let Some(line) = same(|lines| lines.first().map(|line| (*line).to_string())) {
            facts.push(language.say(format!("{line} comes first"), format!("{line} 最先")));
        }
        if let Some(line) = same(|lines| lines.last().map(|line| (*line).to_string())) {
            facts.push(language.say(format!("{line} comes last"), format!("{line} 最后")));
        }
        let sorted = |lines: &[&str]| {
            let mut lines: Vec<String> = lines.iter().map(|line| (*line).to_string()).collect();
            lines.sort();
            lines
        };
        if others.iter().all(|other| sorted(other) == sorted(one)) {
            let lines = language.count(&one.len().to_string(), "line", "行");
            facts.push(
                language
                    .say(format!("it prints the same {lines}"), format!("打印的是同样的 {lines}")),
            );
        }
    }
    let ends: BTreeSet<&End> = findings.endings.keys().map(|ending| &ending.end).collect();
    match ends.first() {
        Some(End::Returned) if ends.len() == 1 => {
            facts.push(language.say("its exit code is 0", "退出码是 0"));
        }
        Some(End::Exited(code)) if ends.len() == 1 => {
            facts
                .push(language.say(format!("its exit code is {code}"), format!("退出码是 {code}")));
        }
        _ => {}
    }
    facts
}
