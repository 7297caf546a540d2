//! How a value is written for another process, and read there.
//!
//! Both ends are the same program, so what is written has no version. It says of each value what
//! it is: a type that looks before it reads, as `#[serde(untagged)]` and `serde_json::Value` do,
//! finds what it needs, and a field that `skip_serializing_if` has left out is missed by its name.
//! Every value of serde's model comes back as it was, or is an error: numbers bit for bit, `Some`
//! as deep as it goes, keys of any type.
//!
//! A value is a [`tag`] and what belongs to it. Numbers are little-endian and as long as their
//! type; a text has its length before it; a list, and a map with each key before its value, go on
//! until [`tag::END`].

mod read;
mod write;

use std::fmt;

use serde_core::de::DeserializeOwned;
use serde_core::{de, ser, Serialize};

/// So deep a value may be nested.
///
/// Every level is a call of a function when the value is read, and a call takes up to 4 KB of stack
/// in a program that is not optimised. A thread has 2 MB, but main has only 1 MB on Windows.
pub(crate) const DEEPEST: usize = if cfg!(windows) { 200 } else { 400 };

/// What comes next. The numbers have no meaning of their own.
mod tag {
    pub(super) const FALSE: u8 = 0;
    pub(super) const TRUE: u8 = 1;
    pub(super) const I8: u8 = 2;
    pub(super) const I16: u8 = 3;
    pub(super) const I32: u8 = 4;
    pub(super) const I64: u8 = 5;
    pub(super) const I128: u8 = 6;
    pub(super) const U8: u8 = 7;
    pub(super) const U16: u8 = 8;
    pub(super) const U32: u8 = 9;
    pub(super) const U64: u8 = 10;
    pub(super) const U128: u8 = 11;
    pub(super) const F32: u8 = 12;
    pub(super) const F64: u8 = 13;
    pub(super) const CHAR: u8 = 14;
    pub(super) const STR: u8 = 15;
    pub(super) const BYTES: u8 = 16;
    pub(super) const NONE: u8 = 17;
    pub(super) const SOME: u8 = 18;
    pub(super) const UNIT: u8 = 19;
    pub(super) const SEQ: u8 = 20;
    pub(super) const MAP: u8 = 21;
    /// The name of a variant that holds nothing.
    pub(super) const UNIT_VARIANT: u8 = 22;
    /// The name of a variant, then what it holds.
    pub(super) const VARIANT: u8 = 23;
    pub(super) const END: u8 = 24;
}

/// Writes a value.
///
/// # Errors
///
/// When the value refuses to be written, or is nested more than [`DEEPEST`] levels deep.
pub(crate) fn to_vec(value: &(impl Serialize + ?Sized)) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    value.serialize(write::Writer::new(&mut bytes))?;
    Ok(bytes)
}

/// Reads a value back.
///
/// # Errors
///
/// When the bytes are not one value of this type.
pub(crate) fn from_slice<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Error> {
    let mut reader = read::Reader::new(bytes);
    let value = T::deserialize(&mut reader)?;
    reader.end()?;
    Ok(value)
}

/// Why a value cannot be written or read, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Error(String);

impl Error {
    fn too_deep() -> Self {
        Self(format!("it is nested more than {DEEPEST} levels deep"))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for Error {}

impl ser::Error for Error {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self(message.to_string())
    }
}

impl de::Error for Error {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self(message.to_string())
    }
}

#[cfg(test)]
mod tests;
