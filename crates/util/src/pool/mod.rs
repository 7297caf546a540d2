//! Several worker processes that share one list of tasks.

mod map;
mod result;
mod tasks;
mod worker;

use std::io;
use std::sync::Arc;

use serde_core::de::DeserializeOwned;
use serde_core::Serialize;

pub use map::{Imap, ImapUnordered};
pub use result::{AsyncResult, TaskError};

use crate::exchange::tasks::Calls;
use crate::exchange::wire;
use crate::{program, queue, target, Target};
use map::{Chunks, Size};
use result::Slot;
use tasks::{Done, Task};
use worker::Crew;

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
    /// Starts this many workers; `None` stands for the number of cores, Python's default.
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
    #[track_caller]
    pub fn new(processes: impl Into<Option<usize>>) -> io::Result<Self> {
        program::assert_may_have_children();
        let processes = processes.into().unwrap_or_else(num_cpus::get);
        assert!(processes >= 1, "Number of processes must be at least 1");

        Ok(Self { crew: Crew::start(processes)? })
    }

    /// Queues a task: a worker will call `target` with the members of the tuple `args`.
    ///
    /// A panic in the task is printed by its worker, which lives on. A `Result` that the task
    /// returns comes back as the value that it is.
    ///
    /// # Panics
    ///
    /// When [`main_guard!`](crate::main_guard) does not list the target.
    #[track_caller]
    pub fn apply_async<F, Args>(&self, target: F, args: Args) -> AsyncResult<F::Output>
    where
        F: Target<Args, Output: Serialize + DeserializeOwned>,
        Args: Serialize,
    {
        target::assert_is_name!(F);
        let mut calls = Calls::of(target::name_of(target));
        let slot = Arc::new(Slot::default());
        let result = AsyncResult::new(Arc::clone(&slot), Arc::clone(&self.crew.tasks));
        let (args, tickets) = queue::give_away(|| wire::to_vec(&args));
        match args {
            Ok(args) => {
                calls.push(&args);
                self.crew.tasks.add(Task { calls, tickets, done: slot });
            }
            Err(error) => slot.done(Err(TaskError::Arguments(error.to_string()))),
        }
        result
    }

    /// Runs one task and waits for its result: Python's `apply`.
    ///
    /// # Errors
    ///
    /// Why there is none.
    ///
    /// # Panics
    ///
    /// As [`apply_async`](Self::apply_async).
    #[track_caller]
    pub fn apply<F, Args>(&self, target: F, args: Args) -> Result<F::Output, TaskError>
    where
        F: Target<Args, Output: Serialize + DeserializeOwned>,
        Args: Serialize,
    {
        target::assert_is_name!(F);
        self.apply_async(target, args).get()
    }

    /// Calls `target` with each of the values, and gives the results in the same order: Python's
    /// `map`.
    ///
    /// ```no_run
    /// # fn square(number: i64) -> i64 { number * number }
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let _main = util::main_guard!(square);
    /// let pool = util::Pool::new(4)?;
    /// let squares = pool.map(square, 0..100)?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// A worker takes several values at once, so many that short tasks cost little: fewer where
    /// tasks are long, so that no worker has nothing to do while another one still has a lot.
    ///
    /// # Errors
    ///
    /// That of the first task that has no result. Tasks whose turn has not come are not done then.
    /// When a worker dies, all that it had taken at once has no result.
    ///
    /// # Panics
    ///
    /// As [`apply_async`](Self::apply_async).
    #[track_caller]
    pub fn map<F, Arg, Args>(&self, target: F, values: Args) -> Result<Vec<F::Output>, TaskError>
    where
        F: Target<(Arg,), Output: Serialize + DeserializeOwned>,
        Arg: Serialize,
        Args: IntoIterator<Item = Arg>,
    {
        target::assert_is_name!(F);
        self.starmap(target, values.into_iter().map(|value| (value,)))
    }

    /// As [`map`](Self::map), for a target with several parameters: each value is a tuple of
    /// arguments. Python's `starmap`.
    ///
    /// # Errors
    ///
    /// As [`map`](Self::map).
    ///
    /// # Panics
    ///
    /// As [`apply_async`](Self::apply_async).
    #[track_caller]
    pub fn starmap<F, Args, I>(&self, target: F, tuples: I) -> Result<Vec<F::Output>, TaskError>
    where
        F: Target<Args, Output: Serialize + DeserializeOwned>,
        Args: Serialize,
        I: IntoIterator<Item = Args>,
    {
        target::assert_is_name!(F);
        let name = target::name_of(target);
        let tuples = tuples.into_iter();
        // Four turns for each worker, as in CPython, where tasks are not so short that more of them
        // go in one.
        let workers = self.crew.tasks.workers().len().max(1);
        let largest = tuples.size_hint().0.div_ceil(4 * workers).max(1);
        let chunks = Chunks::new(&self.crew.tasks, name, tuples, Size::at_most(largest));
        Imap::<'_, _, F::Output>::new(chunks).collect()
    }

    /// Calls `target` with each of the values, and gives one result after the other in the same
    /// order, each as soon as it is there: Python's `imap`.
    ///
    /// It is lazy: it takes values only while few tasks wait, so there may be more of them than fit
    /// into memory, or no end of them. The first tasks begin at once.
    ///
    /// # Panics
    ///
    /// As [`apply_async`](Self::apply_async).
    #[track_caller]
    pub fn imap<F, Arg, I>(
        &self,
        target: F,
        values: I,
    ) -> Imap<'_, impl Iterator<Item = (Arg,)> + use<F, Arg, I>, F::Output>
    where
        F: Target<(Arg,), Output: Serialize + DeserializeOwned>,
        Arg: Serialize,
        I: IntoIterator<Item = Arg>,
    {
        target::assert_is_name!(F);
        let name = target::name_of(target);
        let values = values.into_iter().map(|value| (value,));
        Imap::new(Chunks::new(&self.crew.tasks, name, values, Size::free()))
    }

    /// As [`imap`](Self::imap), and gives the results in the order in which they come: Python's
    /// `imap_unordered`.
    ///
    /// # Panics
    ///
    /// As [`apply_async`](Self::apply_async).
    #[track_caller]
    pub fn imap_unordered<F, Arg, I>(
        &self,
        target: F,
        values: I,
    ) -> ImapUnordered<'_, impl Iterator<Item = (Arg,)> + use<F, Arg, I>, F::Output>
    where
        F: Target<(Arg,), Output: Serialize + DeserializeOwned>,
        Arg: Serialize,
        I: IntoIterator<Item = Arg>,
    {
        target::assert_is_name!(F);
        let name = target::name_of(target);
        let values = values.into_iter().map(|value| (value,));
        ImapUnordered::new(Chunks::new(&self.crew.tasks, name, values, Size::free()))
    }

    /// The process ids of the workers.
    pub fn pids(&self) -> Vec<u32> {
        self.crew.tasks.workers().iter().map(|worker| worker.id()).collect()
    }

    /// Takes no more tasks. Python's `close()`.
    pub fn close(self) -> ClosedPool {
        self.crew.tasks.close();
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
