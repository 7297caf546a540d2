//! The worlds that can be searched.

pub mod processes;
pub mod rust;
