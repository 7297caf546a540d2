//! A queue that several processes share.
//!
//! Its items are in the process that made it, the [`hub`]; every process that it is given to is a
//! [`client`], with a [`stream`] of [`message`]s between them. So no process ever holds a lock that
//! another one needs, and one that dies takes nothing with it but what it has taken.

mod client;
mod hub;
mod message;
mod stream;

use std::cell::RefCell;
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_core::de::{DeserializeOwned, Error as _};
use serde_core::ser::Error as _;
use serde_core::{Deserialize, Deserializer, Serialize, Serializer};

use crate::exchange::wire;
use client::Client;
use hub::Hub;

/// A queue of values between processes: Python's `multiprocessing.Queue`.
///
/// Main makes it and gives it to children and to tasks of a pool as an argument. Every process can
/// put values in and get them out; each value is given to one of them, the first first.
///
/// ```no_run
/// use util::{Process, Queue};
///
/// fn main() -> Result<(), Box<dyn std::error::Error>> {
///     let _main = util::main_guard!(square);
///     let results = Queue::new();
///     for number in 0..3_i64 {
///         Process::new(square, (number, results.clone())).start()?;
///     }
///     for _ in 0..3 {
///         println!("{}", results.get()?);
///     }
///     Ok(())
/// }
///
/// fn square(number: i64, results: Queue<i64>) {
///     results.put(number * number).unwrap();
/// }
/// ```
///
/// The values of one process come in the order in which it has put them, and those of a child before
/// anything that is put after its join.
///
/// Nobody hangs because somebody died. What a process has put comes, however the process ends. When a
/// process dies, only the values that it had got are gone. And
/// `get` gives [`QueueError::Abandoned`] when no value can come any more: when the queue is empty,
/// all other processes that had it have ended or dropped it, and this one has no other clone of it.
/// So give a thread of this process that puts values a clone, not a reference. CPython's queue hangs
/// in each of these cases.
///
/// The values are in the process that made the queue. When that has ended, so has the queue.
pub struct Queue<T> {
    side: Side,
    values: PhantomData<fn(T) -> T>,
}

/// Where this process stands.
#[derive(Debug, Clone)]
enum Side {
    /// It has made the queue.
    Owner(hub::Handle),
    /// It was given the queue.
    Client(Arc<Client>),
}

impl<T> Queue<T> {
    /// A queue that takes as many values as there is memory for.
    pub fn new() -> Self {
        Self::with(None)
    }

    /// A queue that holds at most `maxsize` values: `put` waits while it is full. Python's
    /// `Queue(maxsize)`.
    ///
    /// # Panics
    ///
    /// When `maxsize` is 0, which in CPython stands for no limit: that is [`new`](Self::new).
    #[track_caller]
    pub fn bounded(maxsize: usize) -> Self {
        assert!(maxsize > 0, "a queue of no size can hold nothing: Queue::new() has no limit");
        Self::with(Some(maxsize))
    }

    fn with(capacity: Option<usize>) -> Self {
        Self { side: Side::Owner(Hub::handle(capacity)), values: PhantomData }
    }
}

impl<T> Default for Queue<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> Clone for Queue<T> {
    /// The same queue once more.
    fn clone(&self) -> Self {
        Self { side: self.side.clone(), values: PhantomData }
    }
}

impl<T> fmt::Debug for Queue<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Queue").finish_non_exhaustive()
    }
}

impl<T: Serialize> Queue<T> {
    /// Puts a value in. Where the queue is bounded and full, it waits for room.
    ///
    /// # Errors
    ///
    /// When the value cannot be written; [`QueueError::Abandoned`] when the queue is full and nobody
    /// is left who could take a value; [`QueueError::Gone`] when the process that made it has ended.
    pub fn put(&self, value: T) -> Result<(), QueueError> {
        let item = wire::to_vec(&value).map_err(|error| QueueError::Value(error.to_string()))?;
        match &self.side {
            Side::Owner(hub) => hub.put(item),
            Side::Client(client) => client.put(item),
        }
    }
}

impl<T: DeserializeOwned> Queue<T> {
    /// Waits for a value and takes it out.
    ///
    /// # Errors
    ///
    /// [`QueueError::Abandoned`] when no value can come any more; [`QueueError::Gone`] when the
    /// process that made the queue has ended.
    pub fn get(&self) -> Result<T, QueueError> {
        self.take(Patience::Endless)
    }

    /// As [`get`](Self::get), but waits no longer than `timeout`: Python's `get(timeout=…)`.
    ///
    /// # Errors
    ///
    /// Those of `get`, and [`QueueError::Empty`] when the time is over.
    pub fn get_timeout(&self, timeout: Duration) -> Result<T, QueueError> {
        // A time that no clock can express is as good as none.
        let end = Instant::now().checked_add(timeout);
        self.take(end.map_or(Patience::Endless, Patience::Until))
    }

    /// Takes a value out if there is one: Python's `get_nowait()`.
    ///
    /// # Errors
    ///
    /// Those of `get`, and [`QueueError::Empty`] when there is none.
    pub fn try_get(&self) -> Result<T, QueueError> {
        self.take(Patience::None)
    }

    fn take(&self, patience: Patience) -> Result<T, QueueError> {
        let item = match &self.side {
            Side::Owner(hub) => hub.get(patience),
            Side::Client(client) => client.get(patience),
        }?;
        wire::from_slice(&item).map_err(|error| QueueError::Value(error.to_string()))
    }
}

/// How long somebody waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Patience {
    None,
    Until(Instant),
    Endless,
}

/// Why a queue gives or takes no value.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum QueueError {
    /// There is none, or none has come in time. Python's `queue.Empty`.
    Empty,
    /// None can come any more, or nobody is left to make room: the other processes that had the
    /// queue have ended.
    Abandoned,
    /// The process that made the queue has ended, or has let go of it.
    Gone,
    /// The value cannot be written, or not be read.
    Value(String),
}

impl fmt::Display for QueueError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => formatter.write_str("the queue is empty"),
            Self::Abandoned => {
                formatter.write_str("all other processes that had the queue have ended")
            }
            Self::Gone => formatter.write_str("the process that made the queue has ended"),
            Self::Value(error) => write!(formatter, "the value cannot be sent: {error}"),
        }
    }
}

impl std::error::Error for QueueError {}

/// A queue as it travels: its address, its secret, whether it is bounded, and the number of the
/// ticket.
type Written = (String, String, bool, u64);

impl<T> Serialize for Queue<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let written: Written = GIVEN
            .with_borrow_mut(|given| {
                let given = given.last_mut().ok_or_else(|| {
                    "a queue can only be given to a process or a task as an argument".to_owned()
                })?;
                let (written, ticket) = match &self.side {
                    Side::Owner(hub) => hub.give().map_err(|error| error.to_string())?,
                    Side::Client(client) => client.give(),
                };
                given.push(ticket);
                Ok(written)
            })
            .map_err(|error: String| S::Error::custom(error))?;
        written.serialize(serializer)
    }
}

impl<'de, T> Deserialize<'de> for Queue<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (address, secret, bounded, ticket) = Written::deserialize(deserializer)?;
        let client = client::get(&address, &secret, bounded, ticket).map_err(|error| {
            D::Error::custom(format_args!("the queue cannot be found: {error}"))
        })?;
        Ok(Self { side: Side::Client(client), values: PhantomData })
    }
}

/// While somebody holds it, the queue counts as given to a process that has not come for it yet.
#[derive(Debug)]
pub(crate) struct Ticket {
    _until_it_is_dropped: Given,
}

#[derive(Debug)]
#[expect(dead_code, reason = "it is about how long they live")]
enum Given {
    ByOwner(hub::Ticket),
    ByClient(Arc<Client>),
}

thread_local! {
    /// The tickets for what is being written, and for what it is written within.
    static GIVEN: RefCell<Vec<Vec<Ticket>>> = const { RefCell::new(Vec::new()) };
}

/// Writes something that may have queues in it, and gives the tickets for them.
pub(crate) fn give_away<R>(write: impl FnOnce() -> R) -> (R, Vec<Ticket>) {
    /// Ends the writing, also where it panics.
    struct End;
    impl Drop for End {
        fn drop(&mut self) {
            drop(GIVEN.with_borrow_mut(Vec::pop));
        }
    }
    GIVEN.with_borrow_mut(|given| given.push(Vec::new()));
    let end = End;
    let result = write();
    let tickets =
        GIVEN.with_borrow_mut(|given| given.last_mut().map(std::mem::take).unwrap_or_default());
    drop(end);
    (result, tickets)
}
