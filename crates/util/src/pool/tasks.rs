//! The tasks that wait for a worker, and what is to become of them.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Condvar, Mutex, PoisonError};

use super::TaskError;
use crate::exchange::tasks::{Calls, Outcomes};
use crate::parent::started::Started;
use crate::program::lock;
use crate::queue::Ticket;

/// One or more calls of a target, for one worker.
pub(super) struct Task {
    pub(super) calls: Calls,
    /// The queues among the arguments.
    pub(super) tickets: Vec<Ticket>,
    pub(super) done: Arc<dyn Done>,
}

/// Who is told what became of a task.
pub(super) trait Done: Send + Sync {
    fn done(&self, outcome: Result<Outcomes, TaskError>);
}

impl fmt::Debug for Task {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Task").field("calls", &self.calls).finish_non_exhaustive()
    }
}

impl Task {
    /// Tells what became of it. What it was given counts as given until then.
    pub(super) fn end(self, outcome: Result<Outcomes, TaskError>) {
        drop(self.tickets);
        self.done.done(outcome);
    }
}

#[derive(Debug, Default)]
pub(super) struct Tasks {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug)]
struct State {
    waiting: VecDeque<Task>,
    workers: Vec<Arc<Started>>,
    /// May tasks still come?
    open: bool,
    /// Why tasks that come now, or that still wait, will not be done.
    refused: Option<TaskError>,
}

impl Default for State {
    fn default() -> Self {
        Self { waiting: VecDeque::new(), workers: Vec::new(), open: true, refused: None }
    }
}

impl Tasks {
    pub(super) fn add(&self, task: Task) {
        let mut state = lock(&self.state);
        let refused = state.refused.clone();
        match refused {
            None => state.waiting.push_back(task),
            Some(error) => {
                drop(state);
                return task.end(Err(error));
            }
        }
        drop(state);
        self.changed.notify_one();
    }

    /// Takes back a task whose worker has died before it had it, and could not be replaced.
    pub(super) fn give_back(&self, task: Task) {
        let mut state = lock(&self.state);
        if state.refused.is_none() && !state.workers.is_empty() {
            state.waiting.push_front(task);
            drop(state);
            self.changed.notify_one();
            return;
        }
        let refused = state.refused.clone();
        drop(state);
        let nobody = || TaskError::NoWorker("its worker has died".to_owned());
        task.end(Err(refused.unwrap_or_else(nobody)));
    }

    /// Waits for a task, and says whether it had to; `None` when there will be none.
    pub(super) fn next(&self) -> Option<(Task, bool)> {
        let mut state = lock(&self.state);
        let mut waited = false;
        loop {
            if let Some(task) = state.waiting.pop_front() {
                return Some((task, waited));
            }
            if !state.open {
                return None;
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
            waited = true;
        }
    }

    /// Whether there is nothing to do, and never will be.
    pub(super) fn are_over(&self) -> bool {
        let state = lock(&self.state);
        !state.open && state.waiting.is_empty()
    }

    pub(super) fn close(&self) {
        lock(&self.state).open = false;
        self.changed.notify_all();
    }

    /// Drops the tasks that wait, and all that come.
    pub(super) fn refuse(&self, error: &TaskError) {
        let waiting = {
            let mut state = lock(&self.state);
            state.refused.get_or_insert_with(|| error.clone());
            std::mem::take(&mut state.waiting)
        };
        self.changed.notify_all();
        for task in waiting {
            task.end(Err(error.clone()));
        }
    }

    pub(super) fn refused(&self) -> Option<TaskError> {
        lock(&self.state).refused.clone()
    }

    pub(super) fn add_worker(&self, worker: &Arc<Started>) {
        lock(&self.state).workers.push(Arc::clone(worker));
    }

    /// Takes a worker off the list, and gives how many are left.
    pub(super) fn remove_worker(&self, worker: &Arc<Started>) -> usize {
        let mut state = lock(&self.state);
        state.workers.retain(|other| !Arc::ptr_eq(other, worker));
        state.workers.len()
    }

    pub(super) fn workers(&self) -> Vec<Arc<Started>> {
        lock(&self.state).workers.clone()
    }

    pub(super) fn more_wait_than_workers(&self) -> bool {
        let state = lock(&self.state);
        state.waiting.len() > state.workers.len()
    }
}
