use std::time::Duration;

/// What one run of a program said, and how it ended.
#[derive(Debug, Clone, Default)]
pub struct Transcript {
    /// The process id of the program itself.
    pub pid: u32,
    /// What came out: in a terminal everything, with pipes only what went to stdout.
    pub text: Vec<u8>,
    /// For each byte of `text`, the time since the start of the program at which it was read.
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
    /// The text, with a replacement character for what is not UTF-8.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.text).into_owned()
    }

    /// The lines, without their line breaks.
    pub fn lines(&self) -> Vec<String> {
        self.text().lines().map(str::to_owned).collect()
    }

    /// The same transcript as it stood at a moment: what came later is left out.
    pub fn until(&self, moment: Duration) -> Self {
        let length = self.at.partition_point(|at| *at <= moment);
        let mut earlier = self.clone();
        earlier.text.truncate(length);
        earlier.at.truncate(length);
        earlier
    }

    pub(crate) fn push(&mut self, bytes: &[u8], at: Duration) {
        self.text.extend_from_slice(bytes);
        self.at.resize(self.text.len(), at);
    }
}
