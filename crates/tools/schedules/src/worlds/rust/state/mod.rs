//! The state of a run: which step each thread takes next, which of them may take it, and what has
//! happened so far.
//!
//! A thread runs alone from one step to the next. A *step* is a call into std that other threads can
//! notice: taking or giving back a lock, an access to an atomic, a print, a join, a sleep. Before each
//! of them, and nowhere else, the next thread is chosen among all whose step can be taken now. A thread
//! that would wait (for a lock that is held, for a thread that has not ended) is not among them. So
//! every schedule differs from every other in something that a student can point at.
//!
//! # Layout
//!
//! * `able`: who can take the next step, and who does
//! * `touches`: what a step touches, so that the search knows which steps compete
//! * `take`: what a step does
//! * `shared`: what threads share, as it stands
//! * `calls`: what stands in for std asks of the state
//! * here: the state, from the beginning of a run to its end

use ::std::any::Any;
use ::std::cell::RefCell;
use ::std::collections::{BTreeSet, HashMap};
use ::std::hash::{DefaultHasher, Hash, Hasher};
use ::std::mem;
use ::std::panic::Location;
use ::std::sync::Arc;
use ::std::sync::atomic::{AtomicU64, Ordering};
use ::std::time::Duration;

pub(super) use self::calls::*;
use self::shared::Shared;
use crate::step::{Action, Actor, Object, Outcome, Place, Step, ThingNumber};
use crate::world::{Caveat, Details, End, Finish, Life, Move, Plan, Run, Thing, ThingKind};

mod able;
mod calls;
mod shared;
mod take;
mod touches;

/// A thread of the program.
#[derive(Debug, Default)]
struct Thread {
    name: Option<String>,
    /// The step before which it stands, or `None` while it runs and after its end.
    next: Option<Next>,
    ended: bool,
    /// It ended with a panic that no join has seen.
    unseen_panic: bool,
    /// The move in which it was started.
    born: Option<usize>,
    /// It was unparked and has not parked since.
    token: bool,
    /// How much time has passed for it.
    clock: Duration,
    /// The round of the barrier to which it has come, or the number of the message that it has sent.
    mark: usize,
    /// What it has looked at since it did anything else.
    looks: Vec<Look>,
}

/// What is a step of its own because somebody can notice it.
///
/// Without it, the end of a thread and the end of a channel come together with the step before. So they
/// come earlier than they could, and whoever can notice them does so in some run: from then on they are
/// steps. Most programs never notice, and have fewer schedules.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Noticed {
    /// The end of a thread.
    pub(crate) ends: bool,
    /// That somebody will send no more.
    pub(crate) senders: bool,
    /// That nobody will receive any more.
    pub(crate) receivers: bool,
}

/// Where a step is taken. The end of a thread, or of a channel, has no place in the source.
type At = Option<&'static Location<'static>>;

/// The step before which a thread stands.
#[derive(Debug)]
struct Next {
    action: Action,
    at: At,
    /// Its part of [`Move::standing`].
    hash: u64,
    /// For how long, where that is said.
    time: Duration,
}

/// A step that only looked, or would have written if it had found another value.
#[derive(Clone, Copy, Debug)]
struct Look {
    at: At,
    object: Object,
    /// How often the object had been written by then.
    version: usize,
}

/// The state of a run.
#[derive(Debug)]
pub(crate) struct State {
    /// Tells this run from every other in the process.
    number: u64,
    plan: Plan,
    /// After how many steps it is cut off.
    limit: usize,
    noticed: Noticed,
    threads: Vec<Thread>,
    shared: Vec<Shared>,
    names: Vec<Option<String>>,
    /// Where each thing was made.
    made: Vec<At>,
    moves: Vec<Move>,
    /// The choice before the next step.
    choice: Option<Move>,
    /// The steps and starts that are told, if they are.
    steps: Vec<Step>,
    output: String,
    finish: Option<Finish>,
    caveats: BTreeSet<Caveat>,
    /// Who took the latest step.
    latest: Actor,
    /// The latest step was a sleep.
    slept: bool,
    /// Whether the latest step came out well.
    success: bool,
    /// How often each object was written.
    versions: HashMap<Object, usize>,
    /// How often somebody went on with looking because nobody else could go.
    rounds: usize,
    /// How many threads besides main still have to end or unwind.
    alive: usize,
    /// The files that were named so far, by the address of their names.
    files: HashMap<usize, Arc<str>>,
    /// How much of stdin the program has read.
    pub(crate) input: usize,
    /// The lock of standard output, if it was ever locked, and how often its holder has locked it.
    stdout: Option<(ThingNumber, usize)>,
}

thread_local! {
    // The engine runs all threads of a program on the one system thread that searches.
    static STATE: RefCell<Option<State>> = const { RefCell::new(None) };
}

/// What unwinds the threads that are left when a run is over.
struct Abandoned;

/// Whether a panic is what unwinds the threads that are left when a run is over.
pub(crate) fn is_abandoned(panic: &(dyn Any + Send)) -> bool {
    panic.is::<Abandoned>()
}

impl State {
    /// Begins a run.
    pub(crate) fn begin(plan: Plan, limit: usize, noticed: Noticed) {
        static NUMBER: AtomicU64 = AtomicU64::new(1);
        STATE.set(Some(State {
            number: NUMBER.fetch_add(1, Ordering::Relaxed),
            plan,
            limit,
            noticed,
            threads: vec![Thread::default()],
            shared: Vec::new(),
            names: Vec::new(),
            made: Vec::new(),
            moves: Vec::new(),
            choice: None,
            steps: Vec::new(),
            output: String::new(),
            finish: None,
            caveats: BTreeSet::new(),
            latest: 0,
            slept: false,
            success: false,
            versions: HashMap::new(),
            rounds: 0,
            alive: 0,
            files: HashMap::new(),
            input: 0,
            stdout: None,
        }));
    }

    /// Takes the run that is over, if there was one, and what was noticed in it.
    pub(crate) fn finish() -> Option<(Run, Noticed)> {
        STATE.take().map(|state| {
            let noticed = state.noticed;
            (state.into_run(), noticed)
        })
    }

    /// Whether a run is under way on this system thread.
    pub(crate) fn under_way() -> bool {
        // A panic inside of `with` finds the state borrowed.
        STATE.with(|state| state.try_borrow().map_or(true, |state| state.is_some()))
    }

    fn into_run(mut self) -> Run {
        let lives = self.threads.iter().enumerate().map(|(actor, thread)| Life {
            born: thread.born,
            next: thread.next.as_ref().map(|_| self.touches(actor, false)),
            until: None,
        });
        let actors = lives.collect();
        let details = self.plan.detailed.then(|| self.details());
        Run {
            errors: Vec::new(),
            able: self.able(0..self.threads.len()),
            standing: self.standing(),
            moves: mem::take(&mut self.moves),
            actors,
            output: mem::take(&mut self.output),
            finish: self.finish.unwrap_or_default(),
            uncaught: Vec::new(),
            details,
            caveats: self.caveats.into_iter().collect(),
        }
    }

    fn details(&mut self) -> Details {
        let next = (0..self.threads.len()).map(|actor| {
            let next = self.threads[actor].next.take()?;
            let place = next.at.map(|at| self.place(at));
            let step = Step { actor, action: next.action.clone(), place, outcome: Outcome::Done };
            self.threads[actor].next = Some(next);
            Some(step)
        });
        let next = next.collect();
        let made: Vec<_> = self.made.clone();
        let made: Vec<_> = made.into_iter().map(|at| at.map(|at| self.place(at))).collect();
        let things = self.shared.iter().zip(&self.names).zip(made).map(|((shared, name), made)| {
            let kind = match shared {
                Shared::Lock { .. } => ThingKind::Lock,
                Shared::Variable => ThingKind::Variable,
                Shared::Channel(_) => ThingKind::Channel,
                Shared::Condition(_) => ThingKind::Condition,
                Shared::Barrier { .. } => ThingKind::Barrier,
                Shared::Cell(_) => ThingKind::Cell,
            };
            Thing { kind, name: name.clone(), made }
        });
        Details {
            next,
            names: self.threads.iter().map(|thread| thread.name.clone()).collect(),
            things: things.collect(),
            aside: Default::default(),
            steps: mem::take(&mut self.steps),
        }
    }

    fn place(&mut self, at: &'static Location<'static>) -> Place {
        let file = self.files.entry(at.file().as_ptr() as usize);
        let file = Arc::clone(file.or_insert_with(|| at.file().into()));
        Place { file, line: at.line(), column: at.column() }
    }

    /// The number that tells this run from every other.
    pub(crate) fn number(&self) -> u64 {
        self.number
    }

    /// Whether nothing counts any more: threads only unwind, and the run is left as it stood.
    fn over(&self) -> bool {
        self.finish.is_some()
    }

    fn end(&mut self, end: End) {
        self.stop(Finish::Ended(end));
    }

    fn stop(&mut self, finish: Finish) {
        self.finish.get_or_insert(finish);
    }
}

fn hash(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}
