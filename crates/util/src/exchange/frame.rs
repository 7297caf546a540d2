//! What travels between a parent and its children: a length of eight bytes, then as many bytes.

use std::io::{self, Read, Write};

const HEAD: usize = size_of::<u64>();

/// A longer frame goes to the system by itself: to put it behind its length would take the memory
/// twice.
const SMALL: usize = 64 * 1024;

/// Writes a frame. A small one is written at once, so that a reader finds all of it.
pub(crate) fn write(mut to: impl Write, frame: &[u8]) -> io::Result<()> {
    let head = (frame.len() as u64).to_le_bytes();
    if frame.len() > SMALL {
        to.write_all(&head)?;
        return to.write_all(frame);
    }
    let mut bytes = Vec::with_capacity(HEAD + frame.len());
    bytes.extend_from_slice(&head);
    bytes.extend_from_slice(frame);
    to.write_all(&bytes)
}

/// Reads one frame; an end before its last byte is an error.
pub(crate) fn read(mut from: impl Read) -> io::Result<Vec<u8>> {
    let mut head = [0; HEAD];
    from.read_exact(&mut head)?;
    let length = u64::from_le_bytes(head);
    // More memory is taken as the bytes arrive: a wrong length costs little.
    let mut frame = Vec::with_capacity(length.min(SMALL as u64) as usize);
    from.take(length).read_to_end(&mut frame)?;
    if frame.len() as u64 == length {
        Ok(frame)
    } else {
        Err(io::ErrorKind::UnexpectedEof.into())
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn frames_come_back_as_they_were() {
        let mut bytes = Vec::new();
        for frame in [&b"one"[..], b"", b"three"] {
            write(&mut bytes, frame).unwrap();
        }
        let mut rest = bytes.as_slice();
        assert_eq!(read(&mut rest).unwrap(), b"one");
        assert_eq!(read(&mut rest).unwrap(), b"");
        assert_eq!(read(&mut rest).unwrap(), b"three");
        assert_eq!(read(&mut rest).unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
    }

    #[test]
    fn a_frame_that_is_cut_off_anywhere_is_an_error() {
        let mut bytes = Vec::new();
        write(&mut bytes, b"some text").unwrap();
        for length in 0..bytes.len() {
            assert_eq!(
                read(&bytes[..length]).unwrap_err().kind(),
                io::ErrorKind::UnexpectedEof,
                "{length} bytes"
            );
        }
    }

    #[test]
    fn a_length_that_lies_takes_little_memory() {
        let mut bytes = u64::MAX.to_le_bytes().to_vec();
        bytes.extend_from_slice(b"short");
        assert_eq!(read(bytes.as_slice()).unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
    }

    proptest! {
        #[test]
        fn all_frames_come_back(frames in vec(vec(any::<u8>(), 0..300), 0..8)) {
            let mut bytes = Vec::new();
            for frame in &frames {
                write(&mut bytes, frame).unwrap();
            }
            let mut rest = InPieces(&bytes);
            for frame in frames {
                prop_assert_eq!(read(&mut rest).unwrap(), frame);
            }
            prop_assert_eq!(read(rest).unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
        }

        #[test]
        fn any_bytes_are_a_frame_or_an_error(
            length in prop_oneof![0..40_u64, any::<u64>()],
            bytes in vec(any::<u8>(), 0..40),
        ) {
            let whole = [&length.to_le_bytes()[..], &bytes].concat();
            let mut rest = InPieces(&whole);
            match usize::try_from(length).ok().and_then(|length| bytes.get(..length)) {
                Some(frame) => {
                    let read = read(&mut rest).unwrap();
                    prop_assert_eq!(&read, frame);
                    prop_assert_eq!(rest.0.len(), bytes.len() - frame.len());
                }
                None => {
                    let kind = read(rest).unwrap_err().kind();
                    prop_assert_eq!(kind, io::ErrorKind::UnexpectedEof);
                }
            }
        }
    }

    /// Remembers how long a frame is said to be, and how long it is.
    #[derive(Default)]
    struct Lengths {
        said: Option<u64>,
        written: u64,
    }

    impl Write for Lengths {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            match self.said {
                None => self.said = bytes.first_chunk().map(|head| u64::from_le_bytes(*head)),
                Some(_) => self.written += bytes.len() as u64,
            }
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    #[cfg(target_pointer_width = "64")]
    fn a_frame_may_be_longer_than_four_bytes_can_say() {
        // Nobody touches these zeros, so they take no memory.
        let frame = vec![0; (4 << 30) + 1];
        let mut lengths = Lengths::default();
        write(&mut lengths, &frame).unwrap();
        assert_eq!((lengths.said, lengths.written), (Some((4 << 30) + 1), (4 << 30) + 1));
    }

    /// Gives few bytes at a time, as a pipe may.
    struct InPieces<'a>(&'a [u8]);

    impl Read for InPieces<'_> {
        fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
            let length = to.len().min(3);
            self.0.read(&mut to[..length])
        }
    }
}
