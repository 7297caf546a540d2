//! [`std::sync::mpsc`], with messages that arrive when the scheduler says so.

pub use ::std::sync::mpsc::{RecvError, RecvTimeoutError, SendError, TryRecvError, TrySendError};

use ::std::cell::Cell;
use ::std::collections::VecDeque;
use ::std::fmt::{self, Debug};
use ::std::marker::PhantomData;
use ::std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use ::std::time::Duration;

use crate::step::{Action, ThingNumber};
use crate::worlds::rust::stand_in::show;
use crate::worlds::rust::state;

/// The messages that were sent and not yet received.
struct Messages<T>(Arc<Mutex<VecDeque<T>>>);

impl<T> Messages<T> {
    fn new() -> Self {
        Messages(Arc::default())
    }

    fn queue(&self) -> MutexGuard<'_, VecDeque<T>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> Clone for Messages<T> {
    fn clone(&self) -> Self {
        Messages(Arc::clone(&self.0))
    }
}

/// A channel for any number of messages.
pub fn channel<T>() -> (Sender<T>, Receiver<T>) {
    let (end, receiver) = ends(None);
    (Sender(end), receiver)
}

/// A channel that holds up to `bound` messages. One of 0 hands each message over: whoever sends waits
/// until it was received.
pub fn sync_channel<T>(bound: usize) -> (SyncSender<T>, Receiver<T>) {
    let (end, receiver) = ends(Some(bound));
    (SyncSender { end, hands_over: bound == 0 }, receiver)
}

fn ends<T>(bound: Option<usize>) -> (SendingEnd<T>, Receiver<T>) {
    let channel = state::enter_channel(bound);
    let messages = Messages::new();
    (
        SendingEnd { channel, messages: messages.clone() },
        Receiver { channel, messages, alone: PhantomData },
    )
}

struct SendingEnd<T> {
    channel: ThingNumber,
    messages: Messages<T>,
}

impl<T> Clone for SendingEnd<T> {
    fn clone(&self) -> Self {
        state::add_sender(self.channel);
        SendingEnd { channel: self.channel, messages: self.messages.clone() }
    }
}

impl<T> Drop for SendingEnd<T> {
    fn drop(&mut self) {
        state::remove_sender(self.channel);
    }
}

impl<T> SendingEnd<T> {
    #[track_caller]
    fn send(&self, message: T) -> Result<(), SendError<T>> {
        state::step(Action::Send(self.channel));
        if !state::success() {
            return Err(SendError(message));
        }
        state::outcome(|| show::saw(&message));
        self.messages.queue().push_back(message);
        Ok(())
    }
}

/// The end of a channel that sends.
pub struct Sender<T>(SendingEnd<T>);

impl<T> Clone for Sender<T> {
    fn clone(&self) -> Self {
        Sender(self.0.clone())
    }
}

impl<T> Sender<T> {
    /// Sends a message.
    ///
    /// # Errors
    ///
    /// The message, when the receiver is gone.
    #[track_caller]
    pub fn send(&self, message: T) -> Result<(), SendError<T>> {
        self.0.send(message)
    }
}

/// The end of a bounded channel that sends.
pub struct SyncSender<T> {
    end: SendingEnd<T>,
    hands_over: bool,
}

impl<T> Clone for SyncSender<T> {
    fn clone(&self) -> Self {
        SyncSender { end: self.end.clone(), hands_over: self.hands_over }
    }
}

impl<T> SyncSender<T> {
    /// Sends a message, as soon as there is room.
    ///
    /// # Errors
    ///
    /// The message, when the receiver is gone.
    #[track_caller]
    pub fn send(&self, message: T) -> Result<(), SendError<T>> {
        self.end.send(message)?;
        if self.hands_over {
            state::step(Action::AwaitTaken(self.end.channel));
            if !state::success()
                && let Some(message) = self.end.messages.queue().pop_back()
            {
                return Err(SendError(message));
            }
        }
        Ok(())
    }

    /// Sends a message if there is room.
    ///
    /// # Errors
    ///
    /// The message, when there is no room or the receiver is gone.
    #[track_caller]
    pub fn try_send(&self, message: T) -> Result<(), TrySendError<T>> {
        state::step(Action::TrySend(self.end.channel));
        if state::success() {
            self.end.messages.queue().push_back(message);
            Ok(())
        } else if state::is_closed(self.end.channel) {
            Err(TrySendError::Disconnected(message))
        } else {
            Err(TrySendError::Full(message))
        }
    }
}

/// The end of a channel that receives.
pub struct Receiver<T> {
    channel: ThingNumber,
    messages: Messages<T>,
    /// One thread has it at a time, as in std: it may be sent, and not shared.
    alone: PhantomData<Cell<()>>,
}

impl<T> Receiver<T> {
    fn take(&self) -> Option<T> {
        let message = state::success().then(|| self.messages.queue().pop_front())?;
        if let Some(message) = &message {
            state::outcome(|| show::saw(message));
        }
        message
    }

    /// Waits for a message.
    ///
    /// # Errors
    ///
    /// When there is no message and no sender any more.
    #[track_caller]
    pub fn recv(&self) -> Result<T, RecvError> {
        state::step(Action::Receive { channel: self.channel, timed: false });
        self.take().ok_or(RecvError)
    }

    /// Waits for a message, but not for ever: the time is up when nobody else can go on.
    ///
    /// # Errors
    ///
    /// When the time is up, and when there is no message and no sender any more.
    #[track_caller]
    pub fn recv_timeout(&self, time: Duration) -> Result<T, RecvTimeoutError> {
        let receive = Action::Receive { channel: self.channel, timed: true };
        state::timed_step_at(receive, time, ::std::panic::Location::caller());
        self.take().ok_or_else(|| {
            if state::has_no_senders(self.channel) {
                RecvTimeoutError::Disconnected
            } else {
                RecvTimeoutError::Timeout
            }
        })
    }

    /// Takes a message if there is one.
    ///
    /// # Errors
    ///
    /// When there is none.
    #[track_caller]
    pub fn try_recv(&self) -> Result<T, TryRecvError> {
        state::step(Action::TryReceive(self.channel));
        self.take().ok_or_else(|| {
            if state::has_no_senders(self.channel) {
                TryRecvError::Disconnected
            } else {
                TryRecvError::Empty
            }
        })
    }

    /// All messages, until there is no sender any more.
    pub fn iter(&self) -> Iter<'_, T> {
        Iter(self)
    }

    /// The messages that are there now.
    pub fn try_iter(&self) -> TryIter<'_, T> {
        TryIter(self)
    }
}

impl<T> Drop for Receiver<T> {
    fn drop(&mut self) {
        state::close(self.channel);
        // What nobody will receive goes with it, outside of the queue's own lock: it may hold senders.
        let left = ::std::mem::take(&mut *self.messages.queue());
        drop(left);
    }
}

/// All messages of a channel, until there is no sender any more.
#[derive(Debug)]
pub struct Iter<'a, T>(&'a Receiver<T>);

impl<T> Iterator for Iter<'_, T> {
    type Item = T;
    #[track_caller]
    fn next(&mut self) -> Option<T> {
        self.0.recv().ok()
    }
}

/// The messages of a channel that are there now.
#[derive(Debug)]
pub struct TryIter<'a, T>(&'a Receiver<T>);

impl<T> Iterator for TryIter<'_, T> {
    type Item = T;
    #[track_caller]
    fn next(&mut self) -> Option<T> {
        self.0.try_recv().ok()
    }
}

/// All messages of a channel, which it owns, until there is no sender any more.
#[derive(Debug)]
pub struct IntoIter<T>(Receiver<T>);

impl<T> Iterator for IntoIter<T> {
    type Item = T;
    #[track_caller]
    fn next(&mut self) -> Option<T> {
        self.0.recv().ok()
    }
}

impl<'a, T> IntoIterator for &'a Receiver<T> {
    type Item = T;
    type IntoIter = Iter<'a, T>;
    fn into_iter(self) -> Iter<'a, T> {
        self.iter()
    }
}

impl<T> IntoIterator for Receiver<T> {
    type Item = T;
    type IntoIter = IntoIter<T>;
    fn into_iter(self) -> IntoIter<T> {
        IntoIter(self)
    }
}

macro_rules! debug {
    ($($name:ident)*) => { $(
        impl<T> Debug for $name<T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($name)).finish_non_exhaustive()
            }
        }
    )* };
}

debug!(Sender SyncSender Receiver);
