//! The state of a run: which step each thread takes next, which of them may take it, and what has
//! happened so far.
//!
//! A thread runs alone from one step to the next. A *step* is a call into std that other threads can
//! notice: taking or giving back a lock, an access to an atomic, a print, a join, a sleep. Before each
//! of them, and nowhere else, the next thread is chosen among all whose step can be taken now. A thread
//! that would wait (for a lock that is held, for a thread that has not ended) is not among them. So
//! every schedule differs from every other in something that a student can point at.

use ::std::any::Any;
use ::std::cell::RefCell;
use ::std::collections::{BTreeSet, HashMap};
use ::std::hash::{DefaultHasher, Hash, Hasher};
use ::std::mem;
use ::std::panic::{Location, catch_unwind, resume_unwind};
use ::std::ptr;
use ::std::sync::Arc;
use ::std::sync::atomic::{AtomicU64, Ordering};
use ::std::time::Duration;

use super::prelude;
use crate::step::{Action, Actor, How, Object, Outcome, Place, Step, ThingNumber, Touch};
use crate::world::{Caveat, Details, End, Finish, Life, Move, Plan, Run, Then, Thing, ThingKind};

/// How often a thread may look at what does not change, at one place, before it waits for a change.
const LOOKS: usize = 2;

/// How often threads may go round in loops that only look, when nobody else can go, before the program
/// is known to have no end.
const ROUNDS: usize = 20;

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

/// What threads share, as it stands.
#[derive(Debug)]
enum Shared {
    Lock { holder: Option<Actor>, readers: usize },
    Variable,
    Channel(Channel),
    Condition(Condition),
    Barrier { size: usize, arrived: usize, generation: usize },
    Cell(Initialised),
}

#[derive(Debug)]
struct Channel {
    senders: usize,
    sent: usize,
    received: usize,
    /// How many messages it holds, if not any number.
    bound: Option<usize>,
    /// The receiver is gone.
    closed: bool,
}

impl Channel {
    fn messages(&self) -> usize {
        self.sent - self.received
    }

    /// Whether a message can go in. A channel without room takes one too: its sender waits afterwards
    /// until it was taken.
    fn has_room(&self) -> bool {
        self.closed || self.bound.is_none_or(|bound| self.messages() < bound.max(1))
    }
}

/// Who waits to be notified.
#[derive(Debug, Default)]
struct Condition {
    tickets: usize,
    /// Who waits, each with the ticket that it drew.
    waiting: Vec<(usize, Actor)>,
    /// For each `notify_one` that was not used yet, the highest ticket that may use it.
    permits: Vec<usize>,
    /// All with a ticket up to this one were notified.
    all: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Initialised {
    No,
    UnderWay,
    Yes,
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

/// The objects that steps touch, by kinds.
#[derive(Clone, Copy)]
enum Of {
    Thing = 1,
    /// The receiving end of a channel.
    Receiving,
    /// Whether a channel has lost its senders.
    Senders,
    /// Whether a channel has lost its receiver.
    Receiver,
    Thread,
    Births,
    Token,
    /// A round of a barrier.
    Round,
}

fn object(of: Of, number: usize) -> Object {
    Object((of as u64) << 56 | number as u64)
}

/// The round `generation` of a barrier.
fn round(barrier: ThingNumber, generation: usize) -> Object {
    object(Of::Round, barrier << 24 | generation)
}

fn touch(object: Object, how: How) -> Touch {
    Touch { object, how }
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

    /// The thread that runs next, of those that the engine could run.
    pub(crate) fn pick(
        &mut self,
        runnable: impl DoubleEndedIterator<Item = Actor> + Clone,
        current: Option<Actor>,
    ) -> Actor {
        let between_steps = |&thread: &Actor| self.threads[thread].next.is_none();
        if !self.over() {
            // What a thread does between two steps concerns nobody else: it goes on at once.
            let running = current
                .filter(|current| runnable.clone().any(|thread| thread == *current))
                .filter(between_steps)
                .or_else(|| runnable.clone().find(between_steps));
            if let Some(thread) = running {
                return thread;
            }
            if let Some(thread) = self.choose(runnable.clone()) {
                return thread;
            }
        }
        // Main goes last: it waits in `leave_main` for the others.
        runnable.last().expect("the engine offers at least one thread")
    }

    /// Who takes the next step, or `None` where the run is over.
    fn choose(&mut self, runnable: impl Iterator<Item = Actor> + Clone) -> Option<Actor> {
        let able = self.able(runnable.clone());
        if !self.caveats.contains(&Caveat::BoundedWait)
            && runnable.clone().any(|thread| self.is_held_up(thread))
        {
            self.caveats.insert(Caveat::BoundedWait);
        }
        if able.is_empty() {
            self.end(End::Deadlock);
            return None;
        }
        // While somebody waits for a lock, the one step that can be taken is worth a look.
        let asked = able.len() > 1 || runnable.clone().any(|thread| self.waits_for_a_lock(thread));
        let choice = match self.decide(&able, asked) {
            Ok(choice) => choice,
            Err(finish) => {
                self.stop(finish);
                return None;
            }
        };
        let standing = self.standing();
        let try_all = able.iter().any(|&thread| !self.can_step(thread));
        self.choice =
            Some(Move { actor: choice, able, standing, touches: Vec::new(), asked, try_all });
        Some(choice)
    }

    /// See [`Move::standing`].
    fn standing(&self) -> u64 {
        let standing = self.threads.iter().filter_map(|thread| thread.next.as_ref());
        standing.fold(0, |sum, next| sum.wrapping_add(next.hash))
    }

    fn decide(&mut self, able: &[Actor], asked: bool) -> Result<Actor, Finish> {
        if let Some(&planned) = self.plan.schedule.get(self.moves.len()) {
            return if able.contains(&planned) { Ok(planned) } else { Err(Finish::Diverged) };
        }
        match &mut self.plan.then {
            Then::Stop => Err(Finish::Planned),
            Then::Straight if able.contains(&self.latest) => Ok(self.latest),
            Then::Straight => Err(Finish::Planned),
            Then::UntilAsked if asked => Err(Finish::Planned),
            Then::UntilAsked | Then::GoOn => Ok(self.go_on(able)),
            Then::Awake(sleepers) => {
                if let Some(latest) = self.moves.last() {
                    sleepers.wake(latest.actor, &latest.touches);
                }
                let awake = |thread: &Actor| !sleepers.contains(*thread);
                let awake: Vec<_> = able.iter().copied().filter(awake).collect();
                if awake.is_empty() { Err(Finish::Asleep) } else { Ok(self.go_on(&awake)) }
            }
            Then::Random(state) => {
                let random = crate::search::random::next(state);
                Ok(able[(random % able.len() as u64) as usize])
            }
        }
    }

    /// Who goes where nothing is said: the same thread as before, but after a sleep the next one, so
    /// that a loop which sleeps keeps nobody waiting.
    fn go_on(&self, able: &[Actor]) -> Actor {
        let next = |&&thread: &&Actor| thread > self.latest;
        let same = |&&thread: &&Actor| thread == self.latest;
        let found = if self.slept { able.iter().find(next) } else { able.iter().find(same) };
        *found.unwrap_or(&able[0])
    }

    /// Those of these threads that can take their next step. Where nobody can, the time is up for
    /// those who wait for a time.
    fn able(&self, threads: impl Iterator<Item = Actor> + Clone) -> Vec<Actor> {
        let mut able: Vec<_> = threads.clone().filter(|&thread| self.can_step(thread)).collect();
        if able.is_empty() {
            able.extend(threads.filter(|&thread| self.can_give_up(thread)));
        }
        able
    }

    fn can_step(&self, thread: Actor) -> bool {
        let Some(next) = &self.threads[thread].next else { return false };
        match &next.action {
            Action::Lock { lock, shared } => self.is_free(*lock, *shared),
            Action::Wake { condition, lock, .. } => {
                self.is_free(*lock, false) && self.is_notified(*condition, thread)
            }
            Action::Join(other) => self.threads[*other].ended,
            Action::JoinAll(others) => others.iter().all(|&other| self.threads[other].ended),
            Action::Send(channel) => self.channel(*channel).has_room(),
            Action::AwaitTaken(channel) => {
                let channel = self.channel(*channel);
                channel.received > self.threads[thread].mark || channel.closed
            }
            Action::Receive { channel, .. } => {
                let channel = self.channel(*channel);
                channel.messages() > 0 || channel.senders == 0
            }
            Action::Pass(barrier) => self.barrier_round(*barrier) > self.threads[thread].mark,
            Action::Park { .. } => self.threads[thread].token,
            Action::Print(_) => self
                .stdout
                .is_none_or(|(lock, _)| self.is_free(lock, false) || self.holds(thread, lock)),
            Action::Initialise(cell) => self.initialised(*cell) != Initialised::UnderWay,
            action => self.looks_at(action).is_none() || !self.waits_in_a_loop(thread, next),
        }
    }

    /// What a step looks at that can be repeated in a loop until it changes.
    fn looks_at(&self, action: &Action) -> Option<Object> {
        match action {
            Action::Read(thing)
            | Action::Write(thing)
            | Action::Update(thing)
            | Action::TryLock { lock: thing, .. }
            | Action::TryReceive(thing)
            | Action::TrySend(thing)
            | Action::Peek(thing) => Some(object(Of::Thing, *thing)),
            Action::HasEnded(other) => Some(object(Of::Thread, *other)),
            _ => None,
        }
    }

    /// Whether it could take its next step, but that it has only looked for too long.
    fn is_held_up(&self, thread: Actor) -> bool {
        let next = self.threads[thread].next.as_ref();
        next.is_some_and(|next| {
            self.looks_at(&next.action).is_some() && self.waits_in_a_loop(thread, next)
        })
    }

    /// Whether it has looked at this, here, without any change since, often enough to see that it
    /// waits.
    fn waits_in_a_loop(&self, thread: Actor, next: &Next) -> bool {
        let unchanged = |look: &&Look| self.version(look.object) == look.version;
        let unchanged = self.threads[thread].looks.iter().rev().take_while(unchanged);
        let object = self.looks_at(&next.action);
        let same = |look: &&Look| same_place(look.at, next.at) && Some(look.object) == object;
        unchanged.filter(same).count() >= LOOKS
    }

    fn version(&self, object: Object) -> usize {
        self.versions.get(&object).copied().unwrap_or(0)
    }

    fn is_free(&self, lock: ThingNumber, shared: bool) -> bool {
        let Shared::Lock { holder, readers } = &self.shared[lock] else { unreachable!("a lock") };
        holder.is_none() && (shared || *readers == 0)
    }

    fn holds(&self, thread: Actor, lock: ThingNumber) -> bool {
        matches!(self.shared[lock], Shared::Lock { holder: Some(holder), .. } if holder == thread)
    }

    fn is_notified(&self, condition: ThingNumber, thread: Actor) -> bool {
        let condition = self.condition(condition);
        let ticket = condition.waiting.iter().find(|(_, waiting)| *waiting == thread);
        ticket.is_some_and(|(ticket, _)| {
            *ticket <= condition.all || condition.permits.iter().any(|permit| ticket <= permit)
        })
    }

    /// How many rounds of a barrier are over.
    fn barrier_round(&self, barrier: ThingNumber) -> usize {
        let Shared::Barrier { generation, .. } = &self.shared[barrier] else {
            unreachable!("a barrier")
        };
        *generation
    }

    fn waits_for_a_lock(&self, thread: Actor) -> bool {
        let next = self.threads[thread].next.as_ref();
        next.is_some_and(|next| matches!(next.action, Action::Lock { .. }))
            && !self.can_step(thread)
    }

    fn can_give_up(&self, thread: Actor) -> bool {
        let Some(next) = &self.threads[thread].next else { return false };
        match &next.action {
            Action::Receive { timed, .. } | Action::Park { timed } => *timed,
            Action::Wake { timed, lock, .. } => *timed && self.is_free(*lock, false),
            action => self.looks_at(action).is_some(),
        }
    }

    /// What the next step of a thread touches, as far as this is known before it.
    fn touches(&self, thread: Actor, about_to_go: bool) -> Vec<Touch> {
        let Some(next) = &self.threads[thread].next else { return Vec::new() };
        let thing = |number: &ThingNumber, how| touch(object(Of::Thing, *number), how);
        let mut program = Touch::ALIVE;
        if about_to_go && !self.can_step(thread) {
            program.how = How::GiveUp;
        }
        let mut touches = match &next.action {
            Action::Lock { lock, shared: false } => vec![thing(lock, How::Acquire)],
            Action::Lock { lock, shared: true } => vec![thing(lock, How::AcquireShared)],
            Action::TryLock { lock, .. } => vec![thing(lock, How::Try)],
            Action::Unlock { lock, shared: false } => vec![thing(lock, How::Release)],
            Action::Unlock { lock, shared: true } => vec![thing(lock, How::ReleaseShared)],
            Action::Read(variable) => vec![thing(variable, How::Read)],
            Action::Write(variable) | Action::Update(variable) => {
                vec![thing(variable, How::Write)]
            }
            Action::Print(text) => {
                let print = touch(Object::OUTPUT, How::Print(hash(text)));
                match self.stdout {
                    Some((lock, _)) if !self.holds(thread, lock) => {
                        vec![print, thing(&lock, How::AcquireShared)]
                    }
                    _ => vec![print],
                }
            }
            Action::Join(other) => vec![touch(object(Of::Thread, *other), How::Await)],
            Action::JoinAll(others) => {
                let end = |other: &Actor| touch(object(Of::Thread, *other), How::Await);
                others.iter().map(end).collect()
            }
            Action::HasEnded(other) => vec![touch(object(Of::Thread, *other), How::Read)],
            Action::Send(number) | Action::TrySend(number) => {
                let channel = self.channel(*number);
                let mut touches = vec![
                    thing(number, How::Put(channel.sent)),
                    touch(object(Of::Receiver, *number), How::Read),
                ];
                if let Some(bound) = channel.bound {
                    let receiving = object(Of::Receiving, *number);
                    if matches!(next.action, Action::TrySend(_)) {
                        touches.push(touch(receiving, How::Write));
                    } else if let Some(freed) = channel.sent.checked_sub(bound.max(1)) {
                        touches.push(touch(receiving, How::AfterTake(freed)));
                    }
                }
                touches
            }
            Action::AwaitTaken(number) => {
                let sent = self.threads[thread].mark;
                let mut touches = vec![touch(object(Of::Receiving, *number), How::AfterTake(sent))];
                if self.channel(*number).received <= sent {
                    touches.push(touch(object(Of::Receiver, *number), How::Await));
                }
                touches
            }
            Action::End => vec![touch(object(Of::Thread, thread), How::Establish)],
            Action::HangUp { channel, receives: false } => {
                vec![touch(object(Of::Senders, *channel), How::Establish)]
            }
            Action::HangUp { channel, receives: true } => {
                vec![touch(object(Of::Receiver, *channel), How::Write)]
            }
            Action::Receive { channel: number, .. } => {
                let channel = self.channel(*number);
                let take = How::Take(channel.received);
                let mut touches = vec![touch(object(Of::Receiving, *number), take)];
                if channel.messages() > 0 {
                    touches.push(thing(number, take));
                } else if channel.senders == 0 {
                    touches.push(touch(object(Of::Senders, *number), How::Await));
                }
                touches
            }
            Action::TryReceive(number) => {
                let channel = self.channel(*number);
                let next = channel.received;
                let mut touches = vec![touch(object(Of::Receiving, *number), How::Take(next))];
                if channel.messages() > 0 {
                    touches.push(thing(number, How::TryTake(next)));
                } else {
                    touches.push(thing(number, How::Write));
                    touches.push(touch(object(Of::Senders, *number), How::Write));
                }
                touches
            }
            Action::Wait { condition, lock } => {
                vec![thing(lock, How::Release), thing(condition, How::Wait)]
            }
            Action::Wake { condition, lock, .. } => {
                vec![thing(lock, How::Acquire), thing(condition, How::Wake)]
            }
            Action::Notify { condition, .. } => vec![thing(condition, How::Notify)],
            Action::Arrive(barrier) => {
                let round = round(*barrier, self.barrier_round(*barrier));
                vec![thing(barrier, How::Write), touch(round, How::Establish)]
            }
            Action::Pass(barrier) => {
                vec![touch(round(*barrier, self.threads[thread].mark), How::Await)]
            }
            Action::Park { .. } => vec![touch(object(Of::Token, thread), How::Wake)],
            Action::Unpark(other) => vec![touch(object(Of::Token, *other), How::Notify)],
            Action::Initialise(cell) => {
                let done = self.initialised(*cell) == Initialised::Yes;
                vec![thing(cell, if done { How::AcquireShared } else { How::Acquire })]
            }
            Action::Initialised { cell, .. } => vec![thing(cell, How::Release)],
            Action::Peek(cell) => {
                let done = self.initialised(*cell) == Initialised::Yes;
                vec![thing(cell, if done { How::Read } else { How::Try })]
            }
            Action::Exit(_) | Action::EndMain | Action::Call(_) => {
                program.how = How::Write;
                vec![]
            }
            _ => vec![],
        };
        touches.push(program);
        touches
    }

    /// Takes the next step of `thread`.
    fn take_step(&mut self, thread: Actor) {
        let touches = self.touches(thread, true);
        let next = self.threads[thread].next.take().expect("it stands before a step");
        if let Some(at) = next.at {
            super::took_step(at);
        }
        let gives_up = touches.contains(&touch(Object::PROGRAM, How::GiveUp));
        if gives_up && self.looks_at(&next.action).is_some() {
            self.rounds += 1;
            if self.rounds > ROUNDS {
                self.threads[thread].next = Some(next);
                self.end(End::Endless);
                return;
            }
        }
        self.remember_look(thread, &next, &touches);
        self.slept = matches!(next.action, Action::Sleep);
        // Who unwinds does so in one go, without a choice: it belongs to the step before.
        match self.choice.take() {
            Some(mut choice) if !::std::thread::panicking() => {
                choice.touches = touches;
                self.moves.push(choice);
            }
            _ => {
                // To give a lock back while unwinding is what every guard does.
                if !matches!(next.action, Action::Unlock { .. }) {
                    self.caveats.insert(Caveat::Unwinding);
                }
                self.also(touches);
            }
        }
        self.latest = thread;
        let mut outcome = Outcome::Done;
        match &next.action {
            Action::Lock { lock, shared } => self.take_lock(thread, *lock, *shared),
            Action::TryLock { lock, shared } => {
                self.success = self.is_free(*lock, *shared);
                if self.success {
                    self.take_lock(thread, *lock, *shared);
                    self.written(thread, object(Of::Thing, *lock));
                }
                outcome = yes_or_no(self.success);
            }
            Action::Unlock { lock, .. } => self.give_lock(*lock),
            Action::Wait { condition, lock } => {
                self.give_lock(*lock);
                self.caveats.insert(Caveat::SpuriousWakeUps);
                let condition = self.condition_mut(*condition);
                condition.tickets += 1;
                condition.waiting.push((condition.tickets, thread));
            }
            Action::Wake { condition, lock, .. } => {
                self.success = self.is_notified(*condition, thread);
                self.take_lock(thread, *lock, false);
                self.stop_waiting(*condition, thread);
            }
            Action::Notify { condition, all } => {
                self.success = self.notify(*condition, *all);
                outcome = yes_or_no(self.success);
            }
            Action::Arrive(barrier) => {
                self.threads[thread].mark = self.barrier_round(*barrier);
                let Shared::Barrier { size, arrived, generation } = &mut self.shared[*barrier]
                else {
                    unreachable!("a barrier")
                };
                *arrived += 1;
                self.success = *arrived >= *size;
                if self.success {
                    *arrived = 0;
                    *generation += 1;
                }
            }
            Action::Park { .. } => {
                self.success = mem::take(&mut self.threads[thread].token);
                if gives_up {
                    outcome = Outcome::GaveUp;
                }
            }
            Action::Unpark(other) => self.threads[*other].token = true,
            Action::End => self.threads[thread].ended = true,
            Action::HangUp { channel, receives } => self.hang_up(*channel, *receives),
            Action::HasEnded(other) => {
                self.success = self.threads[*other].ended;
                if self.success {
                    self.notices(|noticed| &mut noticed.ends);
                }
                outcome = yes_or_no(self.success);
            }
            Action::Join(other) => {
                self.threads[*other].unseen_panic = false;
                self.wait_for_the_clock_of(thread, *other);
            }
            Action::JoinAll(others) => {
                for &other in others {
                    self.wait_for_the_clock_of(thread, other);
                }
            }
            Action::Send(channel) => {
                self.threads[thread].mark = self.channel(*channel).sent;
                self.success = self.send(*channel);
                if !self.success {
                    outcome = Outcome::Disconnected;
                }
            }
            Action::AwaitTaken(channel) => {
                self.success = self.channel(*channel).received > self.threads[thread].mark;
            }
            Action::TrySend(channel) => {
                let room =
                    self.channel(*channel).has_room() && self.channel(*channel).bound != Some(0);
                self.success = room && self.send(*channel);
                outcome = yes_or_no(self.success);
                if self.success {
                    self.written(thread, object(Of::Thing, *channel));
                }
            }
            Action::Receive { channel, .. } | Action::TryReceive(channel) => {
                let tries = matches!(next.action, Action::TryReceive(_));
                let channel = self.channel_mut(*channel);
                let taken = channel.messages() > 0;
                channel.received += usize::from(taken);
                outcome = match (taken, channel.senders, tries) {
                    (true, ..) => Outcome::Done,
                    (false, 0, _) => Outcome::Disconnected,
                    (false, _, true) => Outcome::No,
                    (false, _, false) => Outcome::GaveUp,
                };
                self.success = taken;
                if outcome == Outcome::Disconnected && tries {
                    self.notices(|noticed| &mut noticed.senders);
                }
                if taken && tries {
                    self.threads[thread].looks.clear();
                }
            }
            Action::Initialise(cell) => {
                self.success = self.initialised(*cell) == Initialised::No;
                if self.success {
                    self.shared[*cell] = Shared::Cell(Initialised::UnderWay);
                }
                outcome = yes_or_no(self.success);
            }
            Action::Initialised { cell, done } => {
                let now = if *done { Initialised::Yes } else { Initialised::No };
                self.shared[*cell] = Shared::Cell(now);
            }
            Action::Peek(cell) => {
                self.success = self.initialised(*cell) == Initialised::Yes;
                outcome = yes_or_no(self.success);
            }
            Action::Print(text) => self.output.push_str(text),
            Action::Sleep => self.threads[thread].clock += next.time,
            Action::Exit(code) => self.end(End::Exited(*code)),
            _ => {}
        }
        if gives_up {
            self.threads[thread].clock += next.time;
        }
        self.tell(thread, next.action, next.at, outcome);
        if self.moves.len() >= self.limit {
            self.end(End::CutOff(self.limit));
        }
    }

    /// Remembers what was looked at, to find out who waits in a loop.
    fn remember_look(&mut self, thread: Actor, next: &Next, touches: &[Touch]) {
        match self.looks_at(&next.action) {
            Some(object) => {
                let version = self.version(object);
                self.threads[thread].looks.push(Look { at: next.at, object, version });
            }
            None if matches!(next.action, Action::Sleep) => {}
            None => self.threads[thread].looks.clear(),
        }
        // Whether an access has written is known only after it.
        let is_access =
            matches!(next.action, Action::Read(_) | Action::Write(_) | Action::Update(_));
        for touch in touches {
            if !is_access && !matches!(touch.how, How::Read | How::Try) {
                *self.versions.entry(touch.object).or_insert(0) += 1;
            }
        }
    }

    fn take_lock(&mut self, thread: Actor, lock: ThingNumber, shared: bool) {
        let Shared::Lock { holder, readers } = &mut self.shared[lock] else {
            unreachable!("a lock")
        };
        if shared {
            *readers += 1;
        } else {
            *holder = Some(thread);
        }
    }

    /// One who has it, alone or with others, gives it back.
    fn give_lock(&mut self, lock: ThingNumber) {
        let Shared::Lock { holder, readers } = &mut self.shared[lock] else {
            unreachable!("a lock")
        };
        if holder.take().is_none() {
            *readers -= 1;
        }
    }

    fn wait_for_the_clock_of(&mut self, thread: Actor, other: Actor) {
        let clock = self.threads[other].clock;
        self.threads[thread].clock = self.threads[thread].clock.max(clock);
    }

    fn stop_waiting(&mut self, condition: ThingNumber, thread: Actor) {
        let condition = self.condition_mut(condition);
        let place = condition.waiting.iter().position(|(_, waiting)| *waiting == thread);
        let (ticket, _) = condition.waiting.remove(place.expect("it waits"));
        if ticket > condition.all
            && let Some(permit) = condition.permits.iter().position(|permit| ticket <= *permit)
        {
            condition.permits.remove(permit);
        }
    }

    /// Notifies one or all, and says whether there was somebody to notify.
    fn notify(&mut self, condition: ThingNumber, all: bool) -> bool {
        let condition = self.condition_mut(condition);
        let waiting = condition.waiting.iter().filter(|(ticket, _)| *ticket > condition.all);
        let somebody = waiting.count() > condition.permits.len();
        if all {
            condition.all = condition.tickets;
            condition.permits.clear();
        } else if somebody {
            condition.permits.push(condition.tickets);
        }
        somebody
    }

    fn send(&mut self, channel: ThingNumber) -> bool {
        let channel = self.channel_mut(channel);
        if channel.closed {
            self.notices(|noticed| &mut noticed.receivers);
            return false;
        }
        channel.sent += 1;
        true
    }

    fn hang_up(&mut self, channel: ThingNumber, receives: bool) {
        let channel = self.channel_mut(channel);
        if receives {
            channel.closed = true;
        } else {
            channel.senders -= 1;
        }
    }

    /// Somebody has noticed what was no step of its own. The run is made anew, with more steps.
    fn notices(&mut self, what: impl FnOnce(&mut Noticed) -> &mut bool) {
        if !mem::replace(what(&mut self.noticed), true) {
            self.stop(Finish::Again);
        }
    }

    fn channel(&self, number: ThingNumber) -> &Channel {
        let Shared::Channel(channel) = &self.shared[number] else { unreachable!("a channel") };
        channel
    }

    fn channel_mut(&mut self, number: ThingNumber) -> &mut Channel {
        let Shared::Channel(channel) = &mut self.shared[number] else { unreachable!("a channel") };
        channel
    }

    fn condition(&self, number: ThingNumber) -> &Condition {
        let Shared::Condition(condition) = &self.shared[number] else {
            unreachable!("a condition")
        };
        condition
    }

    fn condition_mut(&mut self, number: ThingNumber) -> &mut Condition {
        let Shared::Condition(condition) = &mut self.shared[number] else {
            unreachable!("a condition")
        };
        condition
    }

    fn initialised(&self, cell: ThingNumber) -> Initialised {
        let Shared::Cell(initialised) = &self.shared[cell] else { unreachable!("a cell") };
        *initialised
    }

    /// An object was written: who looked at it may look again.
    fn written(&mut self, thread: Actor, object: Object) {
        *self.versions.entry(object).or_insert(0) += 1;
        self.threads[thread].looks.clear();
    }

    /// The latest step touches these too.
    fn also(&mut self, touches: impl IntoIterator<Item = Touch>) {
        if let Some(latest) = self.moves.last_mut() {
            latest.touches.extend(touches);
        }
    }

    fn tell(&mut self, actor: Actor, action: Action, at: At, outcome: Outcome) {
        if self.plan.detailed {
            let place = at.map(|at| self.place(at));
            self.steps.push(Step { actor, action, place, outcome });
        }
    }
}

fn same_place(one: At, two: At) -> bool {
    one.map(ptr::from_ref) == two.map(ptr::from_ref)
}

fn yes_or_no(success: bool) -> Outcome {
    if success { Outcome::Yes } else { Outcome::No }
}

fn hash(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

/// Looks at the run that is under way.
pub(crate) fn with<T>(look: impl FnOnce(&mut State) -> T) -> T {
    STATE.with_borrow_mut(|state| {
        look(state.as_mut().expect("what stands in for std works only inside a search"))
    })
}

/// Changes the run that is under way, unless it is over and left as it stood.
fn with_unless_over(change: impl FnOnce(&mut State)) {
    with(|state| {
        if !state.over() {
            change(state);
        }
    });
}

/// The thread that runs now.
pub(crate) fn me() -> Actor {
    shuttle::current::me().into()
}

/// Takes a step of the current thread, after those that the scheduler puts before it.
#[track_caller]
pub(crate) fn step(action: Action) {
    step_at(action, Location::caller());
}

pub(crate) fn step_at(action: Action, at: &'static Location<'static>) {
    take(action, Duration::ZERO, Some(at));
}

pub(crate) fn timed_step_at(action: Action, time: Duration, at: &'static Location<'static>) {
    take(action, time, Some(at));
}

fn take(action: Action, time: Duration, at: At) {
    let thread = me();
    with_unless_over(|state| {
        let hash = hash(&(thread, &action, at.map(|at| (at.line(), at.column()))));
        state.threads[thread].next = Some(Next { action, at, hash, time });
    });
    // A panicking thread unwinds in one go: the engine cannot switch away from it.
    if !::std::thread::panicking() {
        // To the engine a sleep is nothing but a place where others may run.
        shuttle::thread::sleep(Duration::ZERO);
    }
    let over = with(|state| {
        if !state.over() {
            state.take_step(thread);
        }
        state.over()
    });
    if over && !::std::thread::panicking() {
        resume_unwind(Box::new(Abandoned));
    }
}

/// Whether what the latest step tried or asked came out well.
pub(crate) fn success() -> bool {
    with(|state| state.success)
}

/// Says what came of the step that was just taken, if anybody will read it.
pub(crate) fn outcome(outcome: impl FnOnce() -> Outcome) {
    let told = with(|state| !state.over() && state.plan.detailed && !state.steps.is_empty());
    if told {
        // Outside of the state, since a value's own `Debug` may ask for it.
        let outcome = outcome();
        with(|state| state.steps.last_mut().expect("it has steps").outcome = outcome);
    }
}

/// The access that was just made has written `variable`, or has left it as it was.
pub(crate) fn accessed(variable: ThingNumber, written: bool) {
    let thread = me();
    with_unless_over(|state| {
        let object = object(Of::Thing, variable);
        if written {
            state.written(thread, object);
        } else if let Some(latest) = state.moves.last_mut() {
            for touch in latest.touches.iter_mut().filter(|touch| touch.object == object) {
                touch.how = How::Read;
            }
        }
    });
}

/// Has the report say that not everything is tried here.
pub(crate) fn caveat(caveat: Caveat) {
    with_unless_over(|state| {
        state.caveats.insert(caveat);
    });
}

/// Enters a new thread, which is started here, and gives its number.
pub(crate) fn enter_thread(name: Option<String>, at: &'static Location<'static>) -> Actor {
    let me = me();
    with(|state| {
        let number = state.threads.len();
        let born = state.moves.len().checked_sub(1);
        let clock = state.threads[me].clock;
        state.threads.push(Thread { name, born, clock, ..Thread::default() });
        state.alive += 1;
        if !state.over() {
            // Two threads that both start others number them in the order of their starts.
            state.also([touch(object(Of::Births, 0), How::Write)]);
            state.tell(me, Action::Start(number), Some(at), Outcome::Done);
        }
        number
    })
}

/// The name of a thread.
pub(crate) fn name(thread: Actor) -> Option<String> {
    with(|state| state.threads[thread].name.clone())
}

/// Whether one of these threads has ended with a panic that nobody has seen.
pub(crate) fn unseen_panic(threads: &[Actor]) -> bool {
    with(|state| threads.iter().any(|&thread| state.threads[thread].unseen_panic))
}

/// How much time has passed for the current thread. A look at the clock takes a microsecond, so that
/// a loop which does nothing else comes to its end.
pub(crate) fn clock() -> Duration {
    let me = me();
    with(|state| {
        if !state.over() {
            state.caveats.insert(Caveat::Clock);
        }
        state.threads[me].clock += Duration::from_micros(1);
        state.threads[me].clock
    })
}

fn enter(shared: Shared, made: At) -> ThingNumber {
    with(|state| {
        state.shared.push(shared);
        state.names.push(None);
        state.made.push(made);
        state.shared.len() - 1
    })
}

/// Enters a new lock, which was made there, and gives its number.
pub(crate) fn enter_lock(made: &'static Location<'static>) -> ThingNumber {
    enter(Shared::Lock { holder: None, readers: 0 }, Some(made))
}

/// Locks standard output for the current thread, as often as it likes.
pub(crate) fn lock_stdout(at: &'static Location<'static>) {
    let thread = me();
    let lock = with(|state| match &mut state.stdout {
        Some((lock, _)) => *lock,
        None => {
            state.shared.push(Shared::Lock { holder: None, readers: 0 });
            state.names.push(Some("stdout".to_string()));
            state.made.push(None);
            let lock = state.shared.len() - 1;
            state.stdout = Some((lock, 0));
            lock
        }
    });
    if !with(|state| state.holds(thread, lock)) {
        step_at(Action::Lock { lock, shared: false }, at);
    }
    count_stdout(1);
}

/// Gives standard output back, when it was locked for the last time.
pub(crate) fn unlock_stdout() {
    let thread = me();
    let last = with(|state| state.stdout.filter(|(_, times)| *times == 1));
    count_stdout(-1);
    if let Some((lock, _)) = last.filter(|(lock, _)| with(|state| state.holds(thread, *lock))) {
        take(Action::Unlock { lock, shared: false }, Duration::ZERO, prelude::dropped_at());
    }
}

fn count_stdout(change: isize) {
    with_unless_over(|state| {
        if let Some((_, times)) = &mut state.stdout {
            *times = times.saturating_add_signed(change);
        }
    });
}

/// Enters a new variable, which was made there, and gives its number.
pub(crate) fn enter_variable(made: &'static Location<'static>) -> ThingNumber {
    enter(Shared::Variable, Some(made))
}

/// Enters a new channel, with one sender, and gives its number.
pub(crate) fn enter_channel(bound: Option<usize>) -> ThingNumber {
    let channel = Channel { senders: 1, sent: 0, received: 0, bound, closed: false };
    enter(Shared::Channel(channel), None)
}

/// Enters a new condition and gives its number.
pub(crate) fn enter_condition() -> ThingNumber {
    enter(Shared::Condition(Condition::default()), None)
}

/// Enters a new barrier and gives its number.
pub(crate) fn enter_barrier(size: usize) -> ThingNumber {
    enter(Shared::Barrier { size, arrived: 0, generation: 0 }, None)
}

/// Enters something that is initialised once and gives its number.
pub(crate) fn enter_cell() -> ThingNumber {
    enter(Shared::Cell(Initialised::No), None)
}

/// There is one more to send into a channel.
pub(crate) fn add_sender(channel: ThingNumber) {
    with_unless_over(|state| state.channel_mut(channel).senders += 1);
}

/// There is one less to send into a channel.
pub(crate) fn remove_sender(channel: ThingNumber) {
    hang_up(channel, false);
}

fn hang_up(channel: ThingNumber, receives: bool) {
    let noticed = with(|state| state.noticed);
    let noticed = if receives { noticed.receivers } else { noticed.senders };
    let at = prelude::dropped_at();
    if noticed && !::std::thread::panicking() {
        return take(Action::HangUp { channel, receives }, Duration::ZERO, at);
    }
    with_unless_over(|state| {
        state.hang_up(channel, receives);
        let (of, how) =
            if receives { (Of::Receiver, How::Write) } else { (Of::Senders, How::Establish) };
        state.also([touch(object(of, channel), how)]);
    });
}

/// Whether nobody can send into a channel any more.
pub(crate) fn has_no_senders(channel: ThingNumber) -> bool {
    with(|state| state.channel(channel).senders == 0)
}

/// The receiver of a channel is gone.
pub(crate) fn close(channel: ThingNumber) {
    hang_up(channel, true);
}

/// Whether the receiver of a channel is gone.
pub(crate) fn is_closed(channel: ThingNumber) -> bool {
    with(|state| state.channel(channel).closed)
}

/// Notes the end of a thread, with or without a panic.
pub(crate) fn leave_thread<T>(thread: Actor, result: &::std::thread::Result<T>) {
    if with(|state| state.noticed.ends) {
        // Unwinds where another thread ends the program first.
        drop(catch_unwind(|| take(Action::End, Duration::ZERO, None)));
    }
    with(|state| {
        state.alive -= 1;
        if !state.over() {
            state.threads[thread].ended = true;
            state.threads[thread].unseen_panic = result.is_err();
            state.also([touch(object(Of::Thread, thread), How::Establish)]);
        }
    });
}

/// Notes the end of main, which ends the program, and waits until all other threads have unwound.
pub(crate) fn leave_main(result: ::std::thread::Result<i32>) {
    // Whether the end of main is a step depends on whether all others have ended.
    with_unless_over(|state| {
        let threads = 1..state.threads.len();
        let ends = threads.map(|thread| touch(object(Of::Thread, thread), How::Read));
        state.also(ends.collect::<Vec<_>>());
    });
    if with(|state| state.alive > 0) {
        // Unwinds where another thread ends the program first.
        drop(catch_unwind(|| step(Action::EndMain)));
    }
    with(|state| {
        state.end(match result {
            Ok(0) => End::Returned,
            Ok(code) => End::Exited(code),
            Err(panic) => End::Panicked(message(&*panic)),
        });
    });
    while with(|state| state.alive > 0) {
        shuttle::thread::yield_now();
    }
}

fn message(panic: &(dyn Any + Send)) -> String {
    if let Some(text) = panic.downcast_ref::<&str>() {
        (*text).to_string()
    } else if let Some(text) = panic.downcast_ref::<String>() {
        text.clone()
    } else {
        String::new()
    }
}
