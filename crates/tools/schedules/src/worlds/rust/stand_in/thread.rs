//! [`std::thread`], with threads that go when the scheduler says so.

pub use ::std::thread::{Result, panicking};

use ::std::any::Any;
use ::std::cell::{Cell, RefCell};
use ::std::collections::HashMap;
use ::std::fmt::{self, Debug};
use ::std::io;
use ::std::mem;
use ::std::num::NonZero;
use ::std::panic::{AssertUnwindSafe, Location, catch_unwind, resume_unwind};
use ::std::ptr;
use ::std::rc::Rc;
use ::std::sync::{Mutex, PoisonError};
use ::std::time::Duration;

use crate::step::{Action, Actor};
use crate::worlds::rust::state;

/// Lets others go on. How long is told to the thread's clock and to nobody else: a sleep never puts
/// anything in order.
#[track_caller]
pub fn sleep(time: Duration) {
    state::timed_step_at(Action::Sleep, time, Location::caller());
}

/// Lets others go on.
#[track_caller]
pub fn yield_now() {
    state::step(Action::Sleep);
}

/// Waits until somebody unparks this thread.
#[track_caller]
pub fn park() {
    state::step(Action::Park { timed: false });
}

/// Waits until somebody unparks this thread, but not for ever: the time is up when nobody else can go
/// on.
#[track_caller]
pub fn park_timeout(time: Duration) {
    state::timed_step_at(Action::Park { timed: true }, time, Location::caller());
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
    let number = state::enter_thread(name.clone(), at);
    let work = move || {
        let result = catch_unwind(AssertUnwindSafe(work));
        let result = drop_locals(number, result);
        state::leave_thread(number, &result);
        result
    };
    (Thread { number, name }, work)
}

/// What the handles of threads have in common.
macro_rules! handle {
    ($name:ident<$($lifetime:lifetime,)? T>) => {
        impl<T> $name<$($lifetime,)? T> {
            /// Waits for the thread's end.
            ///
            /// # Errors
            ///
            /// The value that the thread panicked with.
            #[track_caller]
            pub fn join(self) -> Result<T> {
                state::step(Action::Join(self.thread.number));
                self.engine.join()?
            }

            /// Whether the thread has ended.
            #[track_caller]
            pub fn is_finished(&self) -> bool {
                state::step(Action::HasEnded(self.thread.number));
                state::success()
            }

            /// The thread itself.
            pub fn thread(&self) -> &Thread {
                &self.thread
            }
        }

        impl<T> Debug for $name<$($lifetime,)? T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($name)).finish_non_exhaustive()
            }
        }
    };
}

/// The handle of a thread, by which it can be joined.
pub struct JoinHandle<T> {
    thread: Thread,
    engine: shuttle::thread::JoinHandle<Result<T>>,
}

handle!(JoinHandle<T>);

/// The handle of a scoped thread, by which it can be joined.
pub struct ScopedJoinHandle<'scope, T> {
    thread: Thread,
    engine: shuttle::thread::ScopedJoinHandle<'scope, Result<T>>,
}

handle!(ScopedJoinHandle<'_, T>);

/// Threads that have all ended when the scope ends.
#[derive(Debug)]
pub struct Scope<'scope, 'env> {
    engine: &'scope shuttle::thread::Scope<'scope, 'env>,
    /// Those that were started since the end of the scope was last waited for.
    threads: Mutex<Vec<Actor>>,
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
            let scope = Scope { engine, threads: Mutex::default() };
            let result = catch_unwind(AssertUnwindSafe(|| body(&scope)));
            let mut unseen = false;
            // A thread of the scope may start others.
            loop {
                let threads = scope.take_threads();
                state::step_at(Action::JoinAll(threads.clone()), at);
                unseen |= state::unseen_panic(&threads);
                if scope.has_no_threads() {
                    break;
                }
            }
            let result = result.unwrap_or_else(|panic| resume_unwind(panic));
            assert!(!unseen, "a scoped thread panicked");
            result
        }))
    });
    result.unwrap_or_else(|panic| resume_unwind(panic))
}

impl<'scope> Scope<'scope, '_> {
    fn take_threads(&self) -> Vec<Actor> {
        mem::take(&mut self.threads.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn has_no_threads(&self) -> bool {
        self.threads.lock().unwrap_or_else(PoisonError::into_inner).is_empty()
    }

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
        self.threads.lock().unwrap_or_else(PoisonError::into_inner).push(thread.number);
        ScopedJoinHandle { thread, engine: self.engine.spawn(work) }
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

    /// Says how much stack the thread wants. All have the same here.
    #[must_use]
    pub fn stack_size(self, _: usize) -> Self {
        self
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
#[derive(Clone)]
pub struct Thread {
    number: Actor,
    name: Option<String>,
}

impl Thread {
    /// The name that the thread was given.
    pub fn name(&self) -> Option<&str> {
        if self.number == 0 { Some("main") } else { self.name.as_deref() }
    }

    /// What tells this thread from every other.
    pub fn id(&self) -> ThreadId {
        ThreadId(self.number)
    }

    /// Lets the thread go on from its park, or from its next one if it is not parked.
    #[track_caller]
    pub fn unpark(&self) {
        state::step(Action::Unpark(self.number));
    }
}

impl Debug for Thread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = f.debug_struct("Thread");
        text.field("id", &self.id()).field("name", &self.name()).finish_non_exhaustive()
    }
}

/// Tells a thread from every other.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct ThreadId(Actor);

impl Debug for ThreadId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // std counts from 1.
        write!(f, "ThreadId({})", self.0 + 1)
    }
}

/// The thread that asks.
pub fn current() -> Thread {
    let number = state::me();
    Thread { number, name: state::name(number) }
}

/// A value for each thread.
pub struct LocalKey<T: 'static> {
    init: fn() -> T,
}

/// That a thread's own value is gone already. It never is here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AccessError(());

/// The values of one thread, each by the address of its key.
type Locals = HashMap<usize, Rc<dyn Any>>;

::std::thread_local! {
    /// The number of a run, and the values of each of its threads.
    static LOCALS: RefCell<(u64, HashMap<Actor, Locals>)> = RefCell::default();
}

/// Drops a thread's own values, which ends with the thread. What panics in it is the thread's panic.
fn drop_locals<T>(thread: Actor, result: Result<T>) -> Result<T> {
    let run = state::with(|state| state.number());
    let locals = LOCALS.with_borrow_mut(
        |(number, locals)| {
            if *number == run { locals.remove(&thread) } else { None }
        },
    );
    match catch_unwind(AssertUnwindSafe(|| drop(locals))) {
        Ok(()) => result,
        Err(panic) => result.and(Err(panic)),
    }
}

impl<T: 'static> LocalKey<T> {
    /// A value that `init` makes for each thread. `thread_local!` calls this.
    #[doc(hidden)]
    pub const fn new(init: fn() -> T) -> Self {
        LocalKey { init }
    }

    /// Works on the value of the current thread.
    pub fn with<R>(&'static self, work: impl FnOnce(&T) -> R) -> R {
        let run = state::with(|state| state.number());
        let (me, key) = (state::me(), ptr::from_ref(self) as usize);
        let found = LOCALS.with_borrow_mut(|(number, locals)| {
            if *number != run {
                *number = run;
                // To drop what another run has left could take steps.
                mem::forget(mem::take(locals));
            }
            locals.get(&me)?.get(&key).cloned()
        });
        let value = found.unwrap_or_else(|| {
            let value: Rc<dyn Any> = Rc::new((self.init)());
            LOCALS.with_borrow_mut(|(_, locals)| {
                locals.entry(me).or_default().insert(key, Rc::clone(&value));
            });
            value
        });
        work(value.downcast_ref().expect("a key stands for values of one type"))
    }

    /// Works on the value of the current thread.
    ///
    /// # Errors
    ///
    /// None here.
    pub fn try_with<R>(
        &'static self,
        work: impl FnOnce(&T) -> R,
    ) -> ::std::result::Result<R, AccessError> {
        Ok(self.with(work))
    }
}

impl<T: 'static> LocalKey<Cell<T>> {
    /// Puts a value into the current thread's cell.
    pub fn set(&'static self, value: T) {
        self.with(|cell| cell.set(value));
    }

    /// The value in the current thread's cell.
    pub fn get(&'static self) -> T
    where
        T: Copy,
    {
        self.with(Cell::get)
    }

    /// Takes the value out of the current thread's cell.
    pub fn take(&'static self) -> T
    where
        T: Default,
    {
        self.with(Cell::take)
    }

    /// Replaces the value in the current thread's cell and gives the one before.
    pub fn replace(&'static self, value: T) -> T {
        self.with(|cell| cell.replace(value))
    }
}

impl<T: 'static> LocalKey<RefCell<T>> {
    /// Reads what is in the current thread's cell.
    pub fn with_borrow<R>(&'static self, work: impl FnOnce(&T) -> R) -> R {
        self.with(|cell| work(&cell.borrow()))
    }

    /// Changes what is in the current thread's cell.
    pub fn with_borrow_mut<R>(&'static self, work: impl FnOnce(&mut T) -> R) -> R {
        self.with(|cell| work(&mut cell.borrow_mut()))
    }

    /// Puts a value into the current thread's cell.
    pub fn set(&'static self, value: T) {
        self.with(|cell| *cell.borrow_mut() = value);
    }

    /// Takes the value out of the current thread's cell.
    pub fn take(&'static self) -> T
    where
        T: Default,
    {
        self.with(RefCell::take)
    }

    /// Replaces the value in the current thread's cell and gives the one before.
    pub fn replace(&'static self, value: T) -> T {
        self.with(|cell| cell.replace(value))
    }
}

impl<T: 'static> Debug for LocalKey<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LocalKey").finish_non_exhaustive()
    }
}

/// How many threads can go at the same time: a fixed number, since it would be another on another
/// machine.
///
/// # Errors
///
/// None here.
pub fn available_parallelism() -> io::Result<NonZero<usize>> {
    Ok(NonZero::new(4).expect("4 is not 0"))
}
