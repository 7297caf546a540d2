//! Lets a student be the scheduler.

use ::std::collections::BTreeSet;
use ::std::io::{self, BufRead, Write};

use crate::Ending;
use crate::lessons::Lesson;
use crate::run::Run;
use crate::search::{Route, every_route, follow};
use crate::source::Source;
use crate::step::ThreadNumber;
use crate::text::{WIDTH, cut, pad, wrap};
use crate::words;

/// The width of what stands beside the source.
const PANEL: usize = 32;

/// Plays a lesson's small program: the answers that `input` gives decide who goes next. Answers are
/// shown again on `output` if `echo` says so, for an input that is not typed on a terminal.
///
/// # Errors
///
/// When `input` cannot be read or `output` not be written.
pub fn play(
    lesson: &Lesson,
    mut input: impl BufRead,
    mut output: impl Write,
    echo: bool,
) -> io::Result<()> {
    let mut game = Game::new(lesson);
    let mut answer = String::new();
    write!(output, "{}{}", game.welcome(), game.look())?;
    loop {
        write!(output, "{}", game.prompt())?;
        output.flush()?;
        answer.clear();
        if input.read_line(&mut answer)? == 0 {
            return write!(output, "\nThe input has ended, and so does the game. {}", game.score());
        }
        let answer = answer.trim();
        if echo {
            writeln!(output, "{answer}")?;
        }
        match answer {
            "quit" | "q" => return write!(output, "{}", game.score()),
            "undo" | "u" => write!(output, "{}", game.undo())?,
            "hint" | "h" => write!(output, "{}", game.hint())?,
            "again" | "a" => write!(output, "{}", game.again())?,
            answer => write!(output, "{}", game.choose(answer))?,
        }
    }
}

struct Game<'a> {
    lesson: &'a Lesson,
    source: Source,
    /// All that can happen, to know what is still to be found.
    routes: Vec<Route>,
    endings: BTreeSet<Ending>,
    found: BTreeSet<Ending>,
    choices: Vec<ThreadNumber>,
    run: Run,
}

impl<'a> Game<'a> {
    fn new(lesson: &'a Lesson) -> Self {
        let routes = every_route(&lesson.small);
        let endings = routes.iter().map(|route| route.ending.clone()).collect();
        let mut game = Game {
            lesson,
            source: Source::new(lesson.small.source),
            routes,
            endings,
            found: BTreeSet::new(),
            choices: Vec::new(),
            run: Run::default(),
        };
        game.go_on();
        game
    }

    fn welcome(&self) -> String {
        let endings = words::count(self.endings.len(), "ending");
        format!(
            "You are the scheduler of {}. It has {endings}: find them all.\n{}\
             An arrow shows each thread's next line. A thread that alone can go does so by itself,\n             unless another one waits for a lock.\n",
            self.lesson.name,
            self.lesson.changes(),
        )
    }

    /// Runs the lesson anew, up to the next choice.
    fn go_on(&mut self) {
        self.run = follow(&self.lesson.small, &self.choices);
    }

    fn ending(&self) -> Option<Ending> {
        let end = self.run.end.clone()?;
        Some(Ending { output: self.run.output.clone(), end })
    }

    fn able(&self) -> Vec<ThreadNumber> {
        (0..self.run.threads.len()).filter(|&thread| self.run.can_go(thread)).collect()
    }

    fn choose(&mut self, answer: &str) -> String {
        let thread = answer.parse::<ThreadNumber>().ok();
        let Some(thread) = thread.filter(|&thread| thread < self.run.threads.len()) else {
            return format!("`{answer}` is not an answer.\n");
        };
        let name = words::thread(&self.run, thread);
        if self.run.end.is_some() {
            return "The program has ended: nobody can go on.\n".to_string();
        }
        if !self.run.can_go(thread) {
            return match &self.run.threads[thread].next {
                Some(step) => format!("{name} cannot go: it {}.\n", words::wait(&self.run, step)),
                None => format!("{name} cannot go: it has ended.\n"),
            };
        }
        let before = self.run.length;
        self.choices.push(thread);
        self.go_on();
        format!("{}{}", self.happened(before), self.look())
    }

    fn undo(&mut self) -> String {
        if self.choices.pop().is_none() {
            return "There is nothing to undo.\n".to_string();
        }
        self.go_on();
        self.look()
    }

    fn again(&mut self) -> String {
        self.choices.clear();
        self.go_on();
        self.look()
    }

    fn hint(&self) -> String {
        if self.found == self.endings {
            return "You have found every ending.\n".to_string();
        }
        let missing = self.routes.iter().filter(|route| {
            route.choices.starts_with(&self.choices) && !self.found.contains(&route.ending)
        });
        let Some(route) = missing.min_by_key(|route| route.simplicity) else {
            return "From here only endings can be reached that you know: undo.\n".to_string();
        };
        let next = route.choices[self.choices.len()];
        let ending = words::ending(&route.ending);
        lines(&format!("{next}: this way leads to a program that {ending}"), 3)
    }

    /// The steps since the run had taken `before` of them.
    fn happened(&self, before: usize) -> String {
        let steps = self.run.steps.iter().flatten().skip(before);
        let lines = steps.map(|step| {
            let line = self.source.line_of(step);
            let code = pad(&cut(self.source.line(line).trim(), 48), 48);
            let thread = pad(&words::thread(&self.run, step.thread), 10);
            let text = format!("  {thread}{line:>3} {code}  {}", words::deed(&self.run, step));
            cut(text.trim_end(), WIDTH) + "\n"
        });
        format!("\n{}", lines.collect::<String>())
    }

    /// The source with the threads' arrows and, beside it, how things stand. At the end of the
    /// program, the ending.
    fn look(&mut self) -> String {
        if let Some(ending) = self.ending() {
            let text = format!("The program has ended: it {}.", words::ending(&ending));
            let text = format!("\n{}", lines(&text, 3));
            self.found.insert(ending);
            return format!("{text}{}", self.score());
        }
        let panel = self.panel();
        let left = WIDTH - PANEL - 2;
        let mut rows: Vec<String> = self.listing().iter().map(|row| cut(row, left)).collect();
        rows.resize(rows.len().max(panel.len()), String::new());
        let mut text = "\n".to_string();
        for (at, row) in rows.iter().enumerate() {
            let beside = panel.get(at).map_or("", String::as_str);
            text.push_str(format!("{}  {beside}", pad(row, left)).trim_end());
            text.push('\n');
        }
        text
    }

    /// The lines of the source from main on, with the arrows before them.
    fn listing(&self) -> Vec<String> {
        let nexts: Vec<_> = self
            .run
            .threads
            .iter()
            .map(|thread| thread.next.as_ref().map(|step| self.source.line_of(step)))
            .collect();
        let code = |line: &usize| {
            let text = self.source.line(*line).trim();
            !text.is_empty() && !text.starts_with("//")
        };
        let main = (1..).find(|&line| self.source.line(line).starts_with("fn main")).unwrap_or(1);
        (main..=self.source.length())
            .filter(code)
            .map(|number| {
                let arrows = nexts.iter().enumerate().map(|(thread, next)| {
                    if *next == Some(number) { format!("{thread}→ ") } else { "   ".to_string() }
                });
                let line = self.source.line(number);
                let text = line.trim_start();
                // Half the indentation leaves room for the panel.
                let indent = (line.len() - text.len()) / 2;
                format!("{}{number:>3} {:indent$}{text}", arrows.collect::<String>(), "")
            })
            .collect()
    }

    /// What the threads wait for, who holds which lock, and what was printed.
    fn panel(&self) -> Vec<String> {
        let mut panel = Vec::new();
        for (number, thread) in self.run.threads.iter().enumerate() {
            let state = match &thread.next {
                _ if self.run.can_go(number) => "can go".to_string(),
                Some(step) => words::wait(&self.run, step),
                None => "has ended".to_string(),
            };
            let text = format!("{number}  {}: {state}", words::thread(&self.run, number));
            panel.extend(wrap(&text, PANEL, 3));
        }
        panel.push(String::new());
        for (number, holder) in self.run.locks.iter().enumerate() {
            let holder = holder.map(|thread| words::thread(&self.run, thread));
            let holder = holder.map_or("free".to_string(), |holder| format!("held by {holder}"));
            panel.push(format!("{}: {holder}", words::lock(&self.run, number)));
        }
        panel.push("printed:".to_string());
        panel.extend(self.run.output.lines().flat_map(|line| wrap(line, PANEL, 0)));
        panel
    }

    fn prompt(&self) -> String {
        if self.run.end.is_some() {
            return "\nWhat now? undo, again, hint, quit: ".to_string();
        }
        let able: Vec<_> = self.able().iter().map(ThreadNumber::to_string).collect();
        format!("\nWho goes next? {} (or undo, again, hint, quit): ", able.join(" or "))
    }

    fn score(&self) -> String {
        let mut text = format!("Endings found: {} of {}.\n", self.found.len(), self.endings.len());
        for ending in &self.endings {
            let mark = if self.found.contains(ending) { "[x]" } else { "[ ]" };
            text.push_str(&lines(&format!("  {mark} {}", words::ending(ending)), 6));
        }
        text
    }
}

/// Text broken into lines, each but the first with this indentation.
fn lines(text: &str, indent: usize) -> String {
    wrap(text, WIDTH, indent).join("\n") + "\n"
}
