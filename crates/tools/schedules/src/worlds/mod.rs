//! The worlds that can be searched.

#[cfg(feature = "command")]
pub mod processes;
pub mod rust;
