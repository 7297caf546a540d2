//! The worlds that can be searched.

#[cfg(feature = "command")]
pub mod processes;
#[cfg(feature = "command")]
pub mod python;
pub mod rust;
