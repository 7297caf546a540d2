//! What a step touches: two steps of different threads compete where they touch the same.

use super::shared::Initialised;
use super::{State, hash};
use crate::step::{Action, Actor, How, Object, ThingNumber, Touch};

/// The objects that steps touch, by kinds.
#[derive(Clone, Copy)]
pub(super) enum Of {
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

pub(super) fn object(of: Of, number: usize) -> Object {
    Object((of as u64) << 56 | number as u64)
}

/// The round `generation` of a barrier.
pub(super) fn round(barrier: ThingNumber, generation: usize) -> Object {
    object(Of::Round, barrier << 24 | generation)
}

pub(super) fn touch(object: Object, how: How) -> Touch {
    Touch { object, how }
}

impl State {
    /// What the next step of a thread touches, as far as this is known before it.
    pub(super) fn touches(&self, thread: Actor, about_to_go: bool) -> Vec<Touch> {
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
}
