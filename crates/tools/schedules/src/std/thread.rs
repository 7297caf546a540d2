//! [`std::thread`], with threads that go when the scheduler says so.

pub use ::std::thread::{Result, available_parallelism, panicking};

use ::std::cell::RefCell;
use ::std::io;
use ::std::panic::{AssertUnwindSafe, Location, catch_unwind, resume_unwind};
use ::std::time::Duration;

use crate::run;
use crate::step::{Action, ThreadNumber};

/// Lets others go on. How long is not looked at: a sleep never puts anything in order.
#[track_caller]
pub fn sleep(_: Duration) {
    run::step(Action::Sleep);
}

/// Lets others go on.
#[track_caller]
pub fn yield_now() {
    run::step(Action::Sleep);
}

/// Starts a thread.
#[track_caller]
pub fn spawn<F, T>(work: F) -> JoinHandle<T>
where
    F: FnOnce() -> T + Send + 'static,
    T: Send + 'static,
{
    start(None, Location::caller(), work)
}

fn start<F, T>(name: Option<String>, at: &'static Location<'static>, work: F) -> JoinHandle<T>
where
    F: FnOnce() -> T + Send + 'static,
    T: Send + 'static,
{
    let (thread, work) = prepare(name, at, work);
    JoinHandle { thread, engine: shuttle::thread::spawn(work) }
}

/// Enters a thread in the run and wraps its work so that its end and its panic are known.
fn prepare<F: FnOnce() -> T, T>(
    name: Option<String>,
    at: &'static Location<'static>,
    work: F,
) -> (Thread, impl FnOnce() -> Result<T>) {
    let number = run::enter_thread(name.clone());
    run::event(Action::Start(number), at);
    let work = move || {
        let result = catch_unwind(AssertUnwindSafe(work));
        run::leave_thread(number, &result);
        result
    };
    (Thread { number, name }, work)
}

/// The handle of a thread, by which it can be joined.
#[derive(Debug)]
pub struct JoinHandle<T> {
    thread: Thread,
    engine: shuttle::thread::JoinHandle<Result<T>>,
}

impl<T> JoinHandle<T> {
    /// Waits for the thread's end.
    ///
    /// # Errors
    ///
    /// The value that the thread panicked with.
    #[track_caller]
    pub fn join(self) -> Result<T> {
        run::step(Action::Join(self.thread.number));
        self.engine.join()?
    }

    /// The thread itself.
    pub fn thread(&self) -> &Thread {
        &self.thread
    }
}

/// Threads that have all ended when the scope ends.
#[derive(Debug)]
pub struct Scope<'scope, 'env> {
    engine: &'scope shuttle::thread::Scope<'scope, 'env>,
    threads: RefCell<Vec<ThreadNumber>>,
}

/// Runs `body`, then waits until the threads that it started have ended.
///
/// # Panics
///
/// When a thread of the scope panicked and nobody joined it.
#[track_caller]
pub fn scope<'env, F, T>(body: F) -> T
where
    F: for<'scope> FnOnce(&Scope<'scope, 'env>) -> T,
{
    let at = Location::caller();
    // The engine's scope does not wait when its body panics, so no panic may reach it.
    let result = shuttle::thread::scope(|engine| {
        catch_unwind(AssertUnwindSafe(|| {
            let scope = Scope { engine, threads: RefCell::default() };
            let result = catch_unwind(AssertUnwindSafe(|| body(&scope)));
            let threads = scope.threads.take();
            run::step_at(Action::EndScope(threads.clone()), at);
            let unseen = run::with(|run| threads.iter().any(|&t| run.threads[t].unseen_panic));
            let result = result.unwrap_or_else(|panic| resume_unwind(panic));
            assert!(!unseen, "a scoped thread panicked");
            result
        }))
    });
    result.unwrap_or_else(|panic| resume_unwind(panic))
}

impl<'scope> Scope<'scope, '_> {
    /// Starts a thread in this scope.
    #[track_caller]
    pub fn spawn<F, T>(&self, work: F) -> ScopedJoinHandle<'scope, T>
    where
        F: FnOnce() -> T + Send + 'scope,
        T: Send + 'scope,
    {
        self.start(None, Location::caller(), work)
    }

    fn start<F, T>(
        &self,
        name: Option<String>,
        at: &'static Location<'static>,
        work: F,
    ) -> ScopedJoinHandle<'scope, T>
    where
        F: FnOnce() -> T + Send + 'scope,
        T: Send + 'scope,
    {
        let (thread, work) = prepare(name, at, work);
        self.threads.borrow_mut().push(thread.number);
        ScopedJoinHandle { thread, engine: self.engine.spawn(work) }
    }
}

/// The handle of a scoped thread, by which it can be joined.
#[derive(Debug)]
pub struct ScopedJoinHandle<'scope, T> {
    thread: Thread,
    engine: shuttle::thread::ScopedJoinHandle<'scope, Result<T>>,
}

impl<T> ScopedJoinHandle<'_, T> {
    /// Waits for the thread's end.
    ///
    /// # Errors
    ///
    /// The value that the thread panicked with.
    #[track_caller]
    pub fn join(self) -> Result<T> {
        run::step(Action::Join(self.thread.number));
        self.engine.join()?
    }

    /// The thread itself.
    pub fn thread(&self) -> &Thread {
        &self.thread
    }
}

/// Starts threads that have a name.
#[derive(Debug, Default)]
pub struct Builder {
    name: Option<String>,
}

impl Builder {
    /// A builder of threads without a name.
    pub fn new() -> Self {
        Self::default()
    }

    /// Gives the thread a name.
    #[must_use]
    pub fn name(self, name: String) -> Self {
        Self { name: Some(name) }
    }

    /// Starts the thread.
    ///
    /// # Errors
    ///
    /// None here: this machine never runs out of threads.
    #[track_caller]
    pub fn spawn<F, T>(self, work: F) -> io::Result<JoinHandle<T>>
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        Ok(start(self.name, Location::caller(), work))
    }

    /// Starts the thread in a scope.
    ///
    /// # Errors
    ///
    /// None here: this machine never runs out of threads.
    #[track_caller]
    pub fn spawn_scoped<'scope, F, T>(
        self,
        scope: &Scope<'scope, '_>,
        work: F,
    ) -> io::Result<ScopedJoinHandle<'scope, T>>
    where
        F: FnOnce() -> T + Send + 'scope,
        T: Send + 'scope,
    {
        Ok(scope.start(self.name, Location::caller(), work))
    }
}

/// A thread, as itself and others see it.
#[derive(Clone, Debug)]
pub struct Thread {
    number: ThreadNumber,
    name: Option<String>,
}

/// Tells a thread from every other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ThreadId(ThreadNumber);

impl Thread {
    /// The name that the thread was given.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// What tells this thread from every other.
    pub fn id(&self) -> ThreadId {
        ThreadId(self.number)
    }
}

/// The thread that asks.
pub fn current() -> Thread {
    let number = run::me();
    let name = run::with(|run| run.threads[number].name.clone());
    Thread { number, name: if number == 0 { Some("main".to_string()) } else { name } }
}
