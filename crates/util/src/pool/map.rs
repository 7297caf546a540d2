//! Many calls of one target, several in each task.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::marker::PhantomData;
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Weak};
use std::time::Duration;

use serde_core::de::DeserializeOwned;
use serde_core::Serialize;

use super::result::value;
use super::tasks::{Done, Task, Tasks};
use super::TaskError;
use crate::exchange::tasks::{Calls, Outcomes};
use crate::exchange::wire;
use crate::queue;

/// So long a worker is to be busy with one task: many times what a task costs.
const BUSY: Duration = Duration::from_millis(1);

/// So many tasks may have ended before their turn.
const MOST_EARLY: usize = 1_000;

/// How many calls go into one task.
///
/// It begins with one, because nobody knows how long the first call takes, and grows as long as
/// tasks are shorter than they should be.
#[derive(Debug)]
pub(super) struct Size {
    now: usize,
    largest: usize,
}

impl Size {
    /// As many as are worth while.
    pub(super) fn free() -> Self {
        Self::at_most(10_000)
    }

    pub(super) fn at_most(largest: usize) -> Self {
        Self { now: 1, largest }
    }

    /// Learns from a task that so many calls took so long.
    fn learn(&mut self, calls: usize, took: Duration) {
        let worth = BUSY.as_nanos() * calls as u128 / took.as_nanos().max(1);
        let worth = usize::try_from(worth).unwrap_or(usize::MAX);
        self.now = worth.clamp(1, self.now.saturating_mul(4)).min(self.largest);
    }
}

/// Makes tasks of the values of an iterator, never many more than the workers can do.
pub(super) struct Chunks<'pool, I> {
    /// Borrowed, because nobody would do the tasks of a pool that has been closed.
    tasks: &'pool Arc<Tasks>,
    target: &'static str,
    values: I,
    size: Size,
    /// How many calls each task has that is on its way.
    on_their_way: BTreeMap<usize, usize>,
    next: usize,
    finished: Receiver<Finished>,
    finish: Arc<Finish>,
}

/// A task that has ended: its number, and what became of its calls.
type Finished = (usize, Result<Outcomes, TaskError>);

/// Where tasks tell what became of them.
struct Finish(Sender<Finished>);

struct DoneAs {
    number: usize,
    finish: Weak<Finish>,
}

impl Done for DoneAs {
    fn done(&self, outcome: Result<Outcomes, TaskError>) {
        // Nobody may be interested any more.
        if let Some(finish) = self.finish.upgrade() {
            let _ = finish.0.send((self.number, outcome));
        }
    }
}

impl<'pool, Args: Serialize, I: Iterator<Item = Args>> Chunks<'pool, I> {
    pub(super) fn new(
        tasks: &'pool Arc<Tasks>,
        target: &'static str,
        values: I,
        size: Size,
    ) -> Self {
        let (finish, finished) = mpsc::channel();
        let mut chunks = Self {
            tasks,
            target,
            values,
            size,
            on_their_way: BTreeMap::new(),
            next: 0,
            finished,
            finish: Arc::new(Finish(finish)),
        };
        chunks.fill();
        chunks
    }

    /// Sends tasks on their way until as many wait as keep the workers busy.
    fn fill(&mut self) {
        let enough = 2 * self.tasks.workers().len() + 1;
        while self.on_their_way.len() < enough && self.send() {}
    }

    /// Sends one task on its way, if there are values for one.
    fn send(&mut self) -> bool {
        let mut calls = Calls::of(self.target);
        let (values, most) = (&mut self.values, self.size.now);
        let (failed, tickets) = queue::give_away(|| {
            while calls.len() < most {
                match values.next().map(|args| wire::to_vec(&args)) {
                    Some(Ok(args)) => calls.push(&args),
                    Some(Err(error)) => return Some(error),
                    None => return None,
                }
            }
            None
        });
        let sent = calls.len() > 0;
        if sent {
            let done = self.note(calls.len());
            self.tasks.add(Task { calls, tickets, done });
        }
        if let Some(error) = &failed {
            self.note(1).done(Err(TaskError::Arguments(error.to_string())));
        }
        sent || failed.is_some()
    }

    fn note(&mut self, calls: usize) -> Arc<DoneAs> {
        let number = self.next;
        self.next += 1;
        self.on_their_way.insert(number, calls);
        Arc::new(DoneAs { number, finish: Arc::downgrade(&self.finish) })
    }

    /// Waits for the next task that ends, and gives its number and the outcome of each call. `None`
    /// when all have ended.
    fn next<R: DeserializeOwned>(&mut self) -> Option<(usize, VecDeque<Result<R, TaskError>>)> {
        if self.on_their_way.is_empty() {
            return None;
        }
        let (number, outcome) = self.finished.recv().ok()?;
        let calls = self.on_their_way.remove(&number).unwrap_or_default();
        let mut results: VecDeque<_> = match outcome {
            Ok(outcomes) => {
                self.size.learn(calls, outcomes.took());
                outcomes.iter().map(value).collect()
            }
            Err(error) => (0..calls).map(|_| Err(error.clone())).collect(),
        };
        // Each call has an outcome, whatever a worker may send.
        results.resize_with(calls, || {
            Err(TaskError::Output("the worker sent something else".to_owned()))
        });
        Some((number, results))
    }
}

impl<I> fmt::Debug for Chunks<'_, I> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Chunks")
            .field("target", &self.target)
            .field("size", &self.size)
            .field("on_their_way", &self.on_their_way)
            .finish_non_exhaustive()
    }
}

/// The results of [`Pool::imap`](crate::Pool::imap), in the order of the values.
#[derive(Debug)]
pub struct Imap<'pool, I, R> {
    chunks: Chunks<'pool, I>,
    /// The number of the task whose results are next.
    next: usize,
    /// Tasks that have ended before their turn.
    early: BTreeMap<usize, VecDeque<Result<R, TaskError>>>,
    ready: VecDeque<Result<R, TaskError>>,
}

impl<'pool, Args, I, R> Imap<'pool, I, R>
where
    Args: Serialize,
    I: Iterator<Item = Args>,
{
    pub(super) fn new(chunks: Chunks<'pool, I>) -> Self {
        Self { chunks, next: 0, early: BTreeMap::new(), ready: VecDeque::new() }
    }
}

impl<Args, I, R> Iterator for Imap<'_, I, R>
where
    Args: Serialize,
    I: Iterator<Item = Args>,
    R: DeserializeOwned,
{
    type Item = Result<R, TaskError>;

    /// Waits for the next result.
    fn next(&mut self) -> Option<Result<R, TaskError>> {
        loop {
            if let Some(result) = self.ready.pop_front() {
                return Some(result);
            }
            if let Some(results) = self.early.remove(&self.next) {
                self.next += 1;
                self.ready = results;
                continue;
            }
            // Where one call takes long, the results behind it must not fill the memory.
            if self.early.len() < MOST_EARLY {
                self.chunks.fill();
            }
            let (number, results) = self.chunks.next()?;
            self.early.insert(number, results);
        }
    }
}

/// The results of [`Pool::imap_unordered`](crate::Pool::imap_unordered), as they come.
#[derive(Debug)]
pub struct ImapUnordered<'pool, I, R> {
    chunks: Chunks<'pool, I>,
    ready: VecDeque<Result<R, TaskError>>,
    output: PhantomData<fn() -> R>,
}

impl<'pool, Args, I, R> ImapUnordered<'pool, I, R>
where
    Args: Serialize,
    I: Iterator<Item = Args>,
{
    pub(super) fn new(chunks: Chunks<'pool, I>) -> Self {
        Self { chunks, ready: VecDeque::new(), output: PhantomData }
    }
}

impl<Args, I, R> Iterator for ImapUnordered<'_, I, R>
where
    Args: Serialize,
    I: Iterator<Item = Args>,
    R: DeserializeOwned,
{
    type Item = Result<R, TaskError>;

    /// Waits for the next result.
    fn next(&mut self) -> Option<Result<R, TaskError>> {
        loop {
            if let Some(result) = self.ready.pop_front() {
                return Some(result);
            }
            self.chunks.fill();
            self.ready = self.chunks.next()?.1;
        }
    }
}
