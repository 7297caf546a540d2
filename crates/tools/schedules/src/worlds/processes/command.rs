//! The answer to a question about the processes of a program: first what one sees, then what is certain.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::io::{self, Write};
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Arc, OnceLock};

use super::{Options, Processes, Sleeps};
use crate::answer::{Question, Verdict};
use crate::prints::Prints;
use serde_json::json as object;

use crate::search::{Ending, Findings};
use crate::tell::json::json;
use crate::tell::report::Subject;
use crate::tell::words::{self, Language};
use crate::world::{End, Fault, Finish, Plan, Unmodelled, World};

/// So many facts about which line comes before which are told at most.
const ORDERS: usize = 8;

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
    /// The file that the program reads from stdin.
    pub stdin: Option<PathBuf>,
    /// Leaves out who comes first to what several processes use: the opposite of
    /// [`Options::contended`].
    pub in_turn: bool,
    /// The program's print statements and its sources, as far as they are known.
    pub source: Rc<Prints>,
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
        eprintln!("{}{}", language.say("error: ", "错误："), words::fault(language, fault));
        Ok(if fault.is_refusal() { Verdict::None } else { Verdict::Unfinished })
    };
    let mut options = Options {
        sleeps: asked.sleeps.unwrap_or_default(),
        prints: asked.prints,
        contended: !asked.in_turn,
        stdin: asked.stdin.clone(),
        interrupt: interrupt(),
        ..Options::default()
    };
    // One run says whether the program can be run here at all, and whether it has an end.
    let first = Processes::new(command.to_vec(), options.clone())
        .and_then(|mut world| world.run(&Plan::default()));
    match first {
        Err(fault) => return refuse(&fault),
        Ok(run) if matches!(run.finish, Finish::Ended(End::CutOff(_))) => {
            if run.output.is_empty() {
                return refuse(&Fault::Unmodelled(Unmodelled::Idles(name.to_string())));
            }
            options.prints.get_or_insert(PRINTS);
        }
        Ok(_) => {}
    }
    let mut world = match Processes::new(command.to_vec(), options.clone()) {
        Ok(world) => world.with_prints(Rc::clone(&asked.source)),
        Err(fault) => return refuse(&fault),
    };
    let findings = searched(question, &mut world);
    if let Some(fault) = findings.fault.as_ref().filter(|_| findings.endings.is_empty()) {
        return refuse(fault);
    }
    let endless = options.prints.is_some() && asked.prints.is_none();
    let verdict = verdict(question, &findings, endless);
    let sources = asked.source.sources();
    let remarks = remarks(language, &options);
    let subject = Subject { name, sources: &sources, remarks: &remarks };
    let stopped = || options.interrupt.load(SeqCst);
    let also = asked.sleeps.is_none() && !question.play && question.html.is_none();
    if question.json {
        let mut told = json(name, &mut world, &findings);
        told["sleeps"] = object!(options.sleeps.name());
        drop(world);
        let second =
            if also && !stopped() { search_any(command, &options, question) } else { None };
        if let Some(findings) = &second {
            told["certain"] = object!({
                "sleeps": Sleeps::Any.name(),
                "complete": words::completeness(Language::English, findings.completeness),
                "endings": findings.outputs(),
                "facts": if findings.complete() { facts(Language::English, findings) } else { vec![] },
            });
        }
        writeln!(output, "{told}")?;
        let second = second.map(|findings| self::verdict(question, &findings, endless));
        return Ok(second.map_or(verdict, |second| verdict.worse(second)));
    }
    question.tell(&subject, &mut world, &findings, output)?;
    output.flush()?;
    drop(world);
    if also
        && !stopped()
        && let Some(findings) = search_any(command, &options, question)
    {
        let certain = certain(language, &findings);
        write!(output, "\n{}", question.reader().lines(&certain, 4))?;
        return Ok(verdict.worse(self::verdict(question, &findings, endless)));
    }
    Ok(verdict)
}

/// Searches the program where a sleep guarantees nothing.
fn search_any(command: &[OsString], options: &Options, question: &Question) -> Option<Findings> {
    let options = Options { sleeps: Sleeps::Any, ..options.clone() };
    let mut world = Processes::new(command.to_vec(), options).ok()?;
    Some(searched(question, &mut world))
}

/// What is found of processes, without counts of schedules: a few random programs in a hundred have
/// others than the plain search, though the same endings.
fn searched(question: &Question, world: &mut Processes) -> Findings {
    let mut findings = question.search(world);
    findings.forget_counts();
    findings
}

/// That a program was stopped after so many prints is no fault of its own if that was asked for. A
/// program that the tool has stopped has no end, as far as is known.
fn verdict(question: &Question, findings: &Findings, endless: bool) -> Verdict {
    let stopped = |ending: &Ending| matches!(ending.end, End::Bounded(_));
    match question.verdict(findings) {
        _ if question.play || question.html.is_some() => Verdict::Good,
        _ if endless && findings.endings.keys().any(stopped) => Verdict::Bad,
        verdict => verdict,
    }
}

/// Set for good when somebody presses Ctrl-C: what was found so far is said then.
pub(crate) fn interrupt() -> Arc<AtomicBool> {
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
    let sleeps = words::sleeps(language, options.sleeps);
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
    let number = findings.endings.len();
    let endings = language.count(&number.to_string(), "ending", "种结局");
    if !findings.complete() {
        let how = words::completeness(language, findings.completeness);
        let mut text = language.say(
            format!(
                "Where a sleep guarantees nothing: {endings}, {how}. What is certain is not known.\n"
            ),
            format!("睡眠不保证任何顺序时：{how}，{endings}。什么是一定的，尚不清楚。\n"),
        );
        if let Some(fault) = &findings.fault {
            text += &(words::fault(language, fault) + "\n");
        }
        return text;
    }
    if number == 1 {
        let bounded = findings.endings.keys().any(|one| matches!(one.end, End::Bounded(_)));
        return if bounded {
            language.say(
                "Certain, even where a sleep guarantees nothing: up to there it has no other way.\n",
                "即使睡眠不保证任何顺序，到停止处为止也没有别的可能。\n",
            )
        } else {
            language.say(
                "Certain, even where a sleep guarantees nothing: it has no other ending.\n",
                "即使睡眠不保证任何顺序，也没有别的结局。\n",
            )
        };
    }
    let all =
        language.say(format!("In all {number} endings"), format!("在全部 {number} 种结局中，"));
    let blank = language.say(" ", "");
    let mut text = language.say(
        "What is certain, even where a sleep guarantees nothing:\n",
        "即使睡眠不保证任何顺序，也一定成立：\n",
    );
    let facts = facts(language, findings);
    if facts.is_empty() {
        text += &language.say(
            format!("  nothing of what it prints: there are {endings}.\n"),
            format!("  没有：共有 {endings}。\n"),
        );
    }
    for fact in facts {
        let stop = language.say(".", "。");
        text += &format!("  {all}{blank}{fact}{stop}\n");
    }
    text
}

/// What is the same in all endings, one clause each.
fn facts(language: Language, findings: &Findings) -> Vec<String> {
    let outputs: Vec<Vec<&str>> =
        findings.endings.keys().map(|ending| ending.output.lines().collect()).collect();
    let Some((one, others)) = outputs.split_first() else { return Vec::new() };
    // Of a program that was stopped nobody knows what it prints later.
    let whole = !findings.endings.keys().any(|ending| matches!(ending.end, End::Bounded(_)));
    let mut facts = Vec::new();
    if others.iter().all(|other| other == one) {
        facts.push(match one.len() {
            0 => language.say("it prints nothing", "什么也不打印"),
            lines => {
                let lines = language.count(&lines.to_string(), "line", "行");
                let first = if whole { "" } else { "first " };
                let start = if whole { "" } else { "最先" };
                language.say(
                    format!("it prints the same {first}{lines} in the same order"),
                    format!("{start}打印的是同样的 {lines}，顺序也相同"),
                )
            }
        });
    } else {
        let same = |which: fn(&Vec<&str>) -> Option<String>| {
            let mine = which(one)?;
            others.iter().all(|other| which(other).as_ref() == Some(&mine)).then_some(mine)
        };
        let first = same(|lines| lines.first().map(|line| (*line).to_string()));
        let last = same(|lines| lines.last().map(|line| (*line).to_string())).filter(|_| whole);
        if let Some(line) = &first {
            facts.push(language.say(format!("{line} comes first"), format!("{line} 最先")));
        }
        if let Some(line) = &last {
            facts.push(language.say(format!("{line} comes last"), format!("{line} 最后")));
        }
        let ends = [first, last];
        let inner = |line: &str| !ends.iter().flatten().any(|end| end == line);
        for (before, after) in orders(&outputs, inner) {
            facts.push(
                language.say(
                    format!("{before} comes before {after}"),
                    format!("{before} 先于 {after}"),
                ),
            );
        }
        let sorted = |lines: &[&str]| {
            let mut lines: Vec<String> = lines.iter().map(|line| (*line).to_string()).collect();
            lines.sort();
            lines
        };
        if whole && others.iter().all(|other| sorted(other) == sorted(one)) {
            let lines = language.count(&one.len().to_string(), "line", "行");
            facts.push(
                language
                    .say(format!("it prints the same {lines}"), format!("打印的是同样的 {lines}")),
            );
        }
    }
    let ends: BTreeSet<&End> = findings.endings.keys().map(|ending| &ending.end).collect();
    let code = match ends.first() {
        Some(End::Returned) => Some(0),
        Some(End::Exited(code)) => Some(*code),
        _ => None,
    };
    if let Some(code) = code.filter(|_| ends.len() == 1) {
        facts.push(language.say(format!("the exit code is {code}"), format!("退出码是 {code}")));
    }
    facts
}

/// Pairs of lines of which the one comes before the other in all outputs: lines that each output has
/// once, without the pairs that follow from others, and not more than a reader wants.
fn orders<'a>(outputs: &[Vec<&'a str>], wanted: impl Fn(&str) -> bool) -> Vec<(&'a str, &'a str)> {
    let once = |line: &&&str| {
        let line = **line;
        let times = |lines: &Vec<&str>| lines.iter().filter(|&&other| other == line).count();
        wanted(line) && !line.trim().is_empty() && outputs.iter().all(|lines| times(lines) == 1)
    };
    let lines: Vec<&str> = outputs[0].iter().filter(once).copied().collect();
    let places: Vec<BTreeMap<&str, usize>> = outputs
        .iter()
        .map(|lines| lines.iter().enumerate().map(|(at, line)| (*line, at)).collect())
        .collect();
    let before = |one: &str, two: &str| places.iter().all(|places| places[one] < places[two]);
    let mut orders = Vec::new();
    for one in &lines {
        for two in lines.iter().filter(|two| before(one, two)) {
            let follows = lines.iter().any(|other| before(one, other) && before(other, two));
            if !follows {
                orders.push((*one, *two));
            }
        }
    }
    orders.truncate(ORDERS);
    orders
}
