//! The command: what a lesson can come to, and how.

use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use schedules::lessons::{self, LESSONS};
use schedules::{play, report};

/// Runs a thread lesson's own source under every schedule, and shows what it can come to and how.
#[derive(Parser)]
#[command(args_conflicts_with_subcommands = true)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,

    /// The lesson. Without one, the lessons are listed
    name: Option<String>,

    /// What the random schedules of the whole lesson depend on
    #[arg(long, default_value_t = 0)]
    seed: u64,

    /// How many random schedules of the whole lesson to try, if not as many as take a few seconds
    #[arg(long)]
    schedules: Option<usize>,
}

#[derive(Subcommand)]
enum Command {
    /// Be the scheduler: choose which thread goes next, and find every ending
    Play {
        /// The lesson
        name: String,
    },
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(code) => code,
        // Whoever reads has seen enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> io::Result<ExitCode> {
    let name = match &arguments.command {
        Some(Command::Play { name }) => Some(name),
        None => arguments.name.as_ref(),
    };
    let Some(name) = name else {
        writeln!(io::stdout(), "{}", list())?;
        return Ok(ExitCode::SUCCESS);
    };
    let Some(lesson) = lessons::find(name) else {
        eprintln!("error: there is no lesson `{name}` here.\n{}", list());
        return Ok(ExitCode::from(2));
    };
    if arguments.command.is_some() {
        let input = io::stdin();
        let echo = !input.is_terminal();
        play(lesson, input.lock(), io::stdout(), echo)?;
    } else {
        let sample = arguments.schedules.unwrap_or(lesson.sample);
        write!(io::stdout(), "{}", report(lesson, arguments.seed, sample))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn list() -> String {
    let names: Vec<_> = LESSONS.iter().map(|lesson| format!("  {}", lesson.name)).collect();
    format!("The lessons are:\n{}", names.join("\n"))
}
