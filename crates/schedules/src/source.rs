//! A lesson's source, and the lines in it that no call tells: where a lock is given back, and where a
//! scope ends.

use ::std::ops::Range;

use crate::step::{Action, Step};

/// A source text that can be asked for the line of a step.
pub(crate) struct Source {
    lines: Vec<String>,
    /// The text with blanks for comments and for what stands in quotes, so that brackets count.
    code: Vec<char>,
    /// Where each line begins in `code`.
    starts: Vec<usize>,
}

impl Source {
    pub(crate) fn new(text: &str) -> Self {
        let code = blank_out(text);
        let newlines = code.iter().enumerate().filter(|(_, c)| **c == '\n').map(|(at, _)| at + 1);
        let starts = [0].into_iter().chain(newlines).collect();
        Source { lines: text.lines().map(str::to_string).collect(), code, starts }
    }

    /// The text of a line, counted from 1.
    pub(crate) fn line(&self, number: usize) -> &str {
        self.lines.get(number - 1).map_or("", String::as_str)
    }

    pub(crate) fn length(&self) -> usize {
        self.lines.len()
    }

    /// The line at which a step happens.
    ///
    /// No call tells where a lock is given back, so that is found from the text. It is right for a
    /// guard that is kept by `let`, put into a variable of the function, returned by it, or not kept
    /// at all, and says no more than where the lock was taken for a guard that goes other ways.
    pub(crate) fn line_of(&self, step: &Step) -> usize {
        let line = step.at.line() as usize;
        let call = self.starts.get(line - 1).map(|start| start + step.at.column() as usize - 1);
        let at = match step.action {
            Action::EndMain => self.end_of_main(),
            Action::EndScope(_) => call.and_then(|call| self.end_of_call(call)),
            Action::Release(_) => {
                call.filter(|&call| self.has(call, "lock")).and_then(|call| self.end_of_guard(call))
            }
            _ => None,
        };
        at.map_or(line, |at| self.starts.partition_point(|&start| start <= at))
    }

    fn has(&self, at: usize, word: &str) -> bool {
        self.code[at..].iter().take(word.len()).copied().eq(word.chars())
    }

    fn text(&self, range: Range<usize>) -> String {
        self.code[range].iter().collect::<String>().trim().to_string()
    }

    fn end_of_main(&self) -> Option<usize> {
        let main = (0..self.code.len()).find(|&at| self.has(at, "fn main()"))?;
        let open = main + self.code[main..].iter().position(|&c| c == '{')?;
        self.closing(open + 1)
    }

    /// The parenthesis that ends the call which begins at `call`.
    fn end_of_call(&self, call: usize) -> Option<usize> {
        let open = call + self.code[call..].iter().position(|&c| c == '(')?;
        self.closing(open + 1)
    }

    /// The place where the guard is dropped that the call of `lock` at `call` gives.
    fn end_of_guard(&self, call: usize) -> Option<usize> {
        let block = self.block_around(call)?;
        let end = self.end_of_statement(call, &block);
        let start = self.start_of_statement(call);
        let unwrapped = self.text(self.end_of_call(call)? + 1..end);
        let is_guard = unwrapped == ".unwrap()" || unwrapped.starts_with(".expect(");
        let before = self.text(start..call);
        let (variable, place) = before.split_once('=').unwrap_or(("", &before));
        if !is_guard || place.trim_start().starts_with('*') {
            return Some(end);
        }
        let returned = self.text(self.start_of_statement(block.end)..block.end);
        match variable.trim().strip_prefix("let ") {
            Some(name) if name.trim().trim_start_matches("mut ") == returned => {
                self.end_of_caller(call)
            }
            Some(_) => Some(block.end),
            None if variable.is_empty() => Some(end),
            None => self.function_around(call).map(|function| function.end),
        }
    }

    /// The end of the function that calls the one around `at`.
    fn end_of_caller(&self, at: usize) -> Option<usize> {
        let function = self.function_around(at)?;
        let header = self.text(self.start_of_statement(function.start)..function.start);
        let (_, name) = header.split_once("fn ")?;
        let name = name.split(['(', '<']).next()?;
        let call = (0..self.code.len()).find(|&at| {
            self.has(at, &format!("{name}("))
                && !self.text(self.start_of_statement(at)..at).ends_with("fn")
        })?;
        self.function_around(call).map(|function| function.end)
    }

    fn function_around(&self, mut at: usize) -> Option<Range<usize>> {
        loop {
            let block = self.block_around(at)?;
            let header = self.text(self.start_of_statement(block.start)..block.start);
            if header.split_whitespace().any(|word| word == "fn") {
                return Some(block);
            }
            at = block.end + 1;
        }
    }

    fn start_of_statement(&self, at: usize) -> usize {
        let before = self.code[..at].iter();
        before.rev().position(|c| matches!(c, ';' | '{' | '}')).map_or(0, |back| at - back)
    }

    /// The semicolon that ends the statement around `at`, or the end of its text where it has none.
    fn end_of_statement(&self, at: usize, block: &Range<usize>) -> usize {
        let mut depth = 0;
        for at in at..block.end {
            match self.code[at] {
                '(' | '[' | '{' => depth += 1,
                ')' | ']' | '}' => depth -= 1,
                ';' if depth <= 0 => return at,
                _ => {}
            }
        }
        let mut text = self.code[..block.end].iter();
        text.rposition(|c| !c.is_whitespace()).map_or(block.end, |last| last + 1)
    }

    /// The braces of the block around `at`.
    fn block_around(&self, at: usize) -> Option<Range<usize>> {
        let mut end = self.closing(at)?;
        while self.code[end] != '}' {
            end = self.closing(end + 1)?;
        }
        let mut depth = 0;
        let start = self.code[..end].iter().rposition(|c| {
            match c {
                '}' => depth += 1,
                '{' => depth -= 1,
                _ => {}
            }
            depth < 0
        })?;
        Some(start..end)
    }

    /// The bracket that closes what is open at `from`.
    fn closing(&self, from: usize) -> Option<usize> {
        let mut depth = 0;
        (from..self.code.len()).find(|&at| {
            match self.code[at] {
                '(' | '[' | '{' => depth += 1,
                ')' | ']' | '}' => depth -= 1,
                _ => {}
            }
            depth < 0
        })
    }
}

/// The text with a blank for every character of a comment, a string or a character literal.
fn blank_out(text: &str) -> Vec<char> {
    let text: Vec<char> = text.chars().collect();
    let mut code = text.clone();
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        let length = match rest {
            ['/', '/', ..] => rest.iter().position(|&c| c == '\n').unwrap_or(rest.len()),
            ['/', '*', ..] => {
                rest.windows(2).position(|end| end == ['*', '/']).map_or(rest.len(), |end| end + 2)
            }
            ['"', ..] => quoted(rest, '"'),
            // A quote without a partner belongs to a lifetime.
            ['\'', '\\', ..] | ['\'', _, '\'', ..] => quoted(rest, '\''),
            _ => {
                at += 1;
                continue;
            }
        };
        for blank in &mut code[at..at + length] {
            if *blank != '\n' {
                *blank = ' ';
            }
        }
        at += length;
    }
    code
}

/// The length of the literal that `text` begins with.
fn quoted(text: &[char], quote: char) -> usize {
    let mut escaped = true;
    let end = text.iter().position(|&c| {
        let ends = c == quote && !escaped;
        escaped = c == '\\' && !escaped;
        ends
    });
    end.map_or(text.len(), |end| end + 1)
}
