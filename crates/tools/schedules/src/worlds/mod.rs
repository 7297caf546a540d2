//! The worlds that can be searched.

pub mod rust;
