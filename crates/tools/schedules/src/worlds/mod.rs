//! The worlds that can be searched.

pub mod python;
pub mod rust;
