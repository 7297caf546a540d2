//! Which lines of a Python program and of a Rust program stand beside each other on a wide screen.
//!
//! Both programs are taken apart: what stands before the first function, each function or type, and
//! the main program. Parts of one name stand beside each other, in the order of the Python program,
//! which defines before it uses; a Rust program may begin with `main`. Within two such parts the
//! lines that do the same stand at the same height, with blank rows in between where one of the
//! languages needs more lines. The file itself stays as it is: a page only learns the row of each line.

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;

/// The place of each line of two programs, counted in rows from 1.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Beside {
    /// The row of each line of the Python program.
    pub python: Vec<usize>,
    /// The row of each line of the Rust program.
    pub rust: Vec<usize>,
    /// The rows in which both lines do the same.
    pub pairs: BTreeSet<usize>,
}

/// A part of a program: the numbers of its lines, from 0, and of the blank lines behind it.
#[derive(Debug, PartialEq, Eq)]
struct Part {
    name: String,
    lines: Vec<usize>,
    blank: Vec<usize>,
}

/// What stands before the first function.
const HEAD: &str = "";
/// The main program.
const MAIN: &str = "main";

impl Beside {
    /// Places the lines of two programs.
    pub fn of(python: &str, rust: &str) -> Beside {
        let (python, rust): (Vec<&str>, Vec<&str>) =
            (python.lines().collect(), rust.lines().collect());
        let likeness = Likeness::of(&python, &rust);
        let mut placed = Beside {
            python: vec![0; python.len()],
            rust: vec![0; rust.len()],
            pairs: BTreeSet::new(),
        };
        let mut row = 1;
        for (one, other) in beside(python_parts(&python), rust_parts(&rust)) {
            let (one_lines, one_blank) =
                one.map_or_else(Default::default, |part| (part.lines, part.blank));
            let (other_lines, other_blank) =
                other.map_or_else(Default::default, |part| (part.lines, part.blank));
            row = placed.align(&one_lines, &other_lines, row, (&python, &rust), &likeness);
            for (n, line) in one_blank.iter().enumerate() {
                placed.python[*line] = row + n;
            }
            for (n, line) in other_blank.iter().enumerate() {
                placed.rust[*line] = row + n;
            }
            row += one_blank.len().max(other_blank.len()).max(1);
        }
        placed
    }

    /// Places the lines of two parts from a row on. Gives the row after them.
    fn align(
        &mut self,
        one: &[usize],
        other: &[usize],
        mut row: usize,
        (python, rust): (&[&str], &[&str]),
        likeness: &Likeness,
    ) -> usize {
        let ends = (one.len(), other.len());
        let mut before = (0, 0);
        let alike = likeness.best_pairs(one, other);
        for (at_one, at_other) in alike.into_iter().chain([ends]) {
            let (between, others) = (&one[before.0..at_one], &other[before.1..at_other]);
            let height = between.len().max(others.len());
            spread(between, python, row, height, &mut self.python);
            spread(others, rust, row, height, &mut self.rust);
            row += height;
            if (at_one, at_other) != ends {
                self.python[one[at_one]] = row;
                self.rust[other[at_other]] = row;
                self.pairs.insert(row);
                row += 1;
            }
            before = (at_one + 1, at_other + 1);
        }
        row
    }
}

/// A page whose two programs are in one box, which says in which row each line stands.
pub fn page(page: &str) -> String {
    let lines: Vec<&str> = page.lines().collect();
    let fence = |from: usize, start: &str| {
        let below = lines[from..].iter().position(|line| line.starts_with(start))?;
        Some(from + below)
    };
    let places = || {
        let python = fence(0, "```python")?;
        let python_end = fence(python + 1, "```")?;
        let rust = fence(python_end + 1, "```")?;
        let rust_end = fence(rust + 1, "```")?;
        // The line above a program says in which language it is.
        let word = lines[..python].iter().rposition(|line| !line.is_empty())?;
        lines[rust].starts_with("```rust").then_some((word, python..python_end, rust..rust_end))
    };
    let Some((word, python, rust)) = places() else { return page.to_owned() };
    let program = |block: &Range<usize>| lines[block.start + 1..block.end].join("\n");
    let placed = Beside::of(&program(&python), &program(&rust));
    let numbers = |rows: &mut dyn Iterator<Item = &usize>| {
        rows.map(ToString::to_string).collect::<Vec<_>>().join(" ")
    };
    let start = format!(
        "<div class=\"programs\" data-python=\"{}\" data-rust=\"{}\" data-pairs=\"{}\">\n",
        numbers(&mut placed.python.iter()),
        numbers(&mut placed.rust.iter()),
        numbers(&mut placed.pairs.iter()),
    );
    let boxed = [&lines[..word], &[&start], &lines[word..=rust.end], &["", "</div>"]];
    boxed
        .concat()
        .into_iter()
        .chain(lines[rust.end + 1..].iter().copied())
        .fold(String::new(), |page, line| page + line + "\n")
}

/// Places lines that have no partner: from the first row on, but for comments and attributes at the
/// end, which belong to the line below.
fn spread(lines: &[usize], program: &[&str], row: usize, height: usize, rows: &mut [usize]) {
    let belongs_below = |line: &&usize| {
        let line = program[**line].trim_start();
        ["//", "#", "@"].iter().any(|mark| line.starts_with(mark))
    };
    let below = lines.iter().rev().take_while(belongs_below).count();
    let above = lines.len() - below;
    for (n, line) in lines.iter().enumerate() {
        rows[*line] = if n < above { row + n } else { row + height - (lines.len() - n) };
    }
}

/// Puts the parts of two programs beside each other: those with one name, in Python's order. A part
/// of the Rust program alone follows the part that it follows in its file.
fn beside(python: Vec<Part>, rust: Vec<Part>) -> Vec<(Option<Part>, Option<Part>)> {
    let named = |name: &str| python.iter().position(|part| part.name == name);
    let mut taken = BTreeSet::new();
    // For each part of the Rust program the Python part that it stands beside or below.
    let mut places: Vec<(usize, bool)> = Vec::new();
    for part in &rust {
        let above = places.last().map_or(0, |(at, _)| *at);
        // A second `main`, for another system, follows the first.
        places.push(named(&part.name).map_or((above, false), |at| (at, taken.insert(at))));
    }
    let mut rust: Vec<(Part, (usize, bool))> = rust.into_iter().zip(places).collect();
    let mut pairs = Vec::new();
    for (at, part) in python.into_iter().enumerate() {
        let (here, rest): (Vec<_>, Vec<_>) = rust.into_iter().partition(|(_, place)| place.0 == at);
        rust = rest;
        let (mut partner, alone): (Vec<_>, Vec<_>) =
            here.into_iter().partition(|(_, place)| place.1);
        pairs.push((Some(part), partner.pop().map(|(part, _)| part)));
        pairs.extend(alone.into_iter().map(|(part, _)| (None, Some(part))));
    }
    pairs
}

/// Names are spelled differently in the two languages.
fn plain(name: &str) -> String {
    name.replace('_', "").to_lowercase()
}

/// The identifier at the start of a text.
fn identifier(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
    &text[..end]
}

/// Takes a program apart at the lines for which `begins` gives a name.
fn parts(program: &[&str], begins: impl Fn(usize) -> Option<String>) -> Vec<Part> {
    let mut parts = vec![Part { name: HEAD.to_owned(), lines: Vec::new(), blank: Vec::new() }];
    for (line, text) in program.iter().enumerate() {
        if let Some(name) = begins(line)
            && parts.last().is_none_or(|part| part.name != name)
        {
            parts.push(Part { name, lines: Vec::new(), blank: Vec::new() });
        }
        let part = parts.last_mut().expect("the head is always there");
        if text.trim().is_empty() && !part.lines.is_empty() {
            part.blank.push(line);
        } else {
            part.lines.append(&mut part.blank);
            part.lines.push(line);
        }
    }
    parts.retain(|part| part.name != HEAD || !part.lines.is_empty());
    parts
}

/// The line that a comment or an attribute in this line stands above.
fn headed(program: &[&str], line: usize, is_above: impl Fn(&str) -> bool) -> usize {
    (line..program.len() - 1).find(|line| !is_above(program[*line])).unwrap_or(line)
}

fn python_parts(program: &[&str]) -> Vec<Part> {
    let define = |line: &str| {
        let name = line.strip_prefix("def ").or_else(|| line.strip_prefix("class "))?;
        Some(plain(identifier(name)))
    };
    let is_head = |line: &str| {
        ["import ", "from ", "#"].iter().any(|start| line.starts_with(start)) || line.is_empty()
    };
    let first_definition = program.iter().position(|line| define(line).is_some());
    let first_statement = program.iter().position(|line| !is_head(line)).unwrap_or(program.len());
    let head = first_definition.unwrap_or(first_statement);
    parts(program, |line| {
        let below = headed(program, line, |line| line.starts_with('#') || line.starts_with('@'));
        let text = program[below];
        // What is indented, and a bracket that closes, goes on with what stands above.
        if below < head || text.is_empty() || text.starts_with([' ', ')', ']', '}']) {
            return None;
        }
        define(text).or_else(|| Some(MAIN.to_owned()))
    })
}

fn rust_parts(program: &[&str]) -> Vec<Part> {
    parts(program, |line| {
        let below = headed(program, line, |line| line.starts_with("//") || line.starts_with("#["));
        let text = program[below];
        let name = if let Some(implementation) = text.strip_prefix("impl") {
            let of = implementation.split_once(" for ").map_or(implementation, |(_, of)| of);
            // After the brackets of its parameters, if it has any.
            of.strip_prefix('<')
                .and_then(|of| of.split_once("> "))
                .map_or(of, |(_, of)| of)
                .trim_start()
        } else {
            ["fn ", "struct ", "enum "].iter().find_map(|word| text.strip_prefix(word))?
        };
        Some(plain(identifier(name)))
    })
}

/// How much the lines of two programs are alike.
struct Likeness {
    python: Vec<BTreeSet<String>>,
    rust: Vec<BTreeSet<String>>,
    /// In how many lines of both programs a word stands. A word that stands everywhere says little.
    times: HashMap<String, f64>,
}

/// Words that a language has for itself.
const OWN: &str = "self let mut import from use std unwrap expect move none true false pub new in of \
                   ok io as and or not the a";

/// Below this, lines have only words in common that stand in many lines. They may be alike all the
/// same, if half of their words are common.
const ALIKE: f64 = 0.25;
const HALF: f64 = 0.5;

impl Likeness {
    fn of(python: &[&str], rust: &[&str]) -> Likeness {
        let of_lines = |program: &[&str]| -> Vec<BTreeSet<String>> {
            program.iter().map(|line| words(line)).collect()
        };
        let (python, rust) = (of_lines(python), of_lines(rust));
        let mut times = HashMap::new();
        for word in python.iter().chain(&rust).flatten() {
            *times.entry(word.clone()).or_insert(0.0) += 1.0;
        }
        Likeness { python, rust, times }
    }

    /// 1 for each word that only these two lines have, less for others, and up to 1 for the share of
    /// words that they have in common.
    fn between(&self, python: usize, rust: usize) -> f64 {
        let (one, other) = (&self.python[python], &self.rust[rust]);
        let common: Vec<&String> = one.intersection(other).collect();
        let rare: f64 = common.iter().map(|word| 2.0 / self.times[*word]).sum();
        let share = common.len() as f64 / one.union(other).count().max(1) as f64;
        if rare < ALIKE && share < HALF { 0.0 } else { rare + share }
    }

    /// The pairs of lines, as places in the two lists, that are most alike in all and do not cross.
    fn best_pairs(&self, one: &[usize], other: &[usize]) -> Vec<(usize, usize)> {
        // The best sum for what is left of both lists.
        let mut best = vec![vec![0.0_f64; other.len() + 1]; one.len() + 1];
        let together = |best: &[Vec<f64>], at: usize, with: usize| {
            let alike = self.between(one[at], other[with]);
            if alike > 0.0 { alike + best[at + 1][with + 1] } else { 0.0 }
        };
        for at in (0..one.len()).rev() {
            for with in (0..other.len()).rev() {
                let apart = best[at + 1][with].max(best[at][with + 1]);
                best[at][with] = apart.max(together(&best, at, with));
            }
        }
        let mut pairs = Vec::new();
        let (mut at, mut with) = (0, 0);
        while at < one.len() && with < other.len() {
            let apart = best[at + 1][with].max(best[at][with + 1]);
            if together(&best, at, with) > 0.0 && together(&best, at, with) >= apart {
                pairs.push((at, with));
                at += 1;
                with += 1;
            } else if best[at + 1][with] >= best[at][with + 1] {
                at += 1;
            } else {
                with += 1;
            }
        }
        pairs
    }
}

/// The names, numbers and words of a line, spelled as both languages would.
fn words(line: &str) -> BTreeSet<String> {
    let words = line.split(|c: char| !c.is_alphanumeric() && c != '_').map(plain);
    let alike = words.map(|word| match word.as_str() {
        "def" => "fn".to_owned(),
        "class" | "impl" => "struct".to_owned(),
        "threading" => "thread".to_owned(),
        "println" => "print".to_owned(),
        "elif" => "if".to_owned(),
        "loop" => "while".to_owned(),
        _ => word,
    });
    alike.filter(|word| !word.is_empty() && OWN.split(' ').all(|own| own != word)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PYTHON: &str = "\
# What it shows.
import threading

LIMIT = 3


def work(name):
    print(f\"{name} works\")


def rest():
    pass


thread = threading.Thread(target=work)
thread.start()
";

    const RUST: &str = "\
// What it shows.
// Notes.

use std::thread;

const LIMIT: u32 = 3;

fn main() {
    thread::spawn(work);
}

// A comment above.
fn rest() {}

fn helper() {
    rest();
}

fn work(name: &str) {
    // A comment.
    println!(\"{name} works\");
}
";

    /// What stands in each row.
    fn rows(placed: &Beside) -> Vec<(&'static str, &'static str)> {
        let line = |program: &'static str, rows: &[usize], row| {
            let at = rows.iter().position(|of| *of == row);
            at.map_or("", |at| program.lines().nth(at).unwrap())
        };
        let last = placed.python.iter().chain(&placed.rust).max().unwrap();
        let both = (1..=*last)
            .map(|row| (line(PYTHON, &placed.python, row), line(RUST, &placed.rust, row)));
        both.collect()
    }

    #[test]
    fn parts_of_one_name_stand_beside_each_other_in_pythons_order() {
        let placed = Beside::of(PYTHON, RUST);
        let expected = [
            ("# What it shows.", "// What it shows."),
            ("", "// Notes."),
            ("", ""),
            ("import threading", "use std::thread;"),
            ("", ""),
            ("LIMIT = 3", "const LIMIT: u32 = 3;"),
            ("", ""),
            ("", ""),
            ("def work(name):", "fn work(name: &str) {"),
            ("", "    // A comment."),
            ("    print(f\"{name} works\")", "    println!(\"{name} works\");"),
            ("", "}"),
            ("", ""),
            ("", ""),
            ("", "// A comment above."),
            ("def rest():", "fn rest() {}"),
            ("    pass", ""),
            ("", ""),
            ("", ""),
            ("", "fn helper() {"),
            ("", "    rest();"),
            ("", "}"),
            ("", ""),
            ("", "fn main() {"),
            ("thread = threading.Thread(target=work)", "    thread::spawn(work);"),
            ("thread.start()", "}"),
            ("", ""),
        ];
        assert_eq!(rows(&placed), expected);
        assert_eq!(placed.pairs.into_iter().collect::<Vec<_>>(), [1, 4, 6, 9, 11, 16, 25]);
    }

    #[test]
    fn a_page_with_both_programs_gets_a_box_around_them() {
        let page = "# A\n\nText.\n\nIn Python:\n\n```python\nimport time\n```\n\nIn Rust:\n\n\
                    ```rust,noplayground\nuse time;\n```\n\n```rust\nfn b() {}\n```\n";
        let boxed = "# A\n\nText.\n\n\
                     <div class=\"programs\" data-python=\"1\" data-rust=\"1\" data-pairs=\"1\">\n\n\
                     In Python:\n\n```python\nimport time\n```\n\nIn Rust:\n\n\
                     ```rust,noplayground\nuse time;\n```\n\n</div>\n\n```rust\nfn b() {}\n```\n";
        assert_eq!(super::page(page), boxed);
        let without = "# B\n\n```rust\nfn b() {}\n```\n";
        assert_eq!(super::page(without), without);
    }

    #[test]
    fn the_pairs_are_the_best_that_do_not_cross() {
        let python = ["one two three", "four", "five six", "one", "seven"];
        let rust = ["four five", "one two", "five six seven", "three", "four one"];
        let likeness = Likeness::of(&python, &rust);
        let all = [0, 1, 2, 3, 4];
        let sum = |pairs: &[(usize, usize)]| -> f64 {
            pairs.iter().map(|(one, other)| likeness.between(*one, *other)).sum()
        };
        // Every choice of pairs, by brute force.
        let mut best = 0.0_f64;
        let mut open = vec![(Vec::new(), 0, 0)];
        while let Some((pairs, from, with)) = open.pop() {
            best = best.max(sum(&pairs));
            for one in from..python.len() {
                for other in with..rust.len() {
                    let mut more = pairs.clone();
                    more.push((one, other));
                    open.push((more, one + 1, other + 1));
                }
            }
        }
        let found = likeness.best_pairs(&all, &all);
        assert!((sum(&found) - best).abs() < 1e-9, "{found:?}");
        assert!(found.iter().all(|(one, other)| likeness.between(*one, *other) > 0.0));
    }

    #[test]
    fn an_implementation_belongs_to_its_type() {
        let program =
            ["struct A<'a> {", "}", "", "impl<'a> A<'a> {", "}", "impl Drop for B {", "}"];
        let names: Vec<String> = rust_parts(&program).into_iter().map(|part| part.name).collect();
        assert_eq!(names, ["a", "b"]);
    }
}
