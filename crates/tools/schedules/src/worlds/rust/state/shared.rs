//! What threads share, as it stands.

use super::State;
use crate::step::{Actor, ThingNumber};

/// A thing that threads share.
#[derive(Debug)]
pub(super) enum Shared {
    Lock { holder: Option<Actor>, readers: usize },
    Variable,
    Channel(Channel),
    Condition(Condition),
    Barrier { size: usize, arrived: usize, generation: usize },
    Cell(Initialised),
}

#[derive(Debug)]
pub(super) struct Channel {
    pub(super) senders: usize,
    pub(super) sent: usize,
    pub(super) received: usize,
    /// How many messages it holds, if not any number.
    pub(super) bound: Option<usize>,
    /// The receiver is gone.
    pub(super) closed: bool,
}

impl Channel {
    pub(super) fn messages(&self) -> usize {
        self.sent - self.received
    }

    /// Whether a message can go in. A channel without room takes one too: its sender waits afterwards
    /// until it was taken.
    pub(super) fn has_room(&self) -> bool {
        self.closed || self.bound.is_none_or(|bound| self.messages() < bound.max(1))
    }
}

/// Who waits to be notified.
#[derive(Debug, Default)]
pub(super) struct Condition {
    pub(super) tickets: usize,
    /// Who waits, each with the ticket that it drew.
    pub(super) waiting: Vec<(usize, Actor)>,
    /// For each `notify_one` that was not used yet, the highest ticket that may use it.
    pub(super) permits: Vec<usize>,
    /// All with a ticket up to this one were notified.
    pub(super) all: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Initialised {
    No,
    UnderWay,
    Yes,
}

impl State {
    pub(super) fn is_free(&self, lock: ThingNumber, shared: bool) -> bool {
        let Shared::Lock { holder, readers } = &self.shared[lock] else { unreachable!("a lock") };
        holder.is_none() && (shared || *readers == 0)
    }

    pub(super) fn holds(&self, thread: Actor, lock: ThingNumber) -> bool {
        matches!(self.shared[lock], Shared::Lock { holder: Some(holder), .. } if holder == thread)
    }

    pub(super) fn take_lock(&mut self, thread: Actor, lock: ThingNumber, shared: bool) {
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
    pub(super) fn give_lock(&mut self, lock: ThingNumber) {
        let Shared::Lock { holder, readers } = &mut self.shared[lock] else {
            unreachable!("a lock")
        };
        if holder.take().is_none() {
            *readers -= 1;
        }
    }

    pub(super) fn is_notified(&self, condition: ThingNumber, thread: Actor) -> bool {
        let condition = self.condition(condition);
        let ticket = condition.waiting.iter().find(|(_, waiting)| *waiting == thread);
        ticket.is_some_and(|(ticket, _)| {
            *ticket <= condition.all || condition.permits.iter().any(|permit| ticket <= permit)
        })
    }

    /// Notifies one or all, and says whether there was somebody to notify.
    pub(super) fn notify(&mut self, condition: ThingNumber, all: bool) -> bool {
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

    pub(super) fn stop_waiting(&mut self, condition: ThingNumber, thread: Actor) {
        let condition = self.condition_mut(condition);
        let place = condition.waiting.iter().position(|(_, waiting)| *waiting == thread);
        let (ticket, _) = condition.waiting.remove(place.expect("it waits"));
        if ticket > condition.all
            && let Some(permit) = condition.permits.iter().position(|permit| ticket <= *permit)
        {
            condition.permits.remove(permit);
        }
    }

    /// How many rounds of a barrier are over.
    pub(super) fn barrier_round(&self, barrier: ThingNumber) -> usize {
        let Shared::Barrier { generation, .. } = &self.shared[barrier] else {
            unreachable!("a barrier")
        };
        *generation
    }

    pub(super) fn initialised(&self, cell: ThingNumber) -> Initialised {
        let Shared::Cell(initialised) = &self.shared[cell] else { unreachable!("a cell") };
        *initialised
    }

    pub(super) fn channel(&self, number: ThingNumber) -> &Channel {
        let Shared::Channel(channel) = &self.shared[number] else { unreachable!("a channel") };
        channel
    }

    pub(super) fn channel_mut(&mut self, number: ThingNumber) -> &mut Channel {
        let Shared::Channel(channel) = &mut self.shared[number] else { unreachable!("a channel") };
        channel
    }

    pub(super) fn condition(&self, number: ThingNumber) -> &Condition {
        let Shared::Condition(condition) = &self.shared[number] else {
            unreachable!("a condition")
        };
        condition
    }

    pub(super) fn condition_mut(&mut self, number: ThingNumber) -> &mut Condition {
        let Shared::Condition(condition) = &mut self.shared[number] else {
            unreachable!("a condition")
        };
        condition
    }
}
