use std::collections::VecDeque;
use std::fmt;
use std::io;
use std::marker::PhantomData;
use std::sync::{Arc, Condvar, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use serde_core::Serialize;
use serde_core::de::DeserializeOwned;

use crate::channel::{self, Channel};
use crate::child_side::{Orders, Work};
use crate::children::Started;
use crate::current::{as_parent, default_name};
use crate::{Target, current_process, guard, target};

/// Several worker processes that share one queue of tasks: Python's `multiprocessing.Pool`.
///
/// [`close`](Self::close) consumes the pool and gives a [`ClosedPool`], which has `join`. So what
/// CPython refuses at run time does not compile. Join before close, "Pool is still running" there:
///
/// ```compile_fail,E0599
/// # let _main = util::main_guard!();
/// let pool = util::Pool::new(4).unwrap();
/// pool.join();
/// ```
///
/// A task after close, "Pool not running" there:
///
/// ```compile_fail,E0382
/// # fn task() {}
/// # let _main = util::main_guard!(task);
/// let pool = util::Pool::new(4).unwrap();
/// let closed = pool.close();
/// pool.apply_async(task, ());
/// closed.join();
/// ```
///
/// A pool that is dropped is terminated, as at the end of Python's `with Pool() as pool:`.
#[derive(Debug)]
pub struct Pool {
    crew: Crew,
}

/// A pool that takes no more tasks; it still works off those that it has.
#[derive(Debug)]
#[must_use = "a closed pool that is not joined is terminated, and the tasks that it still has are lost"]
pub struct ClosedPool {
    crew: Crew,
}

impl Pool {
    /// Starts as many workers; `None` stands for the number of cores, Python's default.
    ///
    /// ```no_run
    /// # use util::Pool;
    /// let pool = Pool::new(4)?;
    /// let as_many_as_cores = Pool::new(None)?;
    /// # std::io::Result::Ok(())
    /// ```
    ///
    /// # Errors
    ///
    /// When the system refuses a process or a connection to it.
    ///
    /// # Panics
    ///
    /// When `processes` is 0 ("Number of processes must be at least 1", a `ValueError` in
    /// CPython), and where [`Process::start`](crate::Process::start) panics.
    pub fn new(processes: impl Into<Option<usize>>) -> io::Result<Self> {
        guard::assert_may_have_children();
        let processes = processes.into().unwrap_or_else(num_cpus::get);
        assert!(processes >= 1, "Number of processes must be at least 1");

        let mut crew = Crew { queue: Arc::default(), threads: Vec::with_capacity(processes) };
        for number in 1..=processes {
            let worker = Worker::start()?;
            let queue = Arc::clone(&crew.queue);
            queue.add_worker(&worker);
            let thread = thread::Builder::new().name(format!("util-pool-{number}"));
            crew.threads.push(thread.spawn(move || tend(&queue, worker))?);
        }
        Ok(Self { crew })
    }

    /// Queues a task: a worker will call `target` with the members of the tuple `args`.
    ///
    /// A panic in the task is printed by its worker, which lives on.
    ///
    /// # Panics
    ///
    /// When [`main_guard!`](crate::main_guard) does not list the target.
    pub fn apply_async<F, Args>(&self, target: F, args: Args) -> AsyncResult<F::Output>
    where
        F: Target<Args, Output: DeserializeOwned>,
        Args: Serialize,
    {
        let queue = Arc::clone(&self.crew.queue);
        let result = AsyncResult { slot: Arc::default(), queue, output: PhantomData };
        let slot = Arc::clone(&result.slot);
        match serde_json::to_vec(&args) {
            Ok(args) => self.crew.queue.add(Task { target: target::name_of(target), args, slot }),
            Err(error) => slot.fill(Err(TaskError::Arguments(error.to_string()))),
        }
        result
    }

    /// The process ids of the workers.
    pub fn pids(&self) -> Vec<u32> {
        self.crew.queue.workers().iter().map(|worker| worker.id()).collect()
    }

    /// Takes no more tasks. Python's `close()`.
    pub fn close(self) -> ClosedPool {
        self.crew.queue.change(|state| state.open = false);
        ClosedPool { crew: self.crew }
    }

    /// Ends the workers at once; tasks that are not done get [`TaskError::Terminated`].
    pub fn terminate(self) {}
}

impl ClosedPool {
    /// Waits until all tasks are done and all workers have ended.
    pub fn join(mut self) {
        self.crew.join();
    }

    /// Ends the workers at once; tasks that are not done get [`TaskError::Terminated`].
    pub fn terminate(self) {}
}

/// Where the result of a task will be: Python's `AsyncResult`.
#[derive(Debug)]
pub struct AsyncResult<R> {
    slot: Arc<Slot>,
    queue: Arc<Queue>,
    output: PhantomData<fn() -> R>,
}

/// Some dozens of the shortest tasks are done in this time.
const NAP: Duration = Duration::from_micros(50);

impl<R: DeserializeOwned> AsyncResult<R> {
    /// Waits for the result of the task.
    ///
    /// # Errors
    ///
    /// Why there is none. In CPython, `get` waits for ever when the worker has died.
    pub fn get(self) -> Result<R, TaskError> {
        if !self.slot.is_filled() && self.queue.has_tasks() {
            // Where tasks still wait for a worker, results come one after the other. To be woken for
            // each of them would take more time than short tasks do.
            thread::sleep(NAP);
        }
        let mut outcome = self.slot.outcome.lock().unwrap();
        let outcome = loop {
            match outcome.take() {
                Some(outcome) => break outcome?,
                None => outcome = self.slot.filled.wait(outcome).unwrap(),
            }
        };
        match serde_json::from_slice::<Result<R, String>>(&outcome) {
            Ok(result) => result.map_err(TaskError::Panicked),
            Err(error) => Err(TaskError::Output(error.to_string())),
        }
    }

    /// Waits until the task has ended in one way or another, but no longer than `timeout`, and
    /// says whether it has.
    pub fn wait(&self, timeout: Duration) -> bool {
        let outcome = self.slot.outcome.lock().unwrap();
        self.slot
            .filled
            .wait_timeout_while(outcome, timeout, |outcome| outcome.is_none())
            .unwrap()
            .0
            .is_some()
    }

    /// Whether the task has ended in one way or another.
    pub fn ready(&self) -> bool {
        self.wait(Duration::ZERO)
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
    /// The arguments cannot be written as JSON.
    Arguments(String),
    /// The result cannot be read back from JSON.
    Output(String),
    /// All workers are dead, and no new one could be started.
    NoWorker(String),
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
                write!(formatter, "the arguments cannot be written as JSON: {error}")
            }
            Self::Output(error) => {
                write!(formatter, "the result cannot be read from JSON: {error}")
            }
            Self::NoWorker(error) => write!(formatter, "no worker could be started: {error}"),
        }
    }
}

impl std::error::Error for TaskError {}

/// The result as its worker wrote it, once there is one.
#[derive(Debug, Default)]
struct Slot {
    outcome: Mutex<Option<Result<Vec<u8>, TaskError>>>,
    filled: Condvar,
}

impl Slot {
    fn fill(&self, outcome: Result<Vec<u8>, TaskError>) {
        *self.outcome.lock().unwrap() = Some(outcome);
        self.filled.notify_all();
    }

    fn is_filled(&self) -> bool {
        self.outcome.lock().unwrap().is_some()
    }
}

#[derive(Debug)]
struct Task {
    target: &'static str,
    args: Vec<u8>,
    slot: Arc<Slot>,
}

/// The tasks that wait, and what is to become of them.
#[derive(Debug, Default)]
struct Queue {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug)]
struct State {
    tasks: VecDeque<Task>,
    workers: Vec<Arc<Started>>,
    /// May tasks still come?
    open: bool,
    /// Why tasks that come now, or that still wait, will not be done.
    refused: Option<TaskError>,
}

impl Default for State {
    fn default() -> Self {
        Self { tasks: VecDeque::new(), workers: Vec::new(), open: true, refused: None }
    }
}

impl Queue {
    fn add(&self, task: Task) {
        let mut state = self.state.lock().unwrap();
        match &state.refused {
            Some(error) => task.slot.fill(Err(error.clone())),
            None => state.tasks.push_back(task),
        }
        drop(state);
        self.changed.notify_one();
    }

    /// Waits for a task, and says whether it had to; `None` when there will be none.
    fn next(&self) -> Option<(Task, bool)> {
        let mut state = self.state.lock().unwrap();
        let mut waited = false;
        loop {
            if let Some(task) = state.tasks.pop_front() {
                return Some((task, waited));
            }
            if !state.open {
                return None;
            }
            state = self.changed.wait(state).unwrap();
            waited = true;
        }
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.state.lock().unwrap());
        self.changed.notify_all();
    }

    /// Drops the tasks that wait, and all that come.
    fn refuse(&self, error: &TaskError) {
        self.change(|state| {
            state.refused.get_or_insert_with(|| error.clone());
            for task in state.tasks.drain(..) {
                task.slot.fill(Err(error.clone()));
            }
        });
    }

    fn add_worker(&self, worker: &Worker) {
        self.change(|state| state.workers.push(Arc::clone(&worker.started)));
    }

    fn workers(&self) -> Vec<Arc<Started>> {
        self.state.lock().unwrap().workers.clone()
    }

    /// Starts a worker in the place of one that has ended.
    fn replace(&self, dead: &Worker) -> Result<Worker, TaskError> {
        let others = {
            let mut state = self.state.lock().unwrap();
            state.workers.retain(|worker| !Arc::ptr_eq(worker, &dead.started));
            match &state.refused {
                Some(error) => return Err(error.clone()),
                None => state.workers.len(),
            }
        };
        let worker = Worker::start().map_err(|error| TaskError::NoWorker(error.to_string()));
        match &worker {
            Ok(worker) => self.add_worker(worker),
            // Nobody is left who could do what waits.
            Err(error) if others == 0 => self.refuse(error),
            Err(_) => {}
        }
        worker
    }

    fn has_tasks(&self) -> bool {
        !self.state.lock().unwrap().tasks.is_empty()
    }

    fn refused(&self) -> Option<TaskError> {
        self.state.lock().unwrap().refused.clone()
    }
}

/// A worker process, seen from the pool.
struct Worker {
    started: Arc<Started>,
    channel: Channel,
}

impl Worker {
    fn start() -> io::Result<Self> {
        let path = current_process().next_path();
        let name = default_name("PoolWorker", &path);
        let orders = |connection| {
            let orders: Orders = (name.clone(), true, path, as_parent(), Work::Err(connection));
            serde_json::to_vec(&orders).expect("names and numbers are always JSON")
        };
        let (started, channel) = channel::start_worker(name.clone(), orders)?;
        Ok(Self { started, channel })
    }

    fn run(&mut self, task: &Task) -> io::Result<Vec<u8>> {
        self.channel.write(&[task.target.as_bytes(), &task.args])?;
        self.channel.read()
    }
}

/// Hands one task after the other to a worker, until no more can come.
fn tend(queue: &Queue, mut worker: Worker) {
    while let Some((task, waited)) = queue.next() {
        // A worker that died while it had nothing to do has lost nothing.
        if waited && worker.started.exit_code().is_some() {
            match queue.replace(&worker) {
                Ok(new) => worker = new,
                Err(error) => return task.slot.fill(Err(error)),
            }
        }
        if let Ok(outcome) = worker.run(&task) {
            task.slot.fill(Ok(outcome));
            continue;
        }
        let died = TaskError::WorkerDied(worker.started.wait().unwrap_or(1));
        task.slot.fill(Err(queue.refused().unwrap_or(died)));
        match queue.replace(&worker) {
            Ok(new) => worker = new,
            Err(_) => return,
        }
    }
    // In place of a target, an empty name is the end.
    let _ = worker.channel.write(&[b""]);
    let _ = worker.started.wait();
}

/// The threads that tend the workers of one pool, open or closed.
#[derive(Debug)]
struct Crew {
    queue: Arc<Queue>,
    threads: Vec<JoinHandle<()>>,
}

impl Crew {
    fn join(&mut self) {
        for thread in self.threads.drain(..) {
            thread.join().expect("a thread that tends a worker does not panic");
        }
    }
}

impl Drop for Crew {
    /// Terminates what has not been joined.
    fn drop(&mut self) {
        if self.threads.is_empty() {
            return;
        }
        self.queue.change(|state| state.open = false);
        self.queue.refuse(&TaskError::Terminated);
        for worker in self.queue.workers() {
            let _ = worker.terminate();
        }
        self.join();
    }
}
