//! Where in its source a program prints something, found by the words.
//!
//! A process that prints does not say from which line: a lesson is built without what a debugger reads,
//! and to look into the frames of a stopped Python is another thing in each version. But what can be
//! printed stands in the source. So each print statement is read as a *pattern*, texts with holes between
//! them for what is known only when it runs, and what a process prints is held against all of them.
//!
//! # When a place is known
//!
//! No place is better than a wrong one. A place is told if what was printed can come from one statement
//! and from no other:
//!
//! * Two statements that could both have printed it have no place, however alike or unlike they are.
//! * A statement that says no word of its own, such as `print(x)`, could print anything. It is passed over
//!   only if what stands in its holes would have to be a text that is nowhere else in the program, and no
//!   number, list or the like.
//! * Whatever is not flushed at the end of a line goes out together with what is printed next. Such a piece
//!   has a place only if it cannot have come from several statements.
//! * A program that prints in other ways too, as with `sys.stdout.write`, has no place for what one of
//!   these may have printed. Of one that starts other programs only main's own prints have one.
//!
//! It is taken for granted that what stands in a hole brings no line break with a line behind it that
//! another statement prints too, and that no library prints what the program itself prints.
//!
//! # Layout
//!
//! * here: patterns, and what was printed held against them
//! * `rust`, `python`: print statements as they stand in a source

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use crate::step::{Action, Actor, Place, Step};
use crate::tell::source::Sources;
use crate::world::Details;

mod python;
mod rust;

/// A longer text than this is held against a statement without words as if that could have printed it.
const LONG: usize = 200;

/// A longer one has no place: to find it would take too long.
const LONGEST: usize = 4000;

/// A part of what a statement prints.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    /// It always says this.
    Text(String),
    /// It says what only a run knows.
    Hole,
}

/// Texts and holes, one after the other.
type Pattern = Vec<Piece>;

/// A print statement.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Statement {
    /// The place of its file among the sources.
    file: usize,
    /// Its line, counted from 1.
    line: u32,
    /// What it hands over to the buffer of stdout, piece by piece.
    writes: Vec<Pattern>,
    /// Whether nothing of it stays in the buffer.
    flushed: bool,
}

/// How much of a write goes out at once when there is a line break in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Buffer {
    /// All up to the last line break. `LineWriter` of std.
    #[default]
    UpToLineBreak,
    /// All of it, also if it has a carriage return. `TextIOWrapper` of Python where stdout is a terminal.
    Whole,
}

/// What was read of a program.
#[derive(Debug, Default)]
struct Read {
    /// Its files, main's first.
    files: Vec<(String, String)>,
    buffer: Buffer,
    statements: Vec<Statement>,
    /// The texts that stand elsewhere in it, and may be what a hole says.
    texts: Vec<Pattern>,
    /// Whether it prints in ways that are not known.
    unknown: bool,
    /// Whether nothing can be said of what it prints.
    nowhere: bool,
    /// Whether its children may be other programs.
    starts: bool,
}

/// What goes out of the buffer in one piece, if nothing else is in it.
#[derive(Debug)]
struct Chunk {
    pattern: Pattern,
    statement: usize,
    /// Whether the statement begins with it: what another one has left in the buffer comes before it.
    first: bool,
    /// Whether it stays in the buffer until more comes.
    open: bool,
    /// Whether it says no word of its own.
    bare: bool,
}

/// The print statements of a program, and its sources.
#[derive(Debug, Default)]
pub struct Prints {
    read: Read,
    chunks: Vec<Chunk>,
    /// The statement of each text that was asked for.
    known: RefCell<HashMap<String, Option<usize>>>,
}

impl Prints {
    fn new(read: Read) -> Prints {
        let statements = read.statements.iter().enumerate();
        let chunks =
            statements.flat_map(|(at, statement)| chunks(statement, at, read.buffer)).collect();
        Prints { read, chunks, known: RefCell::default() }
    }

    /// Those of a program in Rust, given the path and the text of each of its files, main's first.
    pub fn of_rust(files: impl IntoIterator<Item = (String, String)>) -> Prints {
        Prints::new(rust::read(files.into_iter().collect()))
    }

    /// Those of a lesson's program in Rust.
    pub fn of_lesson(name: &str) -> Prints {
        match fs::read_to_string(course::source(name)) {
            Ok(text) => Prints::of_rust([("main.rs".to_string(), text)]),
            Err(_) => Prints::default(),
        }
    }

    /// Those of the cargo project in a folder.
    pub fn of_project(folder: &Path) -> Prints {
        Prints::new(rust::read_project(folder))
    }

    /// Those of a command, if it is one like `python3 homework.py`. None of any other.
    pub fn of_command(command: &[OsString]) -> Prints {
        let mut words = command.iter();
        let first = words.next().map(Path::new);
        let name = first.and_then(Path::file_name).and_then(|name| name.to_str());
        let (Some(interpreter), true) =
            (first, name.is_some_and(|name| name.starts_with("python")))
        else {
            return Prints::default();
        };
        // With an option before the script, such as -u, it may not print in the same way.
        match words.next().map(Path::new) {
            Some(script) if script.extension().is_some_and(|extension| extension == "py") => {
                python::read(interpreter, script).map(Prints::new).unwrap_or_default()
            }
            _ => Prints::default(),
        }
    }

    /// The program's sources. None if they are not known.
    pub fn sources(&self) -> Sources {
        let files = self.read.files.iter();
        Sources::new(files.map(|(path, text)| (path.as_str(), text.as_str())))
    }

    /// Tells where what is printed in a run is printed, as far as that is known.
    pub fn tell(&self, details: &mut Details) {
        let next = details.next.iter_mut().flatten();
        for step in details.steps.iter_mut().chain(next) {
            if let Some(place) = self.place_of(step) {
                step.place = Some(place);
            }
        }
    }

    fn place_of(&self, step: &Step) -> Option<Place> {
        let Action::Print(text) = &step.action else { return None };
        self.place(step.actor, text)
    }

    /// Where an actor prints a text, if there is one place only where it can be.
    pub fn place(&self, actor: Actor, text: &str) -> Option<Place> {
        if self.read.nowhere || (self.read.starts && actor != 0) {
            return None;
        }
        let mut known = self.known.borrow_mut();
        let statement = match known.get(text) {
            Some(statement) => *statement,
            None => {
                let statement = self.statement(text);
                known.insert(text.to_string(), statement);
                statement
            }
        };
        let statement = &self.read.statements[statement?];
        let file = Arc::from(self.read.files[statement.file].0.as_str());
        Some(Place { file, line: statement.line, column: 0 })
    }

    /// The only statement that can have printed a text.
    fn statement(&self, text: &str) -> Option<usize> {
        let characters: Vec<char> = text.chars().collect();
        if characters.len() > LONGEST {
            return None;
        }
        let (mut likely, unlikely) = self.explanations(&characters);
        if self.read.unknown && (characters.len() > LONG || self.is_value(text)) {
            likely.insert(Origin::Several);
        }
        let origins = match (likely.is_empty(), self.read.unknown) {
            (false, _) => likely,
            (true, false) => unlikely,
            (true, true) => return None,
        };
        match origins.into_iter().collect::<Vec<_>>()[..] {
            [Origin::Statement(statement)] => Some(statement),
            _ => None,
        }
    }

    /// From where a text can have come: what is likely, and what would be so only if a statement without
    /// words said what stands nowhere in the program.
    fn explanations(&self, text: &[char]) -> (BTreeSet<Origin>, BTreeSet<Origin>) {
        let length = text.len();
        let values = RefCell::new(HashMap::new());
        // From where what lies before each place can have come, whether it has words of its own, and
        // whether a hole may well say what stands in it. Nothing lies before the first place.
        let mut before: Vec<BTreeSet<(Origin, bool, bool)>> = vec![BTreeSet::new(); length + 1];
        for from in 0..length {
            if from > 0 && before[from].is_empty() {
                continue;
            }
            for chunk in self.chunks.iter().filter(|chunk| chunk.first || from == 0) {
                let any = ends(&chunk.pattern, text, from, None);
                let sure = if !chunk.bare || length > LONG {
                    any.clone()
                } else {
                    let is_value = |from: usize, to: usize| {
                        *values.borrow_mut().entry((from, to)).or_insert_with(|| {
                            self.is_value(&text[from..to].iter().collect::<String>())
                        })
                    };
                    ends(&chunk.pattern, text, from, Some(&is_value))
                };
                let origin = Origin::Statement(chunk.statement);
                for to in from + 1..=length {
                    if !any[to] || (to < length && !chunk.open) {
                        continue;
                    }
                    let origins: Vec<_> = if from == 0 {
                        vec![(origin, !chunk.bare, sure[to])]
                    } else {
                        let join = |&(other, words, values): &(Origin, bool, bool)| {
                            let both = if other == origin { origin } else { Origin::Several };
                            (both, words || !chunk.bare, values && sure[to])
                        };
                        before[from].iter().map(join).collect()
                    };
                    before[to].extend(origins);
                }
            }
        }
        let (mut likely, mut unlikely) = (BTreeSet::new(), BTreeSet::new());
        for &(origin, words, values) in &before[length] {
            let fitting = if words || values { &mut likely } else { &mut unlikely };
            fitting.insert(origin);
        }
        // A line break within what stands in a hole sends out what comes before it, and the rest goes
        // out by itself.
        let whole: String = text.iter().collect();
        if self.is_line_of_text(whole.trim_end_matches(['\n', '\r'])) {
            let has_hole = |statement: &Statement| {
                statement.writes.iter().flatten().any(|piece| *piece == Piece::Hole)
            };
            let statements = self.read.statements.iter().enumerate();
            let statements = statements.filter(|(_, statement)| has_hole(statement));
            likely.extend(statements.map(|(at, _)| Origin::Statement(at)));
        }
        (likely, unlikely)
    }

    /// Whether a line is empty, or one of several of a text that stands in the program and may be what a
    /// hole says.
    fn is_line_of_text(&self, line: &str) -> bool {
        let has_line = |pattern: &Pattern| match &pattern[..] {
            [Piece::Text(text)] => text.lines().nth(1).is_some() && text.lines().any(|l| l == line),
            _ => false,
        };
        line.is_empty() || self.read.texts.iter().any(has_line)
    }

    /// Whether a hole may well say this: it stands in the program as a text, or is a number or the like.
    fn is_value(&self, text: &str) -> bool {
        let text = text.trim();
        let begins = ["[", "(", "{", "<", "P1", "Some(", "Ok(", "Err("];
        let words = ["", "True", "False", "None", "true", "false"];
        if words.contains(&text)
            || begins.iter().any(|begin| text.starts_with(begin))
            || text.parse::<f64>().is_ok()
        {
            return true;
        }
        let characters: Vec<char> = text.chars().collect();
        self.read.texts.iter().any(|pattern| match &pattern[..] {
            [Piece::Text(known)] => {
                known.trim() == text || known.lines().any(|line| line.trim() == text)
            }
            pattern => !is_bare(pattern) && ends(pattern, &characters, 0, None)[characters.len()],
        })
    }
}

/// From where a text comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Origin {
    Statement(usize),
    /// More than one statement, or something that is not known.
    Several,
}

/// What a statement sends out, piece by piece.
fn chunks(statement: &Statement, number: usize, buffer: Buffer) -> Vec<Chunk> {
    let mut patterns: Vec<Pattern> = Vec::new();
    let mut current = Pattern::new();
    for write in &statement.writes {
        match buffer {
            Buffer::Whole => {
                let breaks = |piece: &Piece| match piece {
                    Piece::Text(text) => text.contains(['\n', '\r']),
                    Piece::Hole => false,
                };
                current.extend(write.iter().cloned());
                if write.iter().any(breaks) {
                    patterns.push(std::mem::take(&mut current));
                }
            }
            Buffer::UpToLineBreak => {
                for piece in write {
                    match piece {
                        Piece::Text(text) if text.contains('\n') => {
                            let (lines, rest) = text.split_at(text.rfind('\n').unwrap_or(0) + 1);
                            current.push(Piece::Text(lines.to_string()));
                            patterns.push(std::mem::take(&mut current));
                            if !rest.is_empty() {
                                current.push(Piece::Text(rest.to_string()));
                            }
                        }
                        piece => current.push(piece.clone()),
                    }
                }
            }
        }
    }
    let open = !current.is_empty() && !statement.flushed;
    if !current.is_empty() {
        patterns.push(current);
    }
    let last = patterns.len().saturating_sub(1);
    let chunk = |(at, pattern): (usize, Pattern)| Chunk {
        bare: is_bare(&pattern),
        pattern,
        statement: number,
        first: at == 0,
        open: open && at == last,
    };
    patterns.into_iter().enumerate().map(chunk).collect()
}

/// Whether a pattern says no word: it has holes, and nothing but blanks between them.
fn is_bare(pattern: &[Piece]) -> bool {
    let blank = |piece: &Piece| match piece {
        Piece::Text(text) => text.trim().is_empty(),
        Piece::Hole => true,
    };
    pattern.contains(&Piece::Hole) && pattern.iter().all(blank)
}

/// Whether what stands from one place to another fits.
type Fits<'a> = &'a dyn Fn(usize, usize) -> bool;

/// Where a pattern can end in a text in which it begins at `from`, when each hole is one that `fits`, or
/// any.
fn ends(pattern: &[Piece], text: &[char], from: usize, fits: Option<Fits<'_>>) -> Vec<bool> {
    let mut here = vec![false; text.len() + 1];
    here[from] = true;
    for piece in pattern {
        let mut next = vec![false; text.len() + 1];
        let mut places = (from..=text.len()).filter(|&at| here[at]);
        match piece {
            Piece::Text(words) => {
                let length = words.chars().count();
                for at in places.take_while(|at| at + length <= text.len()) {
                    next[at + length] = words.chars().eq(text[at..at + length].iter().copied());
                }
            }
            Piece::Hole => match fits {
                None => {
                    if let Some(first) = places.next() {
                        next[first..].fill(true);
                    }
                }
                Some(fits) => {
                    for at in places {
                        for (end, can) in next.iter_mut().enumerate().skip(at) {
                            *can = *can || fits(at, end);
                        }
                    }
                }
            },
        }
        here = next;
    }
    here
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Piece {
        Piece::Text(text.to_string())
    }

    fn rust(source: &str) -> Prints {
        Prints::of_rust([("main.rs".to_string(), format!("fn main() {{\n{source}\n}}"))])
    }

    /// The lines at which each of these texts is printed, the first of the body being 2.
    fn lines<const N: usize>(prints: &Prints, texts: [&str; N]) -> [Option<u32>; N] {
        texts.map(|text| prints.place(0, text).map(|place| place.line))
    }

    #[test]
    fn a_statement_is_found_by_its_words() {
        let prints = rust(
            "println!(\"begin\");\nprintln!(\"{name}: tick {}\", 1 + 2);\n\
             println!(\"{{{:>3}}} \\u{4e00}\\t\\\n   end\", x);\nprintln!(r#\"\"raw\"\"#);",
        );
        let texts =
            ["begin\n", "daemon: tick 4\n", "{  7} 一\tend\n", "\"raw\"\n", "other\n", "begin"];
        assert_eq!(lines(&prints, texts), [Some(2), Some(3), Some(4), Some(6), None, None]);
    }

    #[test]
    fn what_two_statements_can_print_has_no_place() {
        let prints =
            rust("println!(\"a {x}\");\nprintln!(\"{x} b\");\nprintln!(\"c\");\nprintln!(\"c\");");
        let texts = ["a 1\n", "2 b\n", "a b\n", "c\n"];
        assert_eq!(lines(&prints, texts), [Some(2), Some(3), None, None]);
    }

    #[test]
    fn a_statement_without_words_comes_last() {
        let prints = rust("println!(\"begin\");\nprintln!(\"{x}\");\nprintln!(\"7\");");
        let texts = ["begin\n", "other\n", "7\n", "\n"];
        assert_eq!(lines(&prints, texts), [Some(2), Some(3), None, Some(3)]);
        // What it says stands elsewhere, whole or with holes.
        let prints = rust(
            "println!(\"begin\");\nprintln!(\"{x} ends\");\nprintln!(\"{x}\");\nf(\"begin\");\n\
             format!(\"{y} ends\");",
        );
        assert_eq!(lines(&prints, ["begin\n", "one ends\n", "other\n"]), [None, None, Some(4)]);
        // Two of them are one too many.
        let prints = rust("println!(\"begin\");\nprintln!(\"{x}\");\nprintln!(\"{}\", y);");
        assert_eq!(lines(&prints, ["begin\n", "other\n"]), [Some(2), None]);
    }

    #[test]
    fn what_stays_in_the_buffer_comes_with_the_next() {
        let prints =
            rust("print!(\"a\");\nprintln!(\"b\");\nprintln!(\"ab\");\nprint!(\"one\\ntwo\");");
        let texts = ["a", "b\n", "ab\n", "one\n", "two", "aone\n", "aa"];
        let found = [Some(2), Some(3), None, Some(5), Some(5), None, Some(2)];
        assert_eq!(lines(&prints, texts), found);
        let flushed =
            rust("print!(\"a\");\nstdout().flush().unwrap();\nprintln!(\"ab\");\nprintln!(\"b\");");
        assert_eq!(lines(&flushed, ["a", "ab\n", "b\n"]), [Some(2), Some(4), Some(5)]);
    }

    #[test]
    fn a_line_break_in_a_hole_makes_a_line_of_what_is_behind_it() {
        let prints = rust("println!(\"x {y}\");\nprintln!(\"b\");\nprintln!();\nf(\"a\\nb\");");
        assert_eq!(lines(&prints, ["x a\n", "b\n", "\n"]), [Some(2), None, None]);
        let prints = rust("println!(\"x\");\nprintln!(\"b\");\nprintln!();\nf(\"a\\nb\");");
        assert_eq!(lines(&prints, ["x\n", "b\n", "\n"]), [Some(2), Some(3), Some(4)]);
    }

    #[test]
    fn a_long_text_takes_no_longer_than_a_reader_waits() {
        let prints =
            rust("print!(\"{x}\");\nprint!(\".\");\nprintln!(\"{x} {y}\");\nprintln!(\"=\");");
        for length in [LONG, LONGEST, 10 * LONGEST] {
            let begin = std::time::Instant::now();
            assert_eq!(lines(&prints, [&*(".".repeat(length) + "\n")]), [None]);
            // It takes a second at most; a minute is for a machine that does much else.
            assert!(begin.elapsed() < std::time::Duration::from_secs(60), "{length}");
        }
        assert_eq!(lines(&prints, ["=\n"]), [Some(5)]);
    }

    #[test]
    fn other_ways_to_print_are_not_taken_for_statements() {
        let prints =
            rust("println!(\"{x}\");\nprintln!(\"b\");\nio::stdout().write_all(b);\nf(\"b\");");
        assert_eq!(lines(&prints, ["a\n", "b\n"]), [None, None]);
        let prints = rust("println!(\"b\");\nio::stdout().write_all(b\"b\\n\");");
        assert_eq!(lines(&prints, ["b\n"]), [None]);
        let prints = rust("writeln!(io::stdout(), \"b {x}\");\nwriteln!(file, \"c\");");
        assert_eq!(lines(&prints, ["b 1\n", "c\n"]), [Some(2), None]);
        // A program that starts others does not know what these print.
        let prints = rust("println!(\"b\");\nCommand::new(\"x\");");
        assert_eq!([0, 1].map(|actor| prints.place(actor, "b\n").is_some()), [true, false]);
        for nothing in
            ["println!(\"b\");\nexecvp(x, y);", "println!(\"b {x:#?}\");", "println!(\"b\" );;)"]
        {
            assert_eq!(lines(&rust(nothing), ["b\n", "b 1\n"]), [None, None], "{nothing}");
        }
    }

    /// Lets random programs print, and holds what is said of each piece that goes out of the buffer
    /// against the statements that have written it.
    #[test]
    fn no_wrong_line_is_told_of_random_programs() {
        let mut state = 1;
        let mut draw =
            |below: usize| (crate::search::random::next(&mut state) % below as u64) as usize;
        let words = ["a", "b", "ab", "ba", ": ", " ", "a\nb", "\n", "b\n", "1"];
        let (mut told, mut silent) = (0, 0);
        for _ in 0..4_000 {
            let buffer = if draw(2) == 0 { Buffer::Whole } else { Buffer::UpToLineBreak };
            let texts: Vec<&str> = (0..draw(3)).map(|_| words[draw(4)]).collect();
            let statements = (0..1 + draw(4)).map(|line| {
                let mut writes: Vec<Pattern> = Vec::new();
                for _ in 0..1 + draw(3) {
                    let piece = if draw(3) == 0 { Piece::Hole } else { text(words[draw(10)]) };
                    match writes.last_mut() {
                        Some(write) if buffer == Buffer::Whole && draw(2) == 0 => write.push(piece),
                        _ => writes.push(vec![piece]),
                    }
                }
                if draw(4) > 0 {
                    writes.push(vec![text("\n")]);
                }
                Statement { file: 0, line: line as u32, writes, flushed: draw(6) == 0 }
            });
            let statements: Vec<_> = statements.collect();
            let mut out: Vec<Vec<(char, u32)>> = Vec::new();
            let mut pending: Vec<(char, u32)> = Vec::new();
            for _ in 0..8 {
                let statement = &statements[draw(statements.len())];
                for write in &statement.writes {
                    let mut written = String::new();
                    for piece in write {
                        match piece {
                            Piece::Text(text) => written += text,
                            Piece::Hole if texts.is_empty() || draw(2) == 0 => written += "1",
                            Piece::Hole => written += texts[draw(texts.len())],
                        }
                    }
                    let breaks = written.rfind('\n').map(|at| match buffer {
                        Buffer::Whole => written.len(),
                        Buffer::UpToLineBreak => at + 1,
                    });
                    let (now, later) = written.split_at(breaks.unwrap_or(0));
                    pending.extend(now.chars().map(|c| (c, statement.line)));
                    if breaks.is_some() {
                        out.push(std::mem::take(&mut pending));
                    }
                    pending.extend(later.chars().map(|c| (c, statement.line)));
                }
                if statement.flushed && !pending.is_empty() {
                    out.push(std::mem::take(&mut pending));
                }
            }
            out.extend((!pending.is_empty()).then_some(pending));
            let texts = texts.into_iter().map(|known| vec![text(known)]).collect();
            let files = vec![("main.rs".to_string(), String::new())];
            let read = Read { files, buffer, statements, texts, ..Read::default() };
            let prints = Prints::new(read);
            for piece in out {
                let text: String = piece.iter().map(|(c, _)| *c).collect();
                let Some(place) = prints.place(0, &text) else {
                    silent += 1;
                    continue;
                };
                told += 1;
                let right = piece.iter().all(|(_, line)| *line == place.line);
                assert!(
                    right,
                    "{text:?} is told from {}: {piece:?}\n{:?}",
                    place.line, prints.read
                );
            }
        }
        assert!(told > 5_000 && silent > 1_000, "{told} told, {silent} not");
    }
}
