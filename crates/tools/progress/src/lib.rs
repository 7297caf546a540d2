//! How far a long command has come, and when it will be done: a line on stderr, where that is a
//! terminal. Elsewhere nothing is shown, and the output stays what it is about.
//!
//! # Layout
//!
//! * [`Progress`]: that line, for work that is done in so many pieces

use std::fmt::Write;
use std::time::Duration;

use indicatif::{HumanDuration, ProgressBar, ProgressState, ProgressStyle};
use language::Language;

/// A line that says what is being done, how much of it is done, and, as soon as something is, about
/// when the rest will be. Dropping it takes it off the screen.
#[derive(Debug)]
pub struct Progress(ProgressBar);

impl Progress {
    /// Nothing is done yet of so many things.
    pub fn new(language: Language, things: usize) -> Self {
        let template = language.choose(
            "{spinner} {pos}/{len} {wide_msg} {elapsed} gone{left}",
            "{spinner} {pos}/{len} {wide_msg} 已用 {seconds} 秒{left}",
        );
        let seconds = |state: &ProgressState, line: &mut dyn Write| {
            let _ = write!(line, "{}", state.elapsed().as_secs());
        };
        let style = ProgressStyle::with_template(template)
            .expect("a template without mistakes")
            .with_key("seconds", seconds)
            .with_key("left", move |state: &ProgressState, line: &mut dyn Write| {
                left(language, state, line);
            });
        let bar = ProgressBar::new(things as u64).with_style(style);
        bar.enable_steady_tick(Duration::from_millis(200));
        Self(bar)
    }

    /// Says what is being done.
    pub fn about(&self, what: impl Into<String>) {
        self.0.set_message(what.into());
    }

    /// One thing more is done.
    pub fn one_more(&self) {
        self.0.inc(1);
    }

    /// Prints a line of the result, above the progress.
    pub fn print(&self, line: &str) {
        self.0.suspend(|| println!("{line}"));
    }
}

/// How long the rest takes is known from what is done, so at first it is not known.
fn left(language: Language, state: &ProgressState, line: &mut dyn Write) {
    if state.pos() > 0 {
        let _ = match language {
            Language::En => write!(line, ", about {:#} left", HumanDuration(state.eta())),
            Language::Zh => write!(line, "，还要约 {} 秒", state.eta().as_secs()),
        };
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
