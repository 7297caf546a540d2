//! Which threads can take their next step, and which of them does.

use ::std::ptr;

use super::shared::Initialised;
use super::touches::{Of, object};
use super::{At, Look, Next, State};
use crate::step::{Action, Actor, Object};
use crate::world::{Caveat, End, Finish, Move, Then};

/// How often a thread may look at what does not change, at one place, before it waits for a change.
const LOOKS: usize = 2;

impl State {
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
    pub(super) fn standing(&self) -> u64 {
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
    pub(super) fn able(&self, threads: impl Iterator<Item = Actor> + Clone) -> Vec<Actor> {
        let mut able: Vec<_> = threads.clone().filter(|&thread| self.can_step(thread)).collect();
        if able.is_empty() {
            able.extend(threads.filter(|&thread| self.can_give_up(thread)));
        }
        able
    }

    pub(super) fn can_step(&self, thread: Actor) -> bool {
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

    fn can_give_up(&self, thread: Actor) -> bool {
        let Some(next) = &self.threads[thread].next else { return false };
        match &next.action {
            Action::Receive { timed, .. } | Action::Park { timed } => *timed,
            Action::Wake { timed, lock, .. } => *timed && self.is_free(*lock, false),
            action => self.looks_at(action).is_some(),
        }
    }

    fn waits_for_a_lock(&self, thread: Actor) -> bool {
        let next = self.threads[thread].next.as_ref();
        next.is_some_and(|next| matches!(next.action, Action::Lock { .. }))
            && !self.can_step(thread)
    }

    /// What a step looks at that can be repeated in a loop until it changes.
    pub(super) fn looks_at(&self, action: &Action) -> Option<Object> {
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

    pub(super) fn version(&self, object: Object) -> usize {
        self.versions.get(&object).copied().unwrap_or(0)
    }
}

fn same_place(one: At, two: At) -> bool {
    one.map(ptr::from_ref) == two.map(ptr::from_ref)
}
