//! The command as a student gives it to programs of processes: the report, the game, the data, both
//! languages of a lesson; and the exit codes, which are the same for all three worlds.
#![cfg(all(target_os = "linux", target_arch = "x86_64"))]

mod typed;

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::Command;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;
use typed::{command, schedules};

/// What is said on stdout, and the exit code.
fn said(arguments: &[&str], input: &str) -> (String, Option<i32>) {
    let output = schedules(arguments, input);
    assert!(output.stderr.is_empty(), "{arguments:?}: {output:?}");
    (String::from_utf8(output.stdout).unwrap(), output.status.code())
}

/// What is said on stderr, and the exit code.
fn refused(arguments: &[&str]) -> (String, Option<i32>) {
    let output = schedules(arguments, "");
    assert!(output.stdout.is_empty(), "{arguments:?}: {output:?}");
    (String::from_utf8(output.stderr).unwrap(), output.status.code())
}

fn json(arguments: &[&str]) -> Value {
    let (text, _) = said(arguments, "");
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// Two jobs that print, and a third line when both have ended.
const TWO: [&str; 3] = ["bash", "-c", "echo one & echo two; wait; echo three"];

/// A search that takes far longer than any test: each process prints twice in any order.
const LONG: [&str; 3] =
    ["bash", "-c", "for i in 1 2 3 4 5 6; do (echo $i; echo $i$i; echo $i$i$i) & done; wait"];

fn with<'a>(options: &[&'a str], program: &[&'a str]) -> Vec<&'a str> {
    options.iter().chain(program).copied().collect()
}

#[test]
fn play_is_an_argument_behind_a_program() {
    let (report, code) = said(&["--language", "en", "echo", "play"], "");
    assert!(report.contains("prints play"), "{report}");
    assert_eq!(code, Some(0));
}

#[test]
fn the_report_says_what_one_sees_and_then_what_is_certain() {
    let (text, code) = said(&TWO, "");
    assert!(text.starts_with("bash -c echo one & echo two; wait; echo three"), "{text}");
    assert!(text.contains(": all schedules, 2 endings\n"), "{text}");
    assert!(text.contains("a sleep ends when nothing else can go on.\n"), "{text}");
    let certain = text.split_once("What is certain").expect("it is said").1;
    assert!(certain.contains("\n  In all 2 endings three comes last.\n"), "{text}");
    assert!(certain.contains("\n  In all 2 endings the exit code is 0.\n"), "{text}");
    assert!(!certain.contains("comes first"), "{text}");
    assert_eq!(code, Some(0), "{text}");
    let (text, code) = said(&with(&["--language", "zh"], &TWO), "");
    assert!(text.contains("\n  在全部 2 种结局中，three 最后。\n"), "{text}");
    assert_eq!(code, Some(0), "{text}");
    // One reading of a sleep is all that is said where one was asked for.
    let (text, _) = said(&with(&["--sleeps", "any"], &TWO), "");
    assert!(text.contains("a sleep guarantees nothing.\n") && !text.contains("certain"), "{text}");
}

#[test]
fn what_comes_before_what_is_certain() {
    let script = "(echo a; echo b) & echo c; wait";
    let (text, _) = said(&["bash", "-c", script], "");
    let certain = text.split_once("What is certain").expect("it is said").1;
    assert!(certain.contains("In all 3 endings a comes before b.\n"), "{text}");
    assert_eq!(certain.matches("comes").count(), 1, "{text}");
}

#[test]
fn the_data_has_both_readings_of_a_sleep() {
    // The child sleeps, so one sees its line last.
    let answer = json(&["--json", "bash", "-c", "(sleep 1; echo child) & echo main; wait"]);
    assert_eq!(answer["sleeps"], "instant");
    assert_eq!(answer["complete"], "all schedules");
    assert_eq!(answer["endings"].as_array().unwrap().len(), 1, "{answer}");
    assert_eq!(answer["endings"][0]["output"], "main\nchild\n");
    let certain = &answer["certain"];
    assert_eq!(certain["complete"], "all schedules");
    assert_eq!(certain["endings"].as_array().unwrap().len(), 2, "{answer}");
    assert_eq!(certain["facts"][0], "it prints the same 2 lines", "{answer}");
}

#[test]
fn what_goes_to_stderr_is_shown_and_makes_no_two_endings() {
    let script = "(echo problem in $BASHPID >&2) & echo $$ >&2; wait; echo done";
    let (text, code) = said(&["bash", "-c", script], "");
    assert!(text.contains("1 ending\n"), "{text}");
    assert!(text.contains("On stderr, in this schedule:\n"), "{text}");
    assert!(text.contains("  ┊ P1.1: problem in P1.1\n"), "{text}");
    assert_eq!(code, Some(0));
    let answer = json(&["--json", "bash", "-c", script]);
    assert!(answer["endings"][0]["stderr"].as_str().unwrap().contains("problem in P1.1\n"));
}

#[test]
fn the_story_of_a_lost_update_says_what_was_read_and_written() {
    let program = [env!("CARGO_BIN_EXE_processes-model"), "f(i)f(i)w0w1r"];
    let (text, _) = said(&with(&["--sleeps", "any", "--"], &program), "");
    assert!(text.contains("all schedules, 2 endings"), "{text}");
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains("reads 0 from the shared memory"), "{text}");
    assert!(words.contains("reads 0 from the shared memory, writes 1"), "{text}");
    assert!(!words.contains("memory in common"), "{text}");
    let (text, _) = said(&with(&["--language", "zh", "--sleeps", "any", "--"], &program), "");
    let words: String = text.split_whitespace().collect();
    assert!(words.contains("从共享内存读到0，写入1"), "{text}");
}

#[test]
fn a_child_that_fails_shows_its_traceback() {
    let program = "import multiprocessing\n\
                   def work(): raise ValueError('bad luck')\n\
                   child = multiprocessing.Process(target=work)\n\
                   child.start()\n\
                   child.join()\n\
                   print('code', child.exitcode)\n";
    let python = course::python().unwrap().to_str().unwrap();
    let (text, code) = said(&[python, "-c", program], "");
    assert!(text.contains("  │ code 1\n"), "{text}");
    assert!(text.contains("  ┊ P1.1: ValueError: bad luck\n"), "{text}");
    assert_eq!(code, Some(0), "{text}");
}

#[test]
fn a_program_of_processes_can_be_played_in_both_languages() {
    let play = |language: &str, answers: &str| {
        let options = ["play", "--language", language];
        said(&with(&options, &TWO), &answers.replace(' ', "\n"))
    };
    let (text, code) = play("en", "0 1 0 again 1 0 0 0 quit ");
    assert!(text.contains("You are the scheduler of bash -c echo one"), "{text}");
    assert!(text.contains("It has 2 endings: find them all."), "{text}");
    assert!(text.contains("\n0  P1: can go: prints two\n1  P1.1: can go: prints one\n"), "{text}");
    assert!(text.contains("it prints two⏎one⏎three.\n"), "{text}");
    assert!(text.contains("it prints one⏎two⏎three.\nEndings found: 2 of 2."), "{text}");
    assert_eq!(code, Some(0));
    let (text, code) = play("zh", "hint 7 ? undo 0 0 1 quit ");
    assert!(text.contains("0  P1: 可以走：打印 two\n1  P1.1: 可以走：打印 one\n"), "{text}");
    assert!(text.contains("：这样走，程序会打印 "), "{text}");
    assert!(text.contains("`7` 不是有效的回答"), "{text}");
    assert!(text.contains("没有可以撤销的选择"), "{text}");
    assert_eq!(code, Some(0));
    // A parent that waits for its child cannot go.
    let waits =
        ["play", "--language", "zh", "bash", "-c", "(echo a; echo b) & (echo c) & wait; echo d"];
    let (text, _) = said(&waits, "0\n");
    assert!(text.contains("P1 不能走：它等待 P1.1、P1.2"), "{text}");
}

#[test]
fn the_hints_lead_to_every_ending_of_processes() {
    let mut answers = String::new();
    for _ in 0..30 {
        let (text, _) = said(&with(&["play"], &TWO), &format!("{answers}hint\n"));
        let hint = text.lines().find_map(|line| {
            line.split_once(": this way leads to").map(|(who, _)| who.to_string())
        });
        match hint {
            Some(who) => answers.push_str(&format!("{}\n", who.rsplit(' ').next().unwrap())),
            None if text.contains("You have found every ending.") => return,
            None => answers.push_str("again\n"),
        }
    }
    panic!("the hints have led nowhere: {answers}");
}

#[test]
fn a_lesson_is_held_against_its_twin() {
    let (text, code) = said(&["--both", "fork_demo"], "");
    assert!(text.starts_with("fork_demo: 2 endings, the same in Rust and in Python\n"), "{text}");
    assert!(text.contains("\nRust, in ") && text.contains("\nPython, in "), "{text}");
    let second = text.rsplit_once("\n\n").expect("there are paragraphs").1;
    assert!(second.starts_with("fork_demo: 2 endings, the same"), "{text}");
    assert!(second.contains("Here a sleep guarantees nothing."), "{text}");
    assert_eq!(code, Some(0));
    let (text, code) = said(&["--both", "--language", "zh", "child_process"], "");
    assert!(text.starts_with("child_process: 1 种结局，Rust 与 Python 完全相同\n"), "{text}");
    assert!(text.contains("这里睡眠不保证任何顺序。"), "{text}");
    assert_eq!(code, Some(0));
    let answer = json(&["--both", "--json", "fork_globals"]);
    assert_eq!((&answer["equal"], &answer["sleeps"]), (&true.into(), &"instant".into()));
    assert_eq!(answer["certain"]["equal"], true, "{answer}");
    assert_eq!(answer["rust"]["endings"][0]["output"], answer["python"]["endings"][0]["output"]);
}

#[test]
fn sets_that_are_not_complete_are_not_called_equal() {
    let options = ["--both", "--sleeps", "any", "--seconds", "1", "daemon_vs_join"];
    let (text, code) = said(&options, "");
    assert!(text.starts_with("daemon_vs_join: whether they are the same is not known"), "{text}");
    assert!(!text.contains("not in "), "{text}");
    assert_eq!(code, Some(3), "{text}");
    let (text, code) = refused(&["--both", "bank_robbery"]);
    assert!(text.contains("`bank_robbery`") && text.contains("process_order"), "{text}");
    assert_eq!(code, Some(2));
}

#[test]
fn processes_read_what_they_are_given() {
    let folder = tempfile::tempdir().unwrap();
    let input = file(folder.path(), "input", "b\na\n");
    let input = input.to_str().unwrap();
    let (text, code) = said(&["--stdin", input, "bash", "-c", "sort"], "");
    assert!(text.contains("  │ a\n  │ b\n"), "{text}");
    assert_eq!(code, Some(0), "{text}");
    let (text, code) = refused(&["--stdin", "no-such-file", "cat"]);
    assert!(text.contains("no-such-file"), "{text}");
    assert_eq!(code, Some(2));
}

/// Starts a command in which nobody may be traced, as some containers have it.
const UNTRACEABLE: &str = "
import ctypes, os, struct, sys
def step(code, jt, jf, k): return struct.pack('HBBI', code, jt, jf, k)
# Calls of ptrace (101) give EPERM, all others are made.
steps = step(0x20, 0, 0, 0) + step(0x15, 0, 1, 101) + step(6, 0, 0, 0x50001) + step(6, 0, 0, 0x7fff0000)
held = ctypes.create_string_buffer(steps)
program = struct.pack('HxxxxxxQ', 4, ctypes.addressof(held))
libc = ctypes.CDLL(None, use_errno=True)
assert libc.prctl(38, 1, 0, 0, 0) == 0
assert libc.prctl(22, 2, program, 0, 0) == 0, ctypes.get_errno()
os.execv(sys.argv[1], sys.argv[1:])
";

#[test]
fn a_program_that_may_not_be_traced_is_refused_at_once_in_both_languages() {
    for (language, words) in [("en", "may not be traced"), ("zh", "无法跟踪")] {
        let tool = env!("CARGO_BIN_EXE_schedules");
        let output = Command::new(course::python().unwrap())
            .args(["-c", UNTRACEABLE, tool, "--language", language])
            .args(TWO)
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&output.stderr);
        assert!(text.contains(words), "{output:?}");
        assert_eq!(output.status.code(), Some(2), "{output:?}");
    }
}

fn file(folder: &Path, name: &str, text: &str) -> PathBuf {
    let path = folder.join(name);
    fs::write(&path, text).unwrap();
    path
}

/// 0: all was tried and is good. 1: something is bad. 2: there is no answer. 3: nothing bad was found, and
/// not all was tried.
#[test]
fn the_exit_codes_of_processes_are_four() {
    let code = |arguments: &[&str]| schedules(arguments, "").status.code();
    assert_eq!(code(&TWO), Some(0));
    assert_eq!(code(&with(&["--one-output"], &TWO)), Some(1));
    assert_eq!(code(&["bash", "-c", "exit 7"]), Some(1));
    // That a child can come too late is bad only where a sleep guarantees nothing, and that is said too.
    let late = "(sleep 2; exit 1) & child=$!; sleep 1; kill $child; wait $child; [ $? = 143 ]";
    assert_eq!(code(&["--sleeps", "instant", "bash", "-c", late]), Some(0));
    assert_eq!(code(&["bash", "-c", late]), Some(1));
    assert_eq!(code(&["./no-such-program"]), Some(2));
    assert_eq!(code(&with(&["--seconds", "0.5"], &LONG)), Some(3));
    let drawn = with(&["--schedules", "3", "--sleeps", "any"], &LONG);
    assert_eq!(code(&drawn), Some(0), "all was tried that was asked for");
    // A program without an end has a bad one, unless it was asked to be stopped.
    let endless = ["bash", "-c", "while :; do echo tick; done"];
    assert_eq!(code(&endless), Some(1));
    assert_eq!(code(&with(&["--prints", "3"], &endless)), Some(0));
}

fn code_of(options: &[&str], program: &Path) -> Option<i32> {
    schedules(&with(options, &[program.to_str().unwrap()]), "").status.code()
}

/// Of a program that can be searched whole and has several outputs, of one that takes too long for that,
/// and of one that is not there.
fn assert_exit_codes(short: &Path, long: &Path) {
    assert_eq!(code_of(&[], short), Some(0));
    assert_eq!(code_of(&["--one-output"], short), Some(1));
    assert_eq!(code_of(&["--seconds", "1"], long), Some(3));
    assert_eq!(code_of(&["--seconds", "60", "--schedules", "5"], long), Some(0));
    assert_eq!(
        code_of(&[], &long.with_file_name("none").with_extension(long.extension().unwrap())),
        Some(2)
    );
}

#[test]
fn the_exit_codes_of_threads_are_the_same_four() {
    let folder = tempfile::tempdir().unwrap();
    let long = file(folder.path(), "long.rs", &rust_threads(9, 9));
    let short = file(folder.path(), "short.rs", &rust_threads(2, 1));
    assert_exit_codes(&short, &long);
    assert_eq!(code_of(&["--seconds", "60", "--switches", "0"], &long), Some(0));
}

#[test]
#[ignore = "needs python3"]
fn the_exit_codes_of_threads_in_python_are_the_same_four() {
    let folder = tempfile::tempdir().unwrap();
    let threads = |count: u32, times: u32| {
        format!(
            "import threading\n\
             def work(name):\n    for j in range({times}): print(name, j)\n\
             for i in range({count}): threading.Thread(target=work, args=(i,)).start()\n"
        )
    };
    let long = file(folder.path(), "long.py", &threads(9, 9));
    let short = file(folder.path(), "short.py", &threads(2, 1));
    assert_exit_codes(&short, &long);
}

/// Ctrl-C comes while the search is under way: what was found so far is told, and the exit code says that
/// it is not all.
#[test]
fn ctrl_c_tells_what_was_found_and_leaves_nothing() {
    let mark = format!("interrupted-{}", std::process::id());
    let script = format!("{} # {mark}", LONG[2]);
    let mut tool = command(&["--seconds", "600", "bash", "-c", &script]).spawn().unwrap();
    // The program is run for the first time only when the tool listens for Ctrl-C.
    while !is_left(&mark, tool.id()) {
        assert!(tool.try_wait().unwrap().is_none(), "it has ended before");
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    // A few endings are there after some runs; how many is open.
    std::thread::sleep(std::time::Duration::from_secs(2));
    kill(Pid::from_raw(tool.id() as i32), Signal::SIGINT).unwrap();
    let mut text = String::new();
    for line in BufReader::new(tool.stdout.take().unwrap()).lines() {
        text += &(line.unwrap() + "\n");
    }
    let code = tool.wait().unwrap().code();
    assert_eq!(code, Some(3), "{text}");
    assert!(!is_left(&mark, 0), "something is left running");
}

/// In clock ticks, of which Linux tells a hundred to a second.
const HALF_A_SECOND: u64 = 50;

/// The same in a Rust program, which searches itself in a process of its own.
#[test]
fn ctrl_c_tells_what_was_found_of_threads_too() {
    let folder = tempfile::tempdir().unwrap();
    let name = format!("interrupted_{}", std::process::id());
    let path = file(folder.path(), &format!("{name}.rs"), &rust_threads(9, 9));
    let tool = command(&["--seconds", "600", path.to_str().unwrap()]).spawn().unwrap();
    // How long the process that searches has computed, in the clock ticks of proc(5), once there is one.
    let computed = || {
        fs::read_dir("/proc").unwrap().flatten().find_map(|entry| {
            let stat = fs::read_to_string(entry.path().join("stat")).ok()?;
            let fields: Vec<&str> = stat.rsplit(") ").next()?.split(' ').collect();
            let program = fs::read_link(entry.path().join("exe")).ok()?;
            let compiler = ["cargo", "rustc", "rustup"].iter().any(|name| program.ends_with(name));
            let searches = *fields.get(1)? == tool.id().to_string()
                && program.is_absolute()
                && !compiler
                && program != Path::new(env!("CARGO_BIN_EXE_schedules"));
            searches.then(|| fields.get(11)?.parse::<u64>().ok()).flatten()
        })
    };
    let start = std::time::Instant::now();
    // By then it has tried thousands of schedules, however many others the machine computes for.
    while computed() < Some(HALF_A_SECOND) {
        assert!(start.elapsed().as_secs() < 300, "it is not searched");
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    kill(Pid::from_raw(tool.id() as i32), Signal::SIGINT).unwrap();
    let output = tool.wait_with_output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.contains("Ending 1"), "{output:?}");
    assert!(text.contains("It was interrupted: not everything was tried."), "{output:?}");
    assert_eq!(output.status.code(), Some(3), "{output:?}");
}

fn rust_threads(count: u32, prints: u32) -> String {
    format!(
        "fn main() {{\n    std::thread::scope(|scope| {{\n        for i in 0..{count} {{\n            \
         scope.spawn(move || for j in 0..{prints} {{ println!(\"{{i}} {{j}}\"); }});\n        \
         }}\n    }});\n}}\n"
    )
}

/// Whether a process but the tool has this mark among its arguments.
fn is_left(mark: &str, tool: u32) -> bool {
    let tool = tool.to_string();
    fs::read_dir("/proc").unwrap().flatten().any(|entry| {
        let words = fs::read(entry.path().join("cmdline")).unwrap_or_default();
        *entry.file_name() != *tool && String::from_utf8_lossy(&words).contains(mark)
    })
}

#[test]
fn files_that_are_written_are_spoken_of() {
    let folder = tempfile::tempdir().unwrap();
    let rules = "all: a b c\na b c: ; echo $@ > $@; echo made $@\n";
    file(folder.path(), "Makefile", rules);
    let folder = folder.path().to_str().unwrap();
    let script = format!("cd {folder}; rm -f a b c; make -s -j2");
    let options = ["--sleeps", "instant", "--seconds", "600", "--schedules", "3"];
    let (text, code) = said(&with(&options, &["bash", "-c", &script]), "");
    assert!(text.contains("3 drawn at random"), "{text}");
    assert!(text.contains("  │ made a\n") && text.contains("It writes to files."), "{text}");
    assert_eq!(code, Some(0), "{text}");
}

/// In what is said in Chinese, no line is English: each has a Chinese character, or is what the program
/// itself prints, a name, a rule or a number.
#[test]
fn no_english_sentence_is_left_in_chinese() {
    let folder = tempfile::tempdir().unwrap();
    let sockets = file(folder.path(), "net.py", "import threading, socket\n");
    let panics = file(folder.path(), "panics.rs", "fn main() { panic!(\"糟糕\"); }\n");
    let tested =
        "fn main() {}\n#[test]\nfn passes() {}\n#[test]\nfn fails() { panic!(\"糟糕\"); }\n";
    let tested = file(folder.path(), "tested.rs", tested);
    let paths = [&sockets, &panics, &tested].map(|path| path.to_str().unwrap());
    let endless = "while :; do sleep 1; done";
    let many = "for i in {1..1000}; do sleep 9 & done; wait";
    let commands: [&[&str]; 15] = [
        &[],
        &["nobody"],
        &["--both", "nobody"],
        &["--seconds", "0", "bank_lock"],
        &["bank_no_lock"],
        &["bank_deadlock"],
        &["process_order"],
        &["--both", "child_process"],
        &["./no-such-program"],
        &["--sleeps", "any", "bash", "-c", endless],
        &["bash", "-c", many],
        &["bash", "-c", "(kill -9 $$) & kill -STOP $!; wait"],
        &[paths[1]],
        &["--test", paths[2]],
        &[paths[0]],
    ];
    for arguments in commands {
        let output = schedules(&with(&["--language", "zh"], arguments), "");
        let text = [output.stdout, output.stderr].concat();
        for line in String::from_utf8(text).unwrap().lines() {
            assert!(!is_english(line), "{arguments:?} says in English: {line}");
        }
    }
}

/// Whether there are three words of Latin letters in a row, and nothing in Chinese.
fn is_english(line: &str) -> bool {
    // What the program prints, also where a story breaks it into two lines, and its source.
    if line.starts_with("      ")
        || line.trim_start().starts_with(['│', '┊'])
        || line.contains(['{', '}', ';', '('])
    {
        return false;
    }
    let chinese = line.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
    let is_word = |word: &&str| word.len() > 1 && word.bytes().all(|c| c.is_ascii_alphabetic());
    !chinese && line.split_whitespace().filter(is_word).count() >= 3
}

/// The other threads of a process end when it becomes another program, and it waits for that in the kernel.
#[test]
#[ignore = "needs python3"]
fn a_program_with_threads_that_becomes_another_is_refused_and_does_not_hang() {
    let program = "import os, threading, time\n\
                   threading.Thread(target=time.sleep, args=(60,), daemon=True).start()\n\
                   os.execv('/bin/echo', ['echo', 'one'])";
    let (text, code) = refused(&["python3", "-c", program]);
    assert!(text.contains("the system call execve, which is not modelled"), "{text}");
    assert_eq!(code, Some(2), "{text}");
}
