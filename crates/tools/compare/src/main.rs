//! Does the same work in CPython and here, in turns, and shows what each costs.
//!
//! Each measurement is a program of its own, so that none finds what another has left: threads'
//! stacks that are kept, memory that is taken already.
//!
//! # Layout
//!
//! * `rows`: what is compared, in words; `work` and `work.py`: the same as work
//! * `figures`: what was measured; `table` and `chart`: how it is shown

mod chart;
mod figures;
mod rows;
mod table;
mod work;

use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::{env, fs};

use clap::Parser;
use figures::Figures;
use language::{Choice, Language, say};
use progress::Progress;
use rows::ROWS;

#[derive(Debug, Parser)]
#[command(bin_name = "cargo run --release -p compare --", about = say(
    "Does the same work in Python and in Rust, in turns, and shows what each costs",
    "用 Python 和 Rust 轮流做同样的工作，显示各自的开销"))]
struct Arguments {
    #[arg(long, value_name = "N", default_value_t = 15,
        value_parser = clap::value_parser!(u32).range(1..),
        help = say("Do each work so many times", "每样工作做这么多次"))]
    rounds: u32,
    #[command(flatten)]
    choice: Choice,
    #[arg(long, help = say(
        "Also write the table and the chart of the book into docs/compare",
        "把书里的表格和图也写入 docs/compare"))]
    write: bool,
    /// Do one work and print its cost
    #[arg(long, hide = true, value_name = "NAME", value_parser = ROWS.map(|row| row.name))]
    work: Option<String>,
}

fn main() -> ExitCode {
    let _main = util::main_guard!(
        work::nothing,
        work::square,
        work::put_values,
        work::take_values,
        work::count_primes,
        work::say_and_sleep
    );
    let arguments: Arguments = language::parse();
    if let Some(name) = arguments.work {
        do_work(&name);
        return ExitCode::SUCCESS;
    }
    match compare(&arguments, arguments.choice.language()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

fn do_work(name: &str) {
    let row = ROWS.iter().find(|row| row.name == name).expect("a name that clap has looked at");
    if let Some(cost) = (row.work)() {
        println!("{cost}");
    }
}

fn compare(arguments: &Arguments, language: Language) -> Result<(), String> {
    let rounds = arguments.rounds;
    if cfg!(debug_assertions) {
        eprintln!(
            "{} cargo run --release -p compare",
            language.choose(
                "This is the unoptimised program. For fair figures:",
                "这个程序没有优化。要公平的数字，请运行："
            )
        );
    }
    let kinds = ROWS.len();
    eprintln!(
        "{}",
        language.choose(
            format!("{kinds} kinds of work in Python and in Rust, in turns, {rounds} rounds."),
            format!("{kinds} 种工作，Python 和 Rust 轮流做，{rounds} 轮。")
        )
    );
    let figures = measure(rounds, language)?;
    let width = text::terminal_width(std::io::stdout()).unwrap_or(usize::MAX);
    let print = |text: &str| {
        for line in text::wrap(text, width, 0) {
            println!("{line}");
        }
    };
    print(&facts(rounds, language)?);
    println!("\n{}", table::for_terminal(&figures, language, width));
    print(language.choose(
            "Python/Rust is how many times as much Python costs. Where work starts processes, Python's \
             start method is fork, then spawn.",
            "Python/Rust：Python 的开销是 Rust 的多少倍。启动进程的工作，Python 先用 fork，再用 spawn。",
    ));
    if arguments.write {
        let asked = language;
        for (language, ending) in [(Language::En, "en"), (Language::Zh, "zh")] {
            let facts = facts(rounds, language)?;
            let book = |kind: &str, text: &str| {
                let file = course::root().join("docs/compare").join(format!("{ending}.{kind}"));
                fs::write(&file, text).map_err(|error| {
                    let (file, why) = (file.display(), language::system(asked, &error));
                    asked.choose(
                        format!("cannot write {file}: {why}"),
                        format!("无法写入 {file}：{why}"),
                    )
                })
            };
            book("md", &table::for_book(&figures, &facts, language))?;
            book("svg", &chart::draw(&figures, &facts, language))?;
        }
    }
    Ok(())
}

/// Does all work in turns, so that a machine that slows down does so for all.
fn measure(rounds: u32, language: Language) -> Result<Vec<Figures>, String> {
    let mut all: Vec<Figures> = ROWS.iter().map(Figures::new).collect();
    let progress = Progress::new(language, rounds as usize * all.len());
    for round in 1..=rounds {
        for figures in &mut all {
            let row = figures.row;
            let words = row.words(language);
            progress.about(
                language
                    .choose(format!("round {round}: {words}"), format!("第 {round} 轮：{words}")),
            );
            if !row.processes {
                figures.python.extend(python("spawn", row.name, language)?);
            } else {
                if cfg!(unix) {
                    figures.python.extend(python("fork", row.name, language)?);
                }
                figures.spawn.extend(python("spawn", row.name, language)?);
            }
            figures.rust.extend(rust(row.name, language)?);
            progress.one_more();
        }
    }
    Ok(all)
}

fn python(start_method: &str, work: &str, language: Language) -> Result<Option<f64>, String> {
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/work.py");
    cost(Command::new(interpreter(language)?).arg(program).args([start_method, work]), language)
}

fn rust(work: &str, language: Language) -> Result<Option<f64>, String> {
    let this = env::current_exe().map_err(|error| language::system(language, &error))?;
    cost(Command::new(this).args(["--work", work]), language)
}

fn interpreter(language: Language) -> Result<&'static Path, String> {
    course::python().map_err(|why| language::no_python(language, why))
}

/// What a program prints: a number, or nothing.
fn cost(command: &mut Command, language: Language) -> Result<Option<f64>, String> {
    let printed = printed(command, language)?;
    match printed.trim() {
        "" => Ok(None),
        number => number.parse().map(Some).map_err(|_| {
            language.choose(
                format!("{command:?} printed what is no number: {printed}"),
                format!("{command:?} 打印的不是数字：{printed}"),
            )
        }),
    }
}

fn printed(command: &mut Command, language: Language) -> Result<String, String> {
    let output =
        command.stdin(Stdio::null()).stderr(Stdio::inherit()).output().map_err(|error| {
            let why = language::system(language, &error);
            language.choose(
                format!("cannot start {command:?}: {why}"),
                format!("无法启动 {command:?}：{why}"),
            )
        })?;
    if !output.status.success() {
        let status = output.status;
        return Err(language.choose(
            format!("{command:?} failed: {status}"),
            format!("{command:?} 失败：{status}"),
        ));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// What was measured on.
fn facts(rounds: u32, language: Language) -> Result<String, String> {
    let python = printed(
        Command::new(interpreter(language)?)
            .args(["-c", "import platform as p; print('CPython', p.python_version())"]),
        language,
    )?;
    let rustc = printed(
        Command::new(env::var_os("RUSTC").unwrap_or("rustc".into())).arg("--version"),
        language,
    )?;
    let rustc: Vec<&str> = rustc.split(' ').take(2).collect();
    let rounds = match language {
        Language::En => format!("; medians of {rounds} rounds"),
        Language::Zh => format!("；{rounds} 轮的中位数"),
    };
    let cores = format!("{} {}", num_cpus::get(), language.choose("cores", "核"));
    let system = env::consts::OS.to_owned();
    let facts = [cores, system, python.trim().to_owned(), rustc.join(" ")];
    let facts: Vec<String> = processor().into_iter().chain(facts).collect();
    Ok(facts.join(language.choose(", ", "，")) + &rounds)
}

/// Linux alone has the name of the processor in a file.
fn processor() -> Option<String> {
    let facts = fs::read_to_string("/proc/cpuinfo").ok()?;
    let line = facts.lines().find(|line| line.starts_with("model name"))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}
