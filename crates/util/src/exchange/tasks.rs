//! What a pool and its workers exchange: several calls of one target, and what became of each.

use std::fmt;
use std::time::Duration;

/// Calls of one target as they travel: the target's name, then the arguments of each call.
///
/// Many short calls travel together, because a message costs more than they do.
#[derive(Debug)]
pub(crate) struct Calls {
    message: Vec<u8>,
    count: usize,
}

impl Calls {
    pub(crate) fn of(target: &str) -> Self {
        let mut message = Vec::with_capacity(64 + target.len());
        put(&mut message, &[], target.as_bytes());
        Self { message, count: 0 }
    }

    pub(crate) fn push(&mut self, args: &[u8]) {
        put(&mut self.message, &[], args);
        self.count += 1;
    }

    pub(crate) fn len(&self) -> usize {
        self.count
    }

    pub(crate) fn message(&self) -> &[u8] {
        &self.message
    }

    /// Reads the name of the target and the arguments of each call.
    pub(crate) fn read(message: &[u8]) -> Option<(&str, impl Iterator<Item = &[u8]>)> {
        let mut pieces = Pieces(message);
        let target = std::str::from_utf8(pieces.next()?).ok()?;
        Some((target, pieces))
    }
}

/// What became of one call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The result, as it was written.
    Value(Vec<u8>),
    /// The message of the panic.
    Panicked(String),
    /// Why the arguments could not be read.
    Arguments(String),
    /// Why the result could not be written.
    Output(String),
}

impl Outcome {
    fn parts(&self) -> (u8, &[u8]) {
        match self {
            Self::Value(value) => (0, value),
            Self::Panicked(message) => (1, message.as_bytes()),
            Self::Arguments(error) => (2, error.as_bytes()),
            Self::Output(error) => (3, error.as_bytes()),
        }
    }

    fn from_piece(piece: &[u8]) -> Option<Self> {
        let (kind, content) = piece.split_first()?;
        let text = || String::from_utf8_lossy(content).into_owned();
        match kind {
            0 => Some(Self::Value(content.to_vec())),
            1 => Some(Self::Panicked(text())),
            2 => Some(Self::Arguments(text())),
            3 => Some(Self::Output(text())),
            _ => None,
        }
    }
}

/// What became of several calls, as it travels: how long they took, then the outcome of each.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Outcomes(Vec<u8>);

impl Outcomes {
    pub(crate) fn write(outcomes: impl Iterator<Item = Outcome>) -> Self {
        let begin = std::time::Instant::now();
        let mut message = vec![0; 8];
        for outcome in outcomes {
            let (kind, content) = outcome.parts();
            put(&mut message, &[kind], content);
        }
        let nanoseconds = u64::try_from(begin.elapsed().as_nanos()).unwrap_or(u64::MAX);
        message[..8].copy_from_slice(&nanoseconds.to_le_bytes());
        Self(message)
    }

    /// `None` when these bytes were not written by a worker.
    pub(crate) fn from_message(message: Vec<u8>) -> Option<Self> {
        (message.len() >= 8).then_some(Self(message))
    }

    pub(crate) fn message(&self) -> &[u8] {
        &self.0
    }

    /// How long the worker was busy with them.
    pub(crate) fn took(&self) -> Duration {
        let nanoseconds = self.0.first_chunk().copied().unwrap_or_default();
        Duration::from_nanos(u64::from_le_bytes(nanoseconds))
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = Outcome> + '_ {
        Pieces(self.0.get(8..).unwrap_or_default()).map_while(Outcome::from_piece)
    }
}

impl fmt::Debug for Outcomes {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_list().entries(self.iter()).finish()
    }
}

/// A length of eight bytes, then as many bytes.
fn put(message: &mut Vec<u8>, head: &[u8], rest: &[u8]) {
    message.extend_from_slice(&((head.len() + rest.len()) as u64).to_le_bytes());
    message.extend_from_slice(head);
    message.extend_from_slice(rest);
}

/// The pieces of a message, one after the other.
struct Pieces<'a>(&'a [u8]);

impl<'a> Iterator for Pieces<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let (length, rest) = self.0.split_first_chunk()?;
        let length = usize::try_from(u64::from_le_bytes(*length)).ok()?;
        let (piece, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        Some(piece)
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    fn outcome() -> impl Strategy<Value = Outcome> {
        prop_oneof![
            vec(any::<u8>(), 0..50).prop_map(Outcome::Value),
            any::<String>().prop_map(Outcome::Panicked),
            any::<String>().prop_map(Outcome::Arguments),
            any::<String>().prop_map(Outcome::Output),
        ]
    }

    proptest! {
        #[test]
        fn calls_come_back(target in any::<String>(), args in vec(vec(any::<u8>(), 0..50), 0..9)) {
            let mut calls = Calls::of(&target);
            args.iter().for_each(|args| calls.push(args));
            prop_assert_eq!(calls.len(), args.len());
            let (name, read) = Calls::read(calls.message()).unwrap();
            prop_assert_eq!(name, target);
            prop_assert_eq!(read.collect::<Vec<_>>(), args);
        }

        #[test]
        fn outcomes_come_back(outcomes in vec(outcome(), 0..9)) {
            let written = Outcomes::write(outcomes.iter().cloned());
            let read = Outcomes::from_message(written.message().to_vec()).unwrap();
            prop_assert_eq!(read.iter().collect::<Vec<_>>(), outcomes);
        }

        #[test]
        fn any_bytes_are_read_without_a_panic(bytes in vec(any::<u8>(), 0..100)) {
            if let Some((_, args)) = Calls::read(&bytes) {
                args.for_each(drop);
            }
            if let Some(outcomes) = Outcomes::from_message(bytes) {
                outcomes.iter().for_each(drop);
            }
        }
    }
}
