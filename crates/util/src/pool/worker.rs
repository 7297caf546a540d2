//! The threads of a pool, each of which tends one worker.

use std::io;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use super::tasks::{Task, Tasks};
use super::TaskError;
use crate::exchange::link::Channel;
use crate::exchange::orders::Work;
use crate::exchange::tasks::Outcomes;
use crate::parent::started::{Start, Started};
use crate::program;

/// So many workers in a row may be killed before they have come to their guard.
const ATTEMPTS: u32 = 10;

/// The threads that tend the workers of one pool, open or closed.
#[derive(Debug)]
pub(super) struct Crew {
    pub(super) tasks: Arc<Tasks>,
    threads: Vec<JoinHandle<()>>,
}

impl Crew {
    pub(super) fn start(workers: usize) -> io::Result<Self> {
        let mut crew = Self { tasks: Arc::default(), threads: Vec::with_capacity(workers) };
        let flush = program::flush();
        for number in 1..=workers {
            let started = start_worker()?;
            crew.tasks.add_worker(&started);
            let tasks = Arc::clone(&crew.tasks);
            let thread = thread::Builder::new().name(format!("util-pool-{number}"));
            crew.threads.push(thread.spawn(move || tend(&tasks, started))?);
        }
        flush.wait();
        Ok(crew)
    }

    pub(super) fn join(&mut self) {
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
        self.tasks.close();
        self.tasks.refuse(&TaskError::Terminated);
        for worker in self.tasks.workers() {
            let _ = worker.terminate();
        }
        self.join();
    }
}

fn start_worker() -> io::Result<Arc<Started>> {
    let path = program::next_path();
    let name = program::default_name("PoolWorker", &path);
    // Its thread must not wait for stdout: whoever holds its lock may be waiting for a result.
    Started::start_quietly(Start { name, daemon: true, path, work: Work::Tasks })
}

/// A worker that has met its orders.
struct Worker {
    started: Arc<Started>,
    channel: Channel,
}

impl Worker {
    /// Waits until a worker has met its orders, and starts another one in the place of one that
    /// was killed before. `None` when there will be none.
    fn meet(tasks: &Tasks, mut started: Arc<Started>) -> Option<Self> {
        for attempt in 1.. {
            let error = match started.channel() {
                Ok(Some(channel)) => return Some(Self { started, channel }),
                Ok(None) => match started.wait() {
                    Ok(code) if started.went_astray() || attempt == ATTEMPTS => {
                        format!("a worker ended before it came to main_guard!, exit code {code}")
                    }
                    _ if tasks.are_over() => String::new(),
                    _ => {
                        started = replace(tasks, &started)?;
                        continue;
                    }
                },
                Err(error) => {
                    let _ = started.kill();
                    let _ = started.wait();
                    error.to_string()
                }
            };
            if tasks.remove_worker(&started) == 0 && !error.is_empty() {
                tasks.refuse(&TaskError::NoWorker(error));
            }
            return None;
        }
        None
    }

    /// An error means that it has not got the task, and so has not begun with it.
    fn tell(&mut self, task: &Task) -> io::Result<()> {
        self.channel.write(task.calls.message())
    }

    fn hear(&mut self) -> io::Result<Outcomes> {
        Outcomes::from_message(self.channel.read()?).ok_or(io::ErrorKind::InvalidData.into())
    }
}

/// Starts a worker in the place of one that has ended. `None` when there will be none.
fn replace(tasks: &Tasks, dead: &Arc<Started>) -> Option<Arc<Started>> {
    let others = tasks.remove_worker(dead);
    if tasks.refused().is_some() {
        return None;
    }
    match start_worker() {
        Ok(started) => {
            tasks.add_worker(&started);
            if tasks.refused().is_some() {
                // The pool was terminated in the meantime, and did not know of this one.
                let _ = started.terminate();
            }
            Some(started)
        }
        Err(error) => {
            // Nobody is left who could do what waits.
            if others == 0 {
                tasks.refuse(&TaskError::NoWorker(error.to_string()));
            }
            None
        }
    }
}

/// Hands one task after the other to a worker, until no more can come.
fn tend(tasks: &Tasks, started: Arc<Started>) {
    let Some(mut worker) = Worker::meet(tasks, started) else { return };
    while let Some((task, waited)) = tasks.next() {
        // A worker that died while it had nothing to do has lost nothing. Not every connection says
        // so at once.
        let may_hear = !waited || worker.started.is_running();
        if !may_hear || worker.tell(&task).is_err() {
            let _ = worker.started.wait();
            let replaced = replace(tasks, &worker.started).and_then(|new| Worker::meet(tasks, new));
            match replaced {
                Some(new) => worker = new,
                None => return tasks.give_back(task),
            }
            // Only once: a task may be such that everybody dies of it who hears it.
            let _ = worker.tell(&task);
        }
        match worker.hear() {
            Ok(outcomes) => {
                task.end(Ok(outcomes));
                continue;
            }
            // It lives, but nobody can talk with it.
            Err(error) if error.kind() == io::ErrorKind::InvalidData => {
                let _ = worker.started.kill();
            }
            Err(_) => {}
        }
        let died = TaskError::WorkerDied(worker.started.wait().unwrap_or(1));
        task.end(Err(tasks.refused().unwrap_or(died)));
        match replace(tasks, &worker.started).and_then(|new| Worker::meet(tasks, new)) {
            Some(new) => worker = new,
            None => return,
        }
    }
    let _ = worker.channel.write(&[]);
    let _ = worker.started.wait();
}
