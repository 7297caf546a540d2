//! The language in which a description is written, and how a text is read by it.

use std::ops::{Range, RangeBounds};
use std::sync::Arc;
use std::time::Duration;

use crate::pattern::{Pattern, Values};

/// What a program may say: one piece of text, or several in an order or in any.
///
/// Each piece belongs to the first part that can say it at that moment. A description whose
/// strands could say the same piece must not depend on which of them it was.
#[derive(Debug, Clone)]
pub struct Part(Node);

#[derive(Debug, Clone)]
enum Node {
    Piece {
        pattern: Arc<Pattern>,
        said: bool,
    },
    Pause(f64),
    Paused {
        at_least: f64,
        part: Box<Part>,
    },
    InOrder {
        parts: Vec<Part>,
        /// Those before this one are over.
        at: usize,
        may_stop: bool,
        since: Option<Duration>,
    },
    Together {
        parts: Vec<Part>,
        since: Option<Duration>,
    },
    Times {
        part: Box<Part>,
        least: usize,
        most: usize,
        begun: usize,
        current: Option<Box<Part>>,
        since: Option<Duration>,
    },
}

/// A text and the line break after it, as `print` writes them.
pub fn line(text: &str) -> Part {
    word(&format!("{text}\n"))
}

/// A text with no line break after it, never torn.
pub fn word(text: &str) -> Part {
    Part(Node::Piece { pattern: Arc::new(Pattern::new(text)), said: false })
}

/// In an [`in_order`], the least seconds between the piece before it and the piece after it.
///
/// A measured pause may be half a second shorter, because what came before it may have
/// been read late. It may be as long as it likes: how long a busy machine lets a program wait is not
/// for the program to say.
pub fn pause(seconds: f64) -> Part {
    Part(Node::Pause(seconds))
}

/// A piece may be read so many seconds after it was printed.
const READ_LATE: f64 = 0.5;

/// The parts one after the other.
///
/// # Panics
///
/// When a [`pause`] is not followed by what it delays.
pub fn in_order(parts: impl IntoIterator<Item = Part>) -> Part {
    Part(Node::InOrder { parts: delayed(parts), at: 0, may_stop: false, since: None })
}

/// The parts one after the other, up to any piece: what a process or thread says that is ended
/// before it is done.
///
/// # Panics
///
/// When a [`pause`] is not followed by what it delays.
pub fn beginning(parts: impl IntoIterator<Item = Part>) -> Part {
    Part(Node::InOrder { parts: delayed(parts), at: 0, may_stop: true, since: None })
}

/// The parts, each [`pause`] made one with what it delays.
fn delayed(parts: impl IntoIterator<Item = Part>) -> Vec<Part> {
    let mut folded = Vec::new();
    let mut parts = parts.into_iter();
    while let Some(part) = parts.next() {
        folded.push(match part.0 {
            Node::Pause(seconds) => {
                let part = Box::new(parts.next().expect("a pause stands before what it delays"));
                Part(Node::Paused { at_least: seconds - READ_LATE, part })
            }
            _ => part,
        });
    }
    folded
}

/// The parts at the same time: each in its own order, in any order with the others.
pub fn together(parts: impl IntoIterator<Item = Part>) -> Part {
    Part(Node::Together { parts: parts.into_iter().collect(), since: None })
}

/// A part several times, one after the other: `times(3, …)`, `times(0..=6, …)`, `times(1.., …)`.
pub fn times(count: impl Count, part: Part) -> Part {
    let (least, most) = count.bounds();
    Part(Node::Times { part: Box::new(part), least, most, begun: 0, current: None, since: None })
}

/// How many times: a number, or a range of numbers.
pub trait Count {
    /// The smallest and the largest number.
    fn bounds(self) -> (usize, usize);
}

impl Count for usize {
    fn bounds(self) -> (usize, usize) {
        (self, self)
    }
}

macro_rules! count {
    ($($range:ty),*) => {$(
        impl Count for $range {
            fn bounds(self) -> (usize, usize) {
                use std::ops::Bound::{Excluded, Included, Unbounded};
                let least = match self.start_bound() {
                    Included(least) => *least,
                    Excluded(_) | Unbounded => 0,
                };
                let most = match self.end_bound() {
                    Included(most) => *most,
                    Excluded(end) => end - 1,
                    Unbounded => usize::MAX,
                };
                (least, most)
            }
        }
    )*};
}
count!(std::ops::RangeInclusive<usize>, std::ops::RangeFrom<usize>, Range<usize>);

/// The text that is still to be read, and what is known so far.
pub(crate) struct Reading<'a> {
    pub(crate) text: &'a [u8],
    pub(crate) at: &'a [Duration],
    pub(crate) position: usize,
    pub(crate) values: Values,
    /// If the text at this position is the expected one, but too early: the seconds of its pause, and
    /// the least that they should be.
    pub(crate) too_early: Option<(f64, f64)>,
}

impl Part {
    /// Reads the next piece. `since` is when the piece before it in this strand was said.
    pub(crate) fn read(
        &mut self,
        reading: &mut Reading<'_>,
        since: Duration,
        pause: Option<f64>,
    ) -> bool {
        match &mut self.0 {
            Node::Piece { said: true, .. } | Node::Pause(_) => false,
            Node::Piece { pattern, said } => {
                let mut values = reading.values.clone();
                let Some(length) = pattern.matches(&reading.text[reading.position..], &mut values)
                else {
                    return false;
                };
                if let (Some(at_least), Some(now)) = (pause, reading.at.get(reading.position)) {
                    let paused = now.saturating_sub(since).as_secs_f64();
                    if paused < at_least {
                        reading.too_early = Some((paused, at_least));
                        return false;
                    }
                }
                reading.values = values;
                reading.position += length;
                *said = true;
                true
            }
            Node::Paused { at_least, part } => part.read(reading, since, Some(*at_least)),
            Node::InOrder { parts, at, since: last, .. } => {
                for (number, part) in parts.iter_mut().enumerate().skip(*at) {
                    let here = reading.position;
                    // Only the first piece of all comes after the pause that stands before them.
                    let pause = if last.is_none() { pause } else { None };
                    if part.read(reading, last.unwrap_or(since), pause) {
                        *at = number;
                        *last = reading.at.get(here).copied();
                        return true;
                    }
                    if !part.is_complete() {
                        return false;
                    }
                }
                false
            }
            Node::Together { parts, since: from } => {
                let from = *from.get_or_insert(since);
                parts.iter_mut().any(|part| part.read(reading, from, pause))
            }
            Node::Times { part, least: _, most, begun, current, since: last } => {
                let here = reading.position;
                let since = last.unwrap_or(since);
                if let Some(current) = current {
                    if current.read(reading, since, None) {
                        *last = reading.at.get(here).copied();
                        return true;
                    }
                    if !current.is_complete() {
                        return false;
                    }
                }
                let mut fresh = part.clone();
                let read = *begun < *most && fresh.read(reading, since, pause);
                if read {
                    *begun += 1;
                    *current = Some(fresh);
                    *last = reading.at.get(here).copied();
                }
                read
            }
        }
    }

    /// Has everything been said that must be?
    pub(crate) fn is_complete(&self) -> bool {
        match &self.0 {
            Node::Piece { said, .. } => *said,
            Node::Pause(_) => true,
            Node::Paused { part, .. } => part.is_complete(),
            Node::InOrder { may_stop: true, .. } => true,
            Node::InOrder { parts, at, .. } => parts[*at..].iter().all(Self::is_complete),
            Node::Together { parts, .. } => parts.iter().all(Self::is_complete),
            Node::Times { part, least, begun, current, .. } => {
                // What may be empty may be empty any number of times.
                (begun >= least || part.is_complete())
                    && current.as_ref().is_none_or(|part| part.is_complete())
            }
        }
    }

    /// The pieces that could be said next.
    pub(crate) fn next(&self) -> Vec<String> {
        match &self.0 {
            Node::Piece { said: true, .. } | Node::Pause(_) => Vec::new(),
            Node::Piece { pattern, .. } => vec![pattern.to_string()],
            Node::Paused { part, .. } => part.next(),
            Node::InOrder { parts, at, .. } => {
                let parts = &parts[*at..];
                let open = parts
                    .iter()
                    .position(|part| !part.is_complete())
                    .map_or(parts.len(), |first| first + 1);
                parts[..open].iter().flat_map(Self::next).collect()
            }
            Node::Together { parts, .. } => parts.iter().flat_map(Self::next).collect(),
            Node::Times { part, most, begun, current, .. } => match current {
                Some(current) if !current.is_complete() => current.next(),
                _ if begun < most => part.next(),
                _ => Vec::new(),
            },
        }
    }
}
