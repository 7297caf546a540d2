//! Where the result of one task will be, and why there may be none.

use std::fmt;
use std::marker::PhantomData;
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use serde_core::de::DeserializeOwned;

use super::tasks::{Done, Tasks};
use crate::exchange::tasks::{Outcome, Outcomes};
use crate::exchange::wire;
use crate::program::lock;

/// Where the result of a task will be: Python's `AsyncResult`.
#[derive(Debug)]
pub struct AsyncResult<R> {
    slot: Arc<Slot>,
    tasks: Arc<Tasks>,
    output: PhantomData<fn() -> R>,
}

/// Some dozens of the shortest tasks are done in this time.
const NAP: Duration = Duration::from_micros(50);

impl<R> AsyncResult<R> {
    pub(super) fn new(slot: Arc<Slot>, tasks: Arc<Tasks>) -> Self {
        Self { slot, tasks, output: PhantomData }
    }

    /// Waits until the task has ended in one way or another, but no longer than `timeout`, and
    /// says whether it has.
    pub fn wait(&self, timeout: Duration) -> bool {
        let outcome = lock(&self.slot.outcome);
        let waited =
            self.slot.filled.wait_timeout_while(outcome, timeout, |outcome| outcome.is_none());
        waited.is_ok_and(|(outcome, _)| outcome.is_some())
    }

    /// Whether the task has ended in one way or another.
    pub fn ready(&self) -> bool {
        lock(&self.slot.outcome).is_some()
    }
}

impl<R: DeserializeOwned> AsyncResult<R> {
    /// Waits for the result of the task.
    ///
    /// # Errors
    ///
    /// Why there is none. In CPython, `get` waits for ever when the worker has died.
    pub fn get(self) -> Result<R, TaskError> {
        if !self.ready() && self.tasks.more_wait_than_workers() {
            // Where tasks still wait for a worker, results come one after the other. To be woken for
            // each of them would take more time than short tasks do.
            thread::sleep(NAP);
        }
        let mut outcome = lock(&self.slot.outcome);
        while outcome.is_none() {
            outcome = self.slot.filled.wait(outcome).unwrap_or_else(|error| error.into_inner());
        }
        read(outcome.as_ref())
    }

    /// Waits for the result of the task, but no longer than `timeout`: Python's `get(timeout)`. It
    /// can be asked for again.
    ///
    /// # Errors
    ///
    /// Why there is none; [`TaskError::Timeout`] when there is none yet.
    pub fn get_timeout(&self, timeout: Duration) -> Result<R, TaskError> {
        let from = Instant::now();
        // A timeout that no clock can express is as good as none.
        while !self.wait(timeout.saturating_sub(from.elapsed()).min(Duration::from_secs(3600))) {
            if from.elapsed() >= timeout {
                return Err(TaskError::Timeout);
            }
        }
        read(lock(&self.slot.outcome).as_ref())
    }
}

fn read<R: DeserializeOwned>(
    outcome: Option<&Result<Outcomes, TaskError>>,
) -> Result<R, TaskError> {
    match outcome {
        Some(Ok(outcomes)) => match outcomes.iter().next() {
            Some(outcome) => value(outcome),
            None => Err(TaskError::Output("the worker sent something else".to_owned())),
        },
        Some(Err(error)) => Err(error.clone()),
        None => Err(TaskError::Timeout),
    }
}

/// Reads the result of a call.
pub(super) fn value<R: DeserializeOwned>(outcome: Outcome) -> Result<R, TaskError> {
    match outcome {
        Outcome::Value(value) => {
            wire::from_slice(&value).map_err(|error| TaskError::Output(error.to_string()))
        }
        Outcome::Panicked(message) => Err(TaskError::Panicked(message)),
        Outcome::Arguments(error) => Err(TaskError::Arguments(error)),
        Outcome::Output(error) => Err(TaskError::Output(error)),
    }
}

/// What became of the calls of one task, once it is known.
#[derive(Debug, Default)]
pub(super) struct Slot {
    outcome: Mutex<Option<Result<Outcomes, TaskError>>>,
    filled: Condvar,
}

impl Done for Slot {
    fn done(&self, outcome: Result<Outcomes, TaskError>) {
        *lock(&self.outcome) = Some(outcome);
        self.filled.notify_all();
    }
}

/// Why a task has no result.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum TaskError {
    /// The task panicked with this message.
    Panicked(String),
    /// The worker ended in the middle of the task, with this exit code (negative for a signal).
    WorkerDied(i32),
    /// The pool was terminated before the task was done.
    Terminated,
    /// The arguments cannot be written, or not be read by the worker.
    Arguments(String),
    /// The result cannot be written by the worker, or not be read.
    Output(String),
    /// All workers are dead, and no new one could be started.
    NoWorker(String),
    /// The task has not ended yet.
    Timeout,
}

impl fmt::Display for TaskError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Panicked(message) => write!(formatter, "the task panicked: {message}"),
            Self::WorkerDied(code) => {
                write!(formatter, "the worker died in the task, exit code {code}")
            }
            Self::Terminated => {
                formatter.write_str("the pool was terminated before the task was done")
            }
            Self::Arguments(error) => {
                write!(formatter, "the arguments cannot be sent: {error}")
            }
            Self::Output(error) => write!(formatter, "the result cannot be sent: {error}"),
            Self::NoWorker(error) => write!(formatter, "no worker could be started: {error}"),
            Self::Timeout => formatter.write_str("the task has not ended yet"),
        }
    }
}

impl std::error::Error for TaskError {}
