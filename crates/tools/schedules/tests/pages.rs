//! What the pages of the thread lessons say of *always*, *may vary* and *never* is so in the sets of all
//! endings.
//!
//! A page speaks of the lesson as it stands, and the sets are those of its small program. Both are the same
//! source with another number in it, `n` here. So what a page says is written once, with `n` in it: with
//! the lesson's number it must stand on the page, and with the small one it is checked.

use std::collections::BTreeSet;

use schedules::answer::Question;
use schedules::both::{Both, How};
use schedules::lessons::{LESSONS, find};
use schedules::search::{Ending, classes};
use schedules::world::End;

use Check::{Aside, Every, Never, Possible};
use Line::{Always, MayVary, NeverSo};

/// One of the three lines of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Line {
    Always,
    MayVary,
    NeverSo,
}

impl Line {
    /// How it begins in each book.
    fn begins(self) -> [&'static str; 2] {
        match self {
            Always => ["- **一定**", "- **Always**"],
            MayVary => ["- **可能不同**", "- **May vary**"],
            NeverSo => ["- **绝不会**", "- **Never**"],
        }
    }
}

/// Whether an ending is one that is spoken of, given `n` in the small program.
type Fits = fn(&Ending, i64) -> bool;

/// What must be so of the endings of the small program.
#[derive(Clone, Copy)]
enum Check {
    Every(Fits),
    /// One at least.
    Possible(Fits),
    Never(Fits),
    /// No output of the program, but this.
    Aside(&'static str),
}

/// What the pages say, in Chinese and in English, and what is to be checked.
struct Said {
    line: Line,
    texts: [&'static str; 2],
    check: Check,
}

const fn said(line: Line, texts: [&'static str; 2], check: Check) -> Said {
    Said { line, texts, check }
}

/// What both books say in the same characters.
const fn same(line: Line, text: &'static str, check: Check) -> Said {
    said(line, [text, text], check)
}

const TIME: Check = Aside("a length of time");
const RUNS: Check = Aside("counted in runs on one machine");
const WHY: Check = Aside("a step of the reason");

/// A lesson, what stands before `n` in its source, and what its pages say.
struct Page {
    lesson: &'static str,
    before_n: &'static str,
    says: &'static [Said],
}

const PAGES: &[Page] = &[
    Page {
        lesson: "bank_deadlock",
        before_n: "THREADS: i64 = ",
        says: &[
            same(
                Always,
                "`ann {100+n/2} + bob {100-n/2} = 200`",
                Every(|ending, n| ending.output.ends_with(&sum(n)) != is_stuck(ending)),
            ),
            said(
                Always,
                [
                    "有一个线程拿着 ann 等 bob，另一个正好相反",
                    "holds ann and waits for bob, another the other way round",
                ],
                Every(|ending, _| {
                    !is_stuck(ending)
                        || ["ann and waits for bob.", "bob and waits for ann."]
                            .iter()
                            .all(|line| ending.output.contains(line))
                }),
            ),
            said(Always, ["2 秒", "2 s"], TIME),
            said(
                Always,
                ["退出码是 1", "exit code 1"],
                Every(|ending, _| ending.end == End::Returned || is_stuck(ending)),
            ),
            said(MayVary, ["100 次，100 次", "100 of 100 runs"], RUNS),
            said(MayVary, ["都是死锁", "the deadlock"], Possible(|ending, _| is_stuck(ending))),
            said(
                MayVary,
                ["是哪一种", "which:"],
                Possible(|ending, n| {
                    ending.output.ends_with(&sum(n)) && ending.end == End::Returned
                }),
            ),
            said(NeverSo, ["别的总和", "another sum"], Never(another_sum)),
        ],
    },
    Page {
        lesson: "bank_deposit",
        before_n: "DEPOSITS: usize = ",
        says: &[
            same(
                Always,
                "`++++++++ {n}`",
                Every(|ending, n| ending.output == format!("++++++++ {n}\n")),
            ),
            said(Always, ["0.1 秒", "0.1 s"], TIME),
            said(Always, ["1 毫秒", "1 ms"], TIME),
            said(NeverSo, ["少于 {n}", "less than {n}"], Never(|ending, n| last(ending) < n)),
            // The program's last assertion is about this.
            said(
                NeverSo,
                ["转出账户里没有的钱", "a transfer of money that is not there"],
                Never(|ending, _| ending.end != End::Returned),
            ),
        ],
    },
    Page {
        lesson: "bank_lock",
        before_n: "DEPOSITS: i64 = ",
        says: &[
            same(
                Always,
                "`账户余额：{n} 元`",
                Every(|ending, n| ending.output == format!("账户余额：{n} 元\n")),
            ),
            said(Always, ["10 毫秒", "10 ms"], TIME),
            said(NeverSo, ["少于 {n}", "less than {n}"], Never(|ending, n| last(ending) < n)),
        ],
    },
    Page {
        lesson: "bank_no_lock",
        before_n: "DEPOSITS: i64 = ",
        says: &[
            said(
                Always,
                ["1 到 {n}", "from 1 to {n}"],
                Every(|ending, n| (1..=n).contains(&last(ending))),
            ),
            said(MayVary, ["少于 {n}", "less than {n}"], Possible(|ending, n| last(ending) < n)),
            said(MayVary, ["10 毫秒", "10 ms"], TIME),
            same(NeverSo, "0", Never(|ending, _| last(ending) == 0)),
            said(NeverSo, ["加了 1", "added 1"], WHY),
        ],
    },
    Page {
        lesson: "bank_transfer",
        before_n: "THREADS: i64 = ",
        says: &[
            said(
                Always,
                [
                    "十行 `… holds ann and waits for bob.`",
                    "ten lines `… holds ann and waits for bob.`",
                ],
                Every(|ending, n| {
                    ending.output.matches(" holds ann and waits for bob.\n").count() as i64 == n
                }),
            ),
            same(
                Always,
                "`ann {100+n/2} + bob {100-n/2} = 200`",
                Every(|ending, n| ending.output.ends_with(&sum(n))),
            ),
            said(
                MayVary,
                ["十行的先后", "the order of the ten lines"],
                Possible(|ending, _| !ending.output.starts_with("Thread-1 ")),
            ),
            same(
                NeverSo,
                "`… holds bob and waits for ann.`",
                Never(|ending, _| ending.output.contains("holds bob and waits for ann.")),
            ),
            said(NeverSo, ["总和也不会变", "another sum"], Never(another_sum)),
        ],
    },
    Page {
        lesson: "change_it",
        before_n: "ROUNDS: usize = ",
        says: &[
            same(Always, "`balance = 0`", Every(|ending, _| ending.output == "balance = 0\n")),
            said(Always, ["0.2 秒", "0.2 s"], TIME),
            said(Always, ["1 毫秒", "1 ms"], TIME),
            said(NeverSo, ["别的数", "another number"], Never(|ending, _| last(ending) != 0)),
        ],
    },
    // A round begins when the one before has ended, and what it adds does not depend on the balance. So
    // the most that `n` rounds can leave is `n` times the most that one leaves.
    Page {
        lesson: "change_it_no_lock",
        before_n: "ROUNDS: usize = ",
        says: &[
            said(
                Always,
                ["-{8n} 到 {8n}", "from -{8n} to {8n}"],
                Every(|ending, n| (-8 * n..=8 * n).contains(&last(ending))),
            ),
            said(
                Always,
                ["每轮最多差 8", "by 8 at the most"],
                Every(|ending, n| last(ending).abs() <= 8 * n),
            ),
            said(MayVary, ["剩 5", "it is 5"], Possible(|ending, _| last(ending) == 5)),
            said(MayVary, ["或 8", "or 8"], Possible(|ending, _| last(ending) == 8)),
            said(MayVary, ["有的轮剩 0", "of some 0"], Possible(|ending, _| last(ending) == 0)),
            same(MayVary, "-5", Possible(|ending, _| last(ending) == -5)),
            same(MayVary, "-8", Possible(|ending, _| last(ending) == -8)),
            same(MayVary, "`balance = 0`", Possible(|ending, _| ending.output == "balance = 0\n")),
            same(NeverSo, "13", Never(|ending, _| last(ending) == 13)),
        ],
    },
    Page {
        lesson: "lost_updates",
        before_n: "ROUNDS: u32 = ",
        says: &[
            same(Always, "`counted`", Every(|ending, _| ending.output.contains("\ncounted: "))),
            same(Always, "`lost`", Every(|ending, _| ending.output.contains("\nlost: "))),
            said(
                Always,
                ["加起来是 {2n}", "add up to {2n}"],
                Every(|ending, n| counted(ending) + last(ending) == 2 * n),
            ),
            said(
                Always,
                ["`expected`", "expected"],
                Every(|ending, n| ending.output.starts_with(&format!("expected: {}\n", 2 * n))),
            ),
            said(
                MayVary,
                ["100 次，从 466078 到 1019148", "100 runs here it was 466078 to 1019148"],
                RUNS,
            ),
            same(
                MayVary,
                "`lost: 0`",
                Possible(|ending, _| ending.output.ends_with("\nlost: 0\n")),
            ),
            said(
                NeverSo,
                ["`counted` 小于 2", "`counted` under 2"],
                Never(|ending, _| counted(ending) < 2),
            ),
            said(NeverSo, ["写 0", "writes 0"], WHY),
            said(NeverSo, ["读到 1", "read 1"], WHY),
        ],
    },
    Page {
        lesson: "ping_pong_threads",
        before_n: "LIMIT: u32 = ",
        says: &[
            said(
                Always,
                ["相加是 {n} 或 {n+1}", "add up to {n} or {n+1}"],
                Every(|ending, n| [n, n + 1].contains(&words(ending))),
            ),
            said(
                Always,
                ["每个词真的打印了那么多次", "each word was printed as often as its line says"],
                Every(|ending, _| ["ping", "pong"].iter().all(|word| printed(ending, word).1)),
            ),
            said(
                MayVary,
                ["会不会是 {n+1}", "whether it is {n+1}"],
                Possible(|ending, n| words(ending) == n + 1),
            ),
            said(
                MayVary,
                ["打印了全部 {n} 次", "print all {n}"],
                Possible(|ending, n| {
                    printed(ending, "ping").0 == n && printed(ending, "pong").0 == 0
                }),
            ),
            said(MayVary, ["200 次，有 195 次", "195 of 200"], RUNS),
            said(MayVary, ["40 次，有 28 次", "28 of 40"], RUNS),
            same(NeverSo, "{n+2}", Never(|ending, n| words(ending) >= n + 2)),
            said(
                NeverSo,
                [
                    "3.10 起 `count += 1` 碰巧是一步",
                    "since 3.10, where `count += 1` happens to be one step",
                ],
                Aside("what the search of the program in Python is told"),
            ),
            said(
                NeverSo,
                ["断开的词", "a torn word"],
                Never(|ending, _| is_torn(ending, &["ping", "pong"])),
            ),
            said(NeverSo, ["计数到了 {n-1}", "the count is {n-1}"], WHY),
        ],
    },
    Page {
        lesson: "print_thread",
        before_n: "\"Ping\", ",
        says: &[
            said(
                Always,
                ["{n} 个 `Ping`", "{n} times `Ping`"],
                Every(|ending, n| ending.output.matches("Ping").count() as i64 == n),
            ),
            said(
                Always,
                ["{2n} 个 `pong`", "{2n} times `pong`"],
                Every(|ending, n| ending.output.matches("pong").count() as i64 == 2 * n),
            ),
            said(
                Always,
                ["{12n} 字节", "{12n} bytes"],
                Every(|ending, n| ending.output.len() as i64 == 12 * n),
            ),
            same(NeverSo, "`Pipong`", Never(|ending, _| ending.output.contains("Pipong"))),
            said(
                NeverSo,
                ["断开的词", "a torn word"],
                Never(|ending, _| is_torn(ending, &["Ping", "pong"])),
            ),
            same(NeverSo, "`print!`", Aside("a line of the program")),
        ],
    },
    Page {
        lesson: "shared_counter",
        before_n: "ROUNDS: u32 = ",
        says: &[
            same(Always, "`{2n}`", Every(|ending, n| ending.output == format!("{}\n", 2 * n))),
            said(NeverSo, ["别的数", "anything else"], Never(|ending, n| last(ending) != 2 * n)),
        ],
    },
    Page {
        lesson: "thread_order",
        before_n: "THREADS: u32 = ",
        says: &[
            said(
                Always,
                ["五行，每个名字一次", "five lines, each name once"],
                Every(each_name_once),
            ),
            said(
                MayVary,
                ["顺序", "the order"],
                Possible(|ending, _| !ending.output.starts_with("Thread-1\n")),
            ),
            said(
                NeverSo,
                ["某个名字重复、缺失或断开", "a name twice, missing or torn"],
                Never(|ending, n| !each_name_once(ending, n)),
            ),
        ],
    },
];

/// The numbers in a text, without the sign.
fn numbers(text: &str) -> Vec<i64> {
    let digits = text.split(|c: char| !c.is_ascii_digit());
    digits.filter_map(|number| number.parse().ok()).collect()
}

/// The number at the end of what was printed.
fn last(ending: &Ending) -> i64 {
    let words = ending.output.split(|c: char| !c.is_ascii_digit() && c != '-');
    words.filter_map(|number| number.parse().ok()).next_back().expect("a number is printed")
}

/// The line of two accounts when `n` threads have paid each other.
fn sum(n: i64) -> String {
    format!("ann {} + bob {} = 200\n", 100 + n / 2, 100 - n / 2)
}

/// Whether accounts were shown that do not hold what `n` threads leave in them.
fn another_sum(ending: &Ending, n: i64) -> bool {
    ending.output.contains(" = ") && !ending.output.ends_with(&sum(n))
}

/// Whether the watchdog has ended the program.
fn is_stuck(ending: &Ending) -> bool {
    ending.end == End::Exited(1) && ending.output.ends_with("probably a deadlock.\n")
}

fn counted(ending: &Ending) -> i64 {
    numbers(&ending.output)[1]
}

/// How many words ping_pong_threads says that it has printed.
fn words(ending: &Ending) -> i64 {
    printed(ending, "ping").0 + printed(ending, "pong").0
}

/// How often ping_pong_threads says that it has printed a word, and whether it has.
fn printed(ending: &Ending, word: &str) -> (i64, bool) {
    let line = ending.output.split_once(&format!("{word}打印了")).expect("each thread says it").1;
    let says = numbers(line)[0];
    // The word itself stands once more in that line.
    (says, ending.output.matches(word).count() as i64 == says + 1)
}

/// Whether something else was printed than these words and whole lines about them.
fn is_torn(ending: &Ending, words: &[&str]) -> bool {
    let mut rest = ending.output.clone();
    for word in words {
        rest = rest.replace(word, "");
    }
    rest.lines()
        .any(|line| !(line.is_empty() || line.starts_with("打印了") && line.ends_with("次")))
}

fn each_name_once(ending: &Ending, n: i64) -> bool {
    let mut lines: Vec<_> = ending.output.lines().map(str::to_owned).collect();
    lines.sort();
    lines == (1..=n).map(|number| format!("Thread-{number}")).collect::<Vec<_>>()
}

/// The number behind these words in a source.
fn number_behind(source: &str, words: &str) -> i64 {
    let (_, behind) = source.split_once(words).unwrap_or_else(|| panic!("no `{words}`"));
    let digits = behind.chars().take_while(|c| c.is_ascii_digit() || *c == '_');
    digits.filter(|c| *c != '_').collect::<String>().parse().unwrap()
}

/// What a page says, with a number for `n`.
fn with(text: &str, n: i64) -> String {
    let values = [
        ("{n}", n),
        ("{2n}", 2 * n),
        ("{8n}", 8 * n),
        ("{12n}", 12 * n),
        ("{n-1}", n - 1),
        ("{n+1}", n + 1),
        ("{n+2}", n + 2),
        ("{100+n/2}", 100 + n / 2),
        ("{100-n/2}", 100 - n / 2),
    ];
    let mut text = text.to_owned();
    for (name, value) in values {
        text = text.replace(name, &value.to_string());
    }
    assert!(!text.contains('{'), "{text}");
    text
}

/// One of the three lines of a page, without where its links lead and without commas in numbers.
fn line_of(page: &str, begins: &str) -> String {
    let line = page.lines().find(|line| line.starts_with(begins));
    let line = line.unwrap_or_else(|| panic!("no line begins with {begins}"));
    let mut parts = line.split("](");
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        text += part.split_once(')').map_or("", |(_, behind)| behind);
    }
    let characters: Vec<_> = text.chars().collect();
    let is_in_number = |at: usize| {
        let digit = |at: usize| characters.get(at).is_some_and(char::is_ascii_digit);
        characters[at] == ',' && at > 0 && digit(at - 1) && digit(at + 1)
    };
    (0..characters.len()).filter(|at| !is_in_number(*at)).map(|at| characters[at]).collect()
}

/// What is wrong with one of the lines of a page: something in the table that it does not say, or an
/// output that is not in the table.
fn faults(line: &str, texts: &[String]) -> Vec<String> {
    let mut faults = Vec::new();
    let mut rest = line.to_owned();
    let mut longest_first: Vec<_> = texts.iter().collect();
    longest_first.sort_by_key(|text| std::cmp::Reverse(text.len()));
    for text in longest_first {
        match rest.contains(text) {
            true => rest = rest.replacen(text, "", 1),
            false => faults.push(format!("does not say: {text}")),
        }
    }
    if rest.contains(|c: char| c == '`' || c.is_ascii_digit()) {
        faults.push(format!("names an output that nothing checks: {rest}"));
    }
    faults
}

/// Which sentences are not so in a set of endings.
fn untrue(page: &Page, endings: &BTreeSet<Ending>) -> Vec<String> {
    let n = number_behind(find(page.lesson).unwrap().small.source, page.before_n);
    assert!(!endings.is_empty());
    let so = |check| match check {
        Every(fits) => endings.iter().all(|ending| fits(ending, n)),
        Possible(fits) => endings.iter().any(|ending| fits(ending, n)),
        Never(fits) => !endings.iter().any(|ending| fits(ending, n)),
        Aside(why) => !why.is_empty(),
    };
    let untrue = page.says.iter().filter(|said| !so(said.check));
    untrue.map(|said| format!("{}, {:?}: {}", page.lesson, said.line, said.texts[1])).collect()
}

#[test]
fn each_line_that_names_an_output_is_in_the_table() {
    let names: Vec<_> = PAGES.iter().map(|page| page.lesson).collect();
    assert_eq!(names, LESSONS.iter().map(|lesson| lesson.name).collect::<Vec<_>>());
    let mut wrong = Vec::new();
    for page in PAGES {
        let n = number_behind(find(page.lesson).unwrap().whole.source, page.before_n);
        for (book, language) in ["zh", "en"].into_iter().enumerate() {
            let path = format!("docs/{language}/src/{}.md", page.lesson);
            let text = std::fs::read_to_string(course::root().join(&path)).unwrap();
            for line in [Always, MayVary, NeverSo] {
                let said = page.says.iter().filter(|said| said.line == line);
                let texts: Vec<_> = said.map(|said| with(said.texts[book], n)).collect();
                let faults = faults(&line_of(&text, line.begins()[book]), &texts);
                wrong.extend(faults.iter().map(|fault| format!("{path}, {line:?}: {fault}")));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_the_pages_say_is_so_in_every_schedule() {
    let mut wrong = Vec::new();
    for page in PAGES {
        let lesson = find(page.lesson).unwrap();
        let findings = classes::all(&mut &lesson.small.program, std::time::Duration::MAX);
        assert!(findings.complete());
        wrong.extend(untrue(page, &findings.endings.keys().cloned().collect()));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Only of ping_pong_threads does a page say that it speaks of additions in one step.
#[test]
#[ignore = "needs python3"]
fn what_the_pages_say_is_so_in_python() {
    let question = Question { seconds: 600.0, ..Question::default() };
    let endings = |lesson: &str, one_step: bool| {
        let interpreter = std::env::var_os("SCHEDULES_PYTHON").map(Into::into);
        let how = How { one_step_additions: one_step, interpreter, ..How::default() };
        let both = Both::search(lesson, &question, &how).unwrap();
        assert!(both.complete());
        both.python.findings.endings.keys().cloned().collect::<BTreeSet<_>>()
    };
    let mut wrong = Vec::new();
    for page in PAGES {
        let one_step = page.lesson == "ping_pong_threads";
        wrong.extend(untrue(page, &endings(page.lesson, one_step)));
        if one_step {
            let without = untrue(page, &endings(page.lesson, false));
            assert!(without.iter().any(|said| said.ends_with("{n+2}")), "{without:?}");
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_line_that_says_more_or_less_than_the_table_is_found() {
    let texts = ["`balance = 0`".to_owned(), "0.2 s".to_owned()];
    assert!(faults("- **Always** `balance = 0`, after 0.2 s.", &texts).is_empty());
    for (line, fault) in [
        ("- **Always** `balance = 0`.", "does not say: 0.2 s"),
        ("- **Always** `balance = 0`, after 0.2 s, or 7.", "names an output"),
        ("- **Always** `balance = 0`, after 0.2 s, or `nothing`.", "names an output"),
        ("- **Always** `balance = 1`, after 0.2 s.", "does not say: `balance = 0`"),
    ] {
        let faults = faults(line, &texts);
        assert!(faults.iter().any(|found| found.contains(fault)), "{line}: {faults:?}");
    }
}

#[test]
fn a_sentence_that_is_not_so_is_found() {
    let page = &PAGES[1];
    let ending = |output: &str, end| Ending { output: output.to_owned(), end, uncaught: vec![] };
    let good = ending("++++++++ 2\n", End::Returned);
    assert!(untrue(page, &BTreeSet::from([good.clone()])).is_empty());
    let less = ending("++++++++ 1\n", End::Returned);
    assert_eq!(untrue(page, &BTreeSet::from([good, less])).len(), 2);
    // One that may come to pass must do so in some schedule.
    let all_good = BTreeSet::from([ending("账户余额：2 元\n", End::Returned)]);
    let page = PAGES.iter().find(|page| page.lesson == "bank_no_lock").unwrap();
    assert_eq!(untrue(page, &all_good), ["bank_no_lock, MayVary: less than {n}"]);
}
