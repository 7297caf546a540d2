//! What a step does.

use ::std::mem;

use super::super::took_step;
use super::shared::{Initialised, Shared};
use super::touches::{Of, object, touch};
use super::{At, Look, Next, Noticed, State};
use crate::step::{Action, Actor, How, Object, Outcome, Step, ThingNumber, Touch};
use crate::world::{Caveat, End, Finish};

/// How often threads may go round in loops that only look, when nobody else can go, before the program
/// is known to have no end.
const ROUNDS: usize = 20;

impl State {
    /// Takes the next step of `thread`.
    pub(super) fn take_step(&mut self, thread: Actor) {
        let touches = self.touches(thread, true);
        let next = self.threads[thread].next.take().expect("it stands before a step");
        if let Some(at) = next.at {
            took_step(at);
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

    fn wait_for_the_clock_of(&mut self, thread: Actor, other: Actor) {
        let clock = self.threads[other].clock;
        self.threads[thread].clock = self.threads[thread].clock.max(clock);
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

    pub(super) fn hang_up(&mut self, channel: ThingNumber, receives: bool) {
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

    /// An object was written: who looked at it may look again.
    pub(super) fn written(&mut self, thread: Actor, object: Object) {
        *self.versions.entry(object).or_insert(0) += 1;
        self.threads[thread].looks.clear();
    }

    /// The latest step touches these too.
    pub(super) fn also(&mut self, touches: impl IntoIterator<Item = Touch>) {
        if let Some(latest) = self.moves.last_mut() {
            latest.touches.extend(touches);
        }
    }

    pub(super) fn tell(&mut self, actor: Actor, action: Action, at: At, outcome: Outcome) {
        if self.plan.detailed {
            let place = at.map(|at| self.place(at));
            self.steps.push(Step { actor, action, place, outcome });
        }
    }
}

fn yes_or_no(success: bool) -> Outcome {
    if success { Outcome::Yes } else { Outcome::No }
}
