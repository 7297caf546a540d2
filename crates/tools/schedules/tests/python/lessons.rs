//! The thread lessons.
