//! How things stand after some steps: who holds what, what the variables are, and what everybody has
//! read of them. All of it follows from the steps alone.

use std::collections::BTreeMap;

use crate::step::{Action, Actor, Outcome, Step, ThingNumber};
use crate::world::Details;

/// How things stand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Board {
    /// Who holds a lock alone.
    pub holders: BTreeMap<ThingNumber, Actor>,
    /// Who shares a lock with others.
    pub readers: BTreeMap<ThingNumber, Vec<Actor>>,
    /// The latest value that was seen or written, of a variable or of what a lock guards.
    pub values: BTreeMap<ThingNumber, String>,
    /// What an actor has read last of a variable, until it does something with it.
    pub read: BTreeMap<Actor, (ThingNumber, String)>,
    /// How many messages are in a channel.
    pub messages: BTreeMap<ThingNumber, usize>,
    /// Who waits for a condition and was not woken yet.
    pub waiting: BTreeMap<ThingNumber, Vec<Actor>>,
}

impl Board {
    /// How things stand when all that is told has happened.
    pub fn after(details: &Details) -> Board {
        let mut board = Board::default();
        for step in &details.steps {
            board.take(step);
        }
        board
    }

    /// One more step.
    pub fn take(&mut self, step: &Step) {
        let actor = step.actor;
        let came_out_well = step.outcome != Outcome::No;
        match &step.action {
            Action::Lock { lock, shared } => self.lock(actor, *lock, *shared),
            Action::TryLock { lock, shared } if came_out_well => self.lock(actor, *lock, *shared),
            Action::Unlock { lock, .. } => self.unlock(actor, *lock),
            Action::Wait { condition, lock } => {
                self.unlock(actor, *lock);
                self.waiting.entry(*condition).or_default().push(actor);
            }
            Action::Wake { condition, lock, .. } => {
                self.waiting.entry(*condition).or_default().retain(|waiting| *waiting != actor);
                self.lock(actor, *lock, false);
            }
            Action::Send(channel) | Action::TrySend(channel) => {
                let sent = !matches!(step.outcome, Outcome::No | Outcome::Disconnected);
                *self.messages.entry(*channel).or_default() += usize::from(sent);
            }
            Action::Receive { channel, .. } | Action::TryReceive(channel) => {
                let failed =
                    matches!(step.outcome, Outcome::No | Outcome::GaveUp | Outcome::Disconnected);
                let messages = self.messages.entry(*channel).or_default();
                *messages = messages.saturating_sub(usize::from(!failed));
            }
            _ => {}
        }
        let Some(thing) = thing(&step.action) else { return };
        match &step.outcome {
            Outcome::Saw(value) => {
                self.values.insert(thing, value.clone());
                if matches!(step.action, Action::Read(_)) {
                    self.read.insert(actor, (thing, value.clone()));
                }
            }
            Outcome::Wrote(value) | Outcome::Changed { to: value, .. } => {
                self.values.insert(thing, value.clone());
                self.read.remove(&actor);
            }
            _ => {}
        }
    }

    fn lock(&mut self, actor: Actor, lock: ThingNumber, shared: bool) {
        if shared {
            self.readers.entry(lock).or_default().push(actor);
        } else {
            self.holders.insert(lock, actor);
        }
    }

    fn unlock(&mut self, actor: Actor, lock: ThingNumber) {
        if self.holders.get(&lock) == Some(&actor) {
            self.holders.remove(&lock);
        } else if let Some(readers) = self.readers.get_mut(&lock)
            && let Some(place) = readers.iter().position(|reader| *reader == actor)
        {
            readers.remove(place);
        }
    }
}

/// The thing whose value an action shows.
fn thing(action: &Action) -> Option<ThingNumber> {
    match action {
        Action::Lock { lock, .. }
        | Action::TryLock { lock, .. }
        | Action::Unlock { lock, .. }
        | Action::Wake { lock, .. } => Some(*lock),
        Action::Read(thing) | Action::Write(thing) | Action::Update(thing) => Some(*thing),
        _ => None,
    }
}
