//! What a queue and a process that was given it say to each other.
//!
//! A process lends items: it gets several at once, tells of each that it takes, and gives back the
//! rest when the queue asks for them, because somebody else wants one. So a short `get` does not
//! cost a question and an answer, no item waits in a process that is busy with another one, and
//! when a process dies the items that it had not taken are still there.

use std::io::{self, Read, Write};

/// What a process says to the queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ToHub {
    /// Here is an item.
    Put(Vec<u8>),
    /// I have none, and wait for one; or only if there is one now.
    Want { now: bool },
    /// I do not wait any more.
    Cancel,
    /// I have taken the next of those that I was lent.
    Taken,
    /// Those I was lent from this number on I give back: so many.
    GiveBack { first: u64, count: u64 },
}

/// What the queue says to a process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ToClient {
    /// The items from this number on, counted from the first that the process was ever lent.
    Lend { first: u64, items: Vec<Vec<u8>> },
    /// Give back what you have not taken.
    Recall,
    /// An item that you have put is in.
    Stored,
    /// There is no item now.
    Nothing,
    /// Nobody is left who could put an item, or take one.
    Abandoned,
}

impl ToHub {
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        match self {
            Self::Taken => vec![0],
            Self::Put(item) => {
                let mut bytes = Vec::with_capacity(9 + item.len());
                bytes.push(1);
                put(&mut bytes, item);
                bytes
            }
            Self::Want { now } => vec![2, u8::from(*now)],
            Self::Cancel => vec![3],
            Self::GiveBack { first, count } => {
                [&[4], &first.to_le_bytes()[..], &count.to_le_bytes()].concat()
            }
        }
    }

    pub(super) fn read(mut from: impl Read) -> io::Result<Self> {
        match byte(&mut from)? {
            0 => Ok(Self::Taken),
            1 => Ok(Self::Put(piece(&mut from)?)),
            2 => Ok(Self::Want { now: byte(&mut from)? != 0 }),
            3 => Ok(Self::Cancel),
            4 => Ok(Self::GiveBack { first: number(&mut from)?, count: number(&mut from)? }),
            _ => Err(io::ErrorKind::InvalidData.into()),
        }
    }
}

impl ToHub {
    /// Whether the bytes begin with a whole message, so that nobody has to wait for the rest.
    pub(super) fn is_whole(bytes: &[u8]) -> bool {
        let length = match bytes.split_first() {
            None => return false,
            Some((1, rest)) => match rest.first_chunk() {
                None => return false,
                Some(length) => 9_u64.saturating_add(u64::from_le_bytes(*length)),
            },
            Some((2, _)) => 2,
            Some((4, _)) => 17,
            Some(_) => 1,
        };
        bytes.len() as u64 >= length
    }
}

impl ToClient {
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        match self {
            Self::Lend { first, items } => {
                let mut bytes = vec![0];
                bytes.extend_from_slice(&first.to_le_bytes());
                bytes.extend_from_slice(&(items.len() as u64).to_le_bytes());
                items.iter().for_each(|item| put(&mut bytes, item));
                bytes
            }
            Self::Recall => vec![1],
            Self::Stored => vec![2],
            Self::Nothing => vec![3],
            Self::Abandoned => vec![4],
        }
    }

    pub(super) fn read(mut from: impl Read) -> io::Result<Self> {
        match byte(&mut from)? {
            0 => {
                let (first, count) = (number(&mut from)?, number(&mut from)?);
                let items: io::Result<_> = (0..count).map(|_| piece(&mut from)).collect();
                Ok(Self::Lend { first, items: items? })
            }
            1 => Ok(Self::Recall),
            2 => Ok(Self::Stored),
            3 => Ok(Self::Nothing),
            4 => Ok(Self::Abandoned),
            _ => Err(io::ErrorKind::InvalidData.into()),
        }
    }
}

/// Writes a message at once.
pub(super) fn write(mut to: impl Write, bytes: &[u8]) -> io::Result<()> {
    to.write_all(bytes)
}

fn put(bytes: &mut Vec<u8>, piece: &[u8]) {
    bytes.extend_from_slice(&(piece.len() as u64).to_le_bytes());
    bytes.extend_from_slice(piece);
}

fn byte(mut from: impl Read) -> io::Result<u8> {
    let mut byte = [0];
    from.read_exact(&mut byte)?;
    Ok(byte[0])
}

fn number(mut from: impl Read) -> io::Result<u64> {
    let mut number = [0; 8];
    from.read_exact(&mut number)?;
    Ok(u64::from_le_bytes(number))
}

fn piece(from: impl Read) -> io::Result<Vec<u8>> {
    crate::exchange::frame::read(from)
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_said_to_the_queue_comes_as_it_was(
            item in vec(any::<u8>(), 0..50),
            now in any::<bool>(),
            numbers in any::<(u64, u64)>(),
        ) {
            let said = [
                ToHub::Put(item),
                ToHub::Want { now },
                ToHub::Cancel,
                ToHub::Taken,
                ToHub::GiveBack { first: numbers.0, count: numbers.1 },
            ];
            let bytes: Vec<u8> = said.iter().flat_map(ToHub::to_bytes).collect();
            let mut rest = bytes.as_slice();
            for message in said {
                let length = message.to_bytes().len();
                prop_assert!(ToHub::is_whole(&rest[..length]));
                prop_assert!(!ToHub::is_whole(&rest[..length - 1]));
                prop_assert_eq!(ToHub::read(&mut rest).unwrap(), message);
            }
            prop_assert!(rest.is_empty());
        }

        #[test]
        fn what_the_queue_says_comes_as_it_was(
            first in any::<u64>(),
            items in vec(vec(any::<u8>(), 0..50), 0..9),
        ) {
            let said = [
                ToClient::Lend { first, items },
                ToClient::Recall,
                ToClient::Stored,
                ToClient::Nothing,
                ToClient::Abandoned,
            ];
            let bytes: Vec<u8> = said.iter().flat_map(ToClient::to_bytes).collect();
            let mut rest = bytes.as_slice();
            for message in said {
                prop_assert_eq!(ToClient::read(&mut rest).unwrap(), message);
            }
            prop_assert!(rest.is_empty());
        }
    }
}
