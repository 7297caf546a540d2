//! What the steps of processes touch.
//!
//! An object's number is made of names that are the same in every run: the place of a process in the
//! tree, who made a pipe, and which of its pipes it is.

use std::hash::{DefaultHasher, Hash, Hasher};

use crate::step::{Actor, How, Object, Touch};

/// What processes share.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Shared<'a> {
    /// The end of a process.
    End(&'a str),
    /// What reaches a process from outside: each of its steps reads it, a signal writes it.
    Signals(&'a str),
    /// The memory of a process of several threads, as a whole: each of their steps writes it.
    Memory(&'a str),
    /// A pipe, or one direction of a socket.
    Pipe(&'a str),
    /// Who has a pipe open: closing an end establishes more of it, and a look reads it.
    Ends(&'a str),
    /// Whose turn it is to read from a pipe.
    Readers(&'a str),
    /// The time, where sleeps keep to it.
    Time,
    /// Memory of several processes that is not guarded, as a whole.
    CommonMemory,
    /// A word of memory that several processes have, by the name of that memory. A semaphore is one.
    Word(&'a str, u64),
    /// The chance of a task to take its so manieth step: who takes it from it writes this, and so does
    /// the step itself.
    Chance(Actor, usize),
    /// That a task can take its so manieth step: true once others have done what they had to.
    Enabled(Actor, usize),
}

impl Shared<'_> {
    pub(super) fn touched(&self, how: How) -> Touch {
        Touch { object: Object(hash(self) | 2), how }
    }
}

pub(super) fn hash(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}
