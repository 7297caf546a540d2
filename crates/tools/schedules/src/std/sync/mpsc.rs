//! [`std::sync::mpsc`], with messages that arrive when the scheduler says so.

pub use ::std::sync::mpsc::{RecvError, RecvTimeoutError, SendError};

use ::std::collections::VecDeque;
use ::std::sync::{Arc, Mutex, PoisonError};
use ::std::time::Duration;

use crate::run;
use crate::step::{Action, ChannelNumber};

/// The messages that were sent and not yet received.
type Messages<T> = Arc<Mutex<VecDeque<T>>>;

/// A channel for any number of messages.
pub fn channel<T>() -> (Sender<T>, Receiver<T>) {
    let channel = run::enter_channel();
    let messages = Messages::default();
    (Sender { channel, messages: Arc::clone(&messages) }, Receiver { channel, messages })
}

/// The end of a channel that sends.
#[derive(Debug)]
pub struct Sender<T> {
    channel: ChannelNumber,
    messages: Messages<T>,
}

impl<T> Sender<T> {
    /// Sends a message.
    ///
    /// # Errors
    ///
    /// None here: a receiver counts as one to the end of the run.
    #[track_caller]
    pub fn send(&self, message: T) -> Result<(), SendError<T>> {
        run::step(Action::Send(self.channel));
        let mut messages = self.messages.lock().unwrap_or_else(PoisonError::into_inner);
        messages.push_back(message);
        Ok(())
    }
}

impl<T> Clone for Sender<T> {
    fn clone(&self) -> Self {
        run::with(|run| run.channels[self.channel].senders += 1);
        Sender { channel: self.channel, messages: Arc::clone(&self.messages) }
    }
}

impl<T> Drop for Sender<T> {
    fn drop(&mut self) {
        run::with_unless_over(|run| run.channels[self.channel].senders -= 1);
    }
}

/// The end of a channel that receives.
#[derive(Debug)]
pub struct Receiver<T> {
    channel: ChannelNumber,
    messages: Messages<T>,
}

impl<T> Receiver<T> {
    /// Waits for a message.
    ///
    /// # Errors
    ///
    /// When there is no message and no sender any more.
    #[track_caller]
    pub fn recv(&self) -> Result<T, RecvError> {
        run::step(Action::Receive { channel: self.channel, timed: false });
        self.take().ok_or(RecvError)
    }

    /// Waits for a message, but not for ever. The time is not looked at: it is up when no thread can
    /// take a step any more.
    ///
    /// # Errors
    ///
    /// When the time is up, and when there is no message and no sender any more.
    #[track_caller]
    pub fn recv_timeout(&self, _: Duration) -> Result<T, RecvTimeoutError> {
        run::step(Action::Receive { channel: self.channel, timed: true });
        self.take().ok_or_else(|| {
            if run::with(|run| run.channels[self.channel].senders == 0) {
                RecvTimeoutError::Disconnected
            } else {
                run::note(|| "gives up: nobody else can go on".to_string());
                RecvTimeoutError::Timeout
            }
        })
    }

    fn take(&self) -> Option<T> {
        self.messages.lock().unwrap_or_else(PoisonError::into_inner).pop_front()
    }
}
