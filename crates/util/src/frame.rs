//! What travels between a parent and its children: a length of four bytes, then as many bytes.

use std::io::{self, Read, Write};

/// Writes frames at once, so that a reader finds them together.
pub(crate) fn write(mut to: impl Write, frames: &[&[u8]]) -> io::Result<()> {
    let mut bytes = Vec::with_capacity(frames.iter().map(|frame| 4 + frame.len()).sum());
    for frame in frames {
        let length = u32::try_from(frame.len()).map_err(|_| {
            io::Error::new(
                io::ErrorKind::InvalidInput,
                "arguments and results have to be below 4 GiB",
            )
        })?;
        bytes.extend_from_slice(&length.to_le_bytes());
        bytes.extend_from_slice(frame);
    }
    to.write_all(&bytes)
}

/// Reads one frame; an end before its last byte is an error.
pub(crate) fn read(mut from: impl Read) -> io::Result<Vec<u8>> {
    let mut length = [0; 4];
    from.read_exact(&mut length)?;
    let length = u32::from_le_bytes(length);
    // More memory is taken as the bytes arrive: a wrong length costs little.
    let mut frame = Vec::with_capacity(length.min(64 * 1024) as usize);
    from.take(length.into()).read_to_end(&mut frame)?;
    if frame.len() == length as usize {
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
        write(&mut bytes, &[b"one", b"", b"three"]).unwrap();
        let mut rest = bytes.as_slice();
        assert_eq!(read(&mut rest).unwrap(), b"one");
        assert_eq!(read(&mut rest).unwrap(), b"");
        assert_eq!(read(&mut rest).unwrap(), b"three");
        assert_eq!(read(&mut rest).unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
    }

    #[test]
    fn a_frame_that_is_cut_off_anywhere_is_an_error() {
        let mut bytes = Vec::new();
        write(&mut bytes, &[b"some text"]).unwrap();
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
        let mut bytes = u32::MAX.to_le_bytes().to_vec();
        bytes.extend_from_slice(b"short");
        assert_eq!(read(bytes.as_slice()).unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
    }

    proptest! {
        #[test]
        fn all_frames_come_back(frames in vec(vec(any::<u8>(), 0..300), 0..8)) {
            let mut bytes = Vec::new();
            write(&mut bytes, &frames.iter().map(Vec::as_slice).collect::<Vec<_>>()).unwrap();
            let mut rest = InPieces(&bytes);
            for frame in frames {
                prop_assert_eq!(read(&mut rest).unwrap(), frame);
            }
            prop_assert_eq!(read(rest).unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
        }

        #[test]
        fn any_bytes_are_a_frame_or_an_error(
            length in prop_oneof![0..40_u32, any::<u32>()],
            bytes in vec(any::<u8>(), 0..40),
        ) {
            let whole = [&length.to_le_bytes()[..], &bytes].concat();
            let mut rest = InPieces(&whole);
            match bytes.get(..length as usize) {
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

    /// Gives few bytes at a time, as a pipe may.
    struct InPieces<'a>(&'a [u8]);

    impl Read for InPieces<'_> {
        fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
            let length = to.len().min(3);
            self.0.read(&mut to[..length])
        }
    }
}
