//! What a run has said.

use std::time::Duration;

/// What one run of a program said, and how it ended.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Transcript {
    /// The process id of the program itself, or 0 where it is not known.
    pub pid: u32,
    /// What came out: in a terminal everything, with pipes only what went to stdout.
    pub text: Vec<u8>,
    /// For each byte of `text`, the time since the start of the program at which it was read.
    /// Empty where the times are not known: then pauses are not looked at.
    pub at: Vec<Duration>,
    /// What went to stderr; empty in a terminal, where the two are one.
    pub stderr: String,
    /// The exit code, negative for the signal that ended the program (-15 for SIGTERM).
    /// `None` while it still runs.
    pub exit_code: Option<i32>,
    /// From the start of the program to its end, or to now.
    pub took: Duration,
}

impl Transcript {
    /// A text of which nothing else is known.
    pub fn of(text: &str) -> Self {
        Self { text: text.as_bytes().to_owned(), ..Self::default() }
    }

    /// The same without any times, as if nobody had looked at a clock.
    pub fn untimed(self) -> Self {
        Self { at: Vec::new(), ..self }
    }

    /// The text, with a replacement character for what is not UTF-8.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.text).into_owned()
    }

    /// The lines, without their line breaks.
    pub fn lines(&self) -> Vec<String> {
        self.text().lines().map(str::to_owned).collect()
    }

    /// The lines, each with the seconds after the start at which its first byte was read.
    pub fn timed_lines(&self) -> Vec<(f64, String)> {
        let mut position = 0;
        let lines = self.text.split_inclusive(|byte| *byte == b'\n');
        lines
            .map(|line| {
                let at = self.at[position].as_secs_f64();
                position += line.len();
                (at, String::from_utf8_lossy(line).trim_end_matches('\n').to_owned())
            })
            .collect()
    }

    /// Adds what has been read at a time after the start.
    pub fn push(&mut self, bytes: &[u8], at: Duration) {
        self.text.extend_from_slice(bytes);
        self.at.resize(self.text.len(), at);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_the_time_of_its_first_byte() {
        let mut run = Transcript::default();
        run.push("one\n账".as_bytes(), Duration::from_secs(1));
        run.push("户\n".as_bytes(), Duration::from_secs(2));
        let lines = [(1.0, "one".to_owned()), (1.0, "账户".to_owned())];
        assert_eq!(run.timed_lines(), lines);
        assert_eq!(run.untimed(), Transcript::of("one\n账户\n"));
    }
}
