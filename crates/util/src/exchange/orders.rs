//! What a child is told before anything else: who it is, and what it has to do.

use std::io;

use super::link::Connection;
use super::wire;

/// The first frame that a child reads. Where its work is a target, the arguments are the second.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Orders {
    pub(crate) name: String,
    pub(crate) daemon: bool,
    /// The numbers that lead from main to the child: Process-1's second child has 1, 2.
    pub(crate) path: Vec<u32>,
    pub(crate) parent: Parent,
    /// Where the child shows that it has met its orders.
    pub(crate) connection: Connection,
    pub(crate) work: Work,
}

/// The process that starts a child.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Parent {
    pub(crate) id: u32,
    pub(crate) name: String,
    /// Whether its main thread starts the child.
    pub(crate) by_main_thread: bool,
}

/// What a child has to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Work {
    /// Run the target of this name, and end with it.
    Target(String),
    /// Work for a pool: one task after the other.
    Tasks,
}

/// The orders as they travel: tuples, because a derive would cost every build its compiler.
type Written = (String, bool, Vec<u32>, (u32, String, bool), Connection, Option<String>);

impl Orders {
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let Self { name, daemon, path, parent, connection, work } = self;
        let parent = (parent.id, &parent.name, parent.by_main_thread);
        let target = match work {
            Work::Target(name) => Some(name),
            Work::Tasks => None,
        };
        wire::to_vec(&(name, daemon, path, parent, connection, target))
            .expect("names and numbers can always be written")
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> io::Result<Self> {
        let (name, daemon, path, parent, connection, target): Written = wire::from_slice(bytes)
            .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
        let (id, parents_name, by_main_thread) = parent;
        let parent = Parent { id, name: parents_name, by_main_thread };
        let work = target.map_or(Work::Tasks, Work::Target);
        Ok(Self { name, daemon, path, parent, connection, work })
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn orders_come_back(
            name in any::<String>(),
            daemon in any::<bool>(),
            path in vec(any::<u32>(), 0..5),
            parent in any::<(u32, String, bool)>(),
            connection in any::<Connection>(),
            target in any::<Option<String>>(),
        ) {
            let (id, parents_name, by_main_thread) = parent;
            let orders = Orders {
                name,
                daemon,
                path,
                parent: Parent { id, name: parents_name, by_main_thread },
                connection,
                work: target.map_or(Work::Tasks, Work::Target),
            };
            prop_assert_eq!(Orders::from_bytes(&orders.to_bytes()).unwrap(), orders);
        }

        #[test]
        fn any_bytes_are_no_orders(bytes in vec(any::<u8>(), 0..200)) {
            prop_assert!(Orders::from_bytes(&bytes).is_err());
        }
    }
}
