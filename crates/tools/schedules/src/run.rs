//! One run of a lesson under one schedule: which step each thread takes next, which of them may
//! take it, and what has happened so far.
//!
//! A thread runs alone from one step to the next. A *step* is a call into std that other threads can
//! notice: taking or giving back a lock, an access to an atomic, a print, a join, a sleep. Before each
//! of them, and nowhere else, the scheduler chooses among all threads whose step can be taken now. A
//! thread that would wait (for a lock that is held, for a thread that has not ended) is not among
//! them. So every schedule differs from every other in something that a student can point at.

use ::std::any::Any;
use ::std::cell::RefCell;
use ::std::panic::{Location, catch_unwind, resume_unwind};
use ::std::sync::atomic::{AtomicU64, Ordering};
use ::std::time::Duration;

use crate::step::{Action, ChannelNumber, LockNumber, Step, ThreadNumber};

/// A run that takes more steps than this is taken to have no end.
pub const STEP_LIMIT: usize = 100_000;

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum End {
    /// Main came to its end.
    Returned,
    /// The program ended itself with this exit code.
    Exited(i32),
    /// Main panicked with this message.
    Panicked(String),
    /// No thread could take its next step.
    Deadlock,
    /// There was no end within [`STEP_LIMIT`] steps.
    Endless,
}

/// A thread of the lesson.
#[derive(Clone, Debug, Default)]
pub struct Thread {
    /// The name it was given, if any.
    pub name: Option<String>,
    /// The step before which it stands, or `None` while it runs and after its end.
    pub next: Option<Step>,
    /// Whether it has ended.
    pub ended: bool,
    /// It ended with a panic that no join has seen.
    pub unseen_panic: bool,
}

/// A channel of the lesson.
#[derive(Clone, Debug)]
pub struct Channel {
    /// How many messages are under way.
    pub messages: usize,
    /// How many can still send.
    pub senders: usize,
}

/// The state of a run.
#[derive(Clone, Debug, Default)]
pub struct Run {
    /// Tells this run from every other in the process.
    pub number: u64,
    /// All threads, main first.
    pub threads: Vec<Thread>,
    /// The holder of each lock.
    pub locks: Vec<Option<ThreadNumber>>,
    /// All channels.
    pub channels: Vec<Channel>,
    /// Everything printed so far.
    pub output: String,
    /// How the run ended, or `None` if it was stopped before its end.
    pub end: Option<End>,
    /// The thread that went next, each time that the scheduler was asked.
    pub choices: Vec<ThreadNumber>,
    /// How many steps were taken.
    pub length: usize,
    /// How often a step was taken by another thread than the one before.
    pub switches: usize,
    /// The steps themselves, if they are kept.
    pub steps: Option<Vec<Step>>,
    latest: ThreadNumber,
    stopped: bool,
    /// How many threads besides main still have to end or unwind.
    alive: usize,
}

/// Who may go next.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Pick {
    /// There is no choice.
    Only(ThreadNumber),
    /// One of these. A single one only where another thread waits for a lock.
    Among(Vec<ThreadNumber>),
}

thread_local! {
    // The engine runs all threads of a lesson on the one system thread that searches.
    static RUN: RefCell<Option<Run>> = const { RefCell::new(None) };
}

/// What unwinds the threads that are left when a run is over.
struct Abandoned;

impl Run {
    /// Begins a run, which keeps its steps if `keep_steps` says so.
    pub(crate) fn begin(keep_steps: bool) {
        static NUMBER: AtomicU64 = AtomicU64::new(1);
        RUN.set(Some(Run {
            number: NUMBER.fetch_add(1, Ordering::Relaxed),
            threads: vec![Thread::default()],
            steps: keep_steps.then(Vec::new),
            ..Run::default()
        }));
    }

    /// Takes the run that is over, if there was one.
    pub(crate) fn finish() -> Option<Run> {
        RUN.take()
    }

    /// Whether a run is under way on this system thread.
    pub(crate) fn under_way() -> bool {
        // A panic inside of `with` finds the run borrowed.
        RUN.with(|run| run.try_borrow().map_or(true, |run| run.is_some()))
    }

    /// Whether nothing counts any more: threads only unwind, and the run is left as it stood.
    fn over(&self) -> bool {
        self.end.is_some() || self.stopped
    }

    /// Stops the run where it stands.
    pub(crate) fn stop(&mut self) {
        self.stopped = true;
    }

    fn end(&mut self, end: End) {
        if !self.over() {
            self.end = Some(end);
        }
    }

    /// Who may go next, of the threads that the engine could run.
    pub(crate) fn pick(
        &mut self,
        runnable: impl DoubleEndedIterator<Item = ThreadNumber> + Clone,
        current: Option<ThreadNumber>,
    ) -> Pick {
        let between_steps = |&thread: &ThreadNumber| self.threads[thread].next.is_none();
        if !self.over() {
            // What a thread does between two steps concerns nobody else: it goes on at once.
            let running = current
                .filter(|current| runnable.clone().any(|thread| thread == *current))
                .filter(between_steps)
                .or_else(|| runnable.clone().find(between_steps));
            if let Some(thread) = running {
                return Pick::Only(thread);
            }
            let able = self.able(runnable.clone());
            match able[..] {
                [] => self.end(End::Deadlock),
                // While somebody waits for a lock, the one step that can be taken is worth a look.
                [thread] if !runnable.clone().any(|t| self.waits_for_a_lock(t)) => {
                    return Pick::Only(thread);
                }
                _ => return Pick::Among(able),
            }
        }
        // Main goes last: it waits in `leave_main` for the others.
        Pick::Only(runnable.last().expect("the engine offers at least one thread"))
    }

    /// Those of these threads that can take their next step. Where nobody can, the time is up for
    /// those who wait for a time.
    fn able(&self, threads: impl Iterator<Item = ThreadNumber> + Clone) -> Vec<ThreadNumber> {
        let mut able: Vec<_> = threads.clone().filter(|&thread| self.can_step(thread)).collect();
        if able.is_empty() {
            able.extend(threads.filter(|&thread| self.can_give_up(thread)));
        }
        able
    }

    /// All threads that can go now.
    pub fn who_can_go(&self) -> Vec<ThreadNumber> {
        self.able(0..self.threads.len())
    }

    fn can_step(&self, thread: ThreadNumber) -> bool {
        let ended = |&thread: &ThreadNumber| self.threads[thread].ended;
        match &self.threads[thread].next {
            None => false,
            Some(step) => match &step.action {
                Action::Lock(lock) => self.locks[*lock].is_none(),
                Action::Join(thread) => ended(thread),
                Action::EndScope(threads) => threads.iter().all(ended),
                Action::Receive { channel, .. } => {
                    let channel = &self.channels[*channel];
                    channel.messages > 0 || channel.senders == 0
                }
                _ => true,
            },
        }
    }

    fn waits_for_a_lock(&self, thread: ThreadNumber) -> bool {
        let next = self.threads[thread].next.as_ref();
        next.is_some_and(|step| matches!(step.action, Action::Lock(_))) && !self.can_step(thread)
    }

    fn can_give_up(&self, thread: ThreadNumber) -> bool {
        let next = self.threads[thread].next.as_ref();
        next.is_some_and(|step| matches!(step.action, Action::Receive { timed: true, .. }))
    }

    pub(crate) fn chose(&mut self, thread: ThreadNumber) {
        self.choices.push(thread);
    }

    /// Takes the next step of `thread`.
    fn take_step(&mut self, thread: ThreadNumber) {
        let step = self.threads[thread].next.take().expect("the thread stands before a step");
        match &step.action {
            Action::Lock(lock) => self.locks[*lock] = Some(thread),
            Action::Release(lock) => self.locks[*lock] = None,
            Action::Print(text) => self.output.push_str(text),
            Action::Exit(code) => self.end(End::Exited(*code)),
            Action::Join(thread) => self.threads[*thread].unseen_panic = false,
            Action::Send(channel) => self.channels[*channel].messages += 1,
            Action::Receive { channel, .. } => {
                let messages = &mut self.channels[*channel].messages;
                *messages = messages.saturating_sub(1);
            }
            Action::Start(_)
            | Action::Access
            | Action::Sleep
            | Action::EndScope(_)
            | Action::EndMain => {}
        }
        self.keep(step);
    }

    fn keep(&mut self, step: Step) {
        self.length += 1;
        self.switches += usize::from(self.latest != step.thread);
        self.latest = step.thread;
        if let Some(steps) = &mut self.steps {
            steps.push(step);
        }
        if self.length > STEP_LIMIT {
            self.end(End::Endless);
        }
    }
}

/// Looks at the run that is under way.
pub(crate) fn with<T>(look: impl FnOnce(&mut Run) -> T) -> T {
    RUN.with_borrow_mut(|run| {
        look(run.as_mut().expect("a lesson's std works only inside a search"))
    })
}

/// Changes the run that is under way, unless it is over and left as it stood.
pub(crate) fn with_unless_over(change: impl FnOnce(&mut Run)) {
    with(|run| {
        if !run.over() {
            change(run);
        }
    });
}

/// The thread that runs now.
pub(crate) fn me() -> ThreadNumber {
    shuttle::current::me().into()
}

/// Takes a step of the current thread, after those that the scheduler puts before it.
#[track_caller]
pub(crate) fn step(action: Action) {
    step_at(action, Location::caller());
}

pub(crate) fn step_at(action: Action, at: &'static Location<'static>) {
    let thread = me();
    let step = Step { thread, action, at, note: String::new() };
    with_unless_over(|run| run.threads[thread].next = Some(step));
    // A panicking thread unwinds in one go: the engine cannot switch away from it.
    if !::std::thread::panicking() {
        // To the engine a sleep is nothing but a place where others may run.
        shuttle::thread::sleep(Duration::ZERO);
    }
    let over = with(|run| {
        if !run.over() {
            run.take_step(thread);
        }
        run.over()
    });
    if over && !::std::thread::panicking() {
        resume_unwind(Box::new(Abandoned));
    }
}

/// Records what the current thread does where no choice is needed, because no other thread could
/// notice whether it happens a little sooner or later: starting a thread is of this kind.
pub(crate) fn event(action: Action, at: &'static Location<'static>) {
    let step = Step { thread: me(), action, at, note: String::new() };
    with_unless_over(|run| run.keep(step));
}

/// Says what came of the step that was just taken.
pub(crate) fn note(text: impl FnOnce() -> String) {
    with_unless_over(|run| {
        if let Some(step) = run.steps.as_mut().and_then(|steps| steps.last_mut()) {
            step.note = text();
        }
    });
}

/// Enters a new thread in the list and gives its number.
pub(crate) fn enter_thread(name: Option<String>) -> ThreadNumber {
    with(|run| {
        run.threads.push(Thread { name, ..Thread::default() });
        run.alive += 1;
        run.threads.len() - 1
    })
}

/// Enters a new lock in the list and gives its number.
pub(crate) fn enter_lock() -> LockNumber {
    with(|run| {
        run.locks.push(None);
        run.locks.len() - 1
    })
}

/// Enters a new channel, with one sender, in the list and gives its number.
pub(crate) fn enter_channel() -> ChannelNumber {
    with(|run| {
        run.channels.push(Channel { messages: 0, senders: 1 });
        run.channels.len() - 1
    })
}

/// Notes the end of a thread, with or without a panic.
pub(crate) fn leave_thread<T>(thread: ThreadNumber, result: &::std::thread::Result<T>) {
    with(|run| {
        run.alive -= 1;
        if !run.over() {
            run.threads[thread].ended = true;
            run.threads[thread].unseen_panic = result.is_err();
        }
    });
}

/// Notes the end of main, which ends the program, and waits until all other threads have unwound.
pub(crate) fn leave_main(result: ::std::thread::Result<i32>) {
    if with(|run| run.alive > 0) {
        // Unwinds where another thread ends the program first.
        drop(catch_unwind(|| step(Action::EndMain)));
    }
    with(|run| {
        run.end(match result {
            Ok(0) => End::Returned,
            Ok(code) => End::Exited(code),
            Err(panic) => End::Panicked(message(&*panic)),
        });
    });
    while with(|run| run.alive > 0) {
        shuttle::thread::yield_now();
    }
}

fn message(panic: &(dyn Any + Send)) -> String {
    if let Some(text) = panic.downcast_ref::<&str>() {
        (*text).to_string()
    } else if let Some(text) = panic.downcast_ref::<String>() {
        text.clone()
    } else {
        "a value that is not text".to_string()
    }
}
