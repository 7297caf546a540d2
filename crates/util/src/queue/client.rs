//! A process that was given a queue.

use std::collections::VecDeque;
use std::io::{self, BufReader, Read, Write};
use std::net::Shutdown;
use std::sync::{Arc, Condvar, Mutex, PoisonError, Weak};
use std::thread;
use std::time::Instant;

use super::message::{self, ToClient, ToHub};
use super::stream::{self, Stream};
use super::{Patience, QueueError, Written};
use crate::program::lock;

/// The queues that this process has, so that one that it is given twice has one connection.
static CLIENTS: Mutex<Vec<(String, Weak<Client>)>> = Mutex::new(Vec::new());

/// What all handles of this process share. When the last is dropped, the queue knows.
#[derive(Debug)]
pub(super) struct Client(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    address: String,
    secret: String,
    bounded: bool,
    outgoing: Mutex<Stream>,
    /// Held by the thread whose item is on its way into a bounded queue.
    putting: Mutex<()>,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    /// What this process was lent and has not taken, with numbers.
    lent: VecDeque<(u64, Vec<u8>)>,
    /// Whether the queue was asked for more.
    wanting: bool,
    /// How many items the queue has said to have stored.
    stored: u64,
    abandoned: bool,
    gone: bool,
}

/// The queue of that address.
pub(super) fn get(
    address: &str,
    secret: &str,
    bounded: bool,
    ticket: u64,
) -> io::Result<Arc<Client>> {
    let mut clients = lock(&CLIENTS);
    clients.retain(|(_, client)| client.strong_count() > 0);
    let known = clients.iter().find(|(other, _)| other == address);
    if let Some(client) = known.and_then(|(_, client)| client.upgrade()) {
        return Ok(client);
    }
    let mut stream = stream::connect(address)?;
    stream.write_all(&[secret.as_bytes(), &ticket.to_le_bytes()].concat())?;
    // What is put before the queue knows of this process could be overlooked.
    stream.read_exact(&mut [0])?;
    let incoming = stream.try_clone()?;
    let shared = Arc::new(Shared {
        address: address.to_owned(),
        secret: secret.to_owned(),
        bounded,
        outgoing: Mutex::new(stream),
        putting: Mutex::new(()),
        state: Mutex::default(),
        changed: Condvar::new(),
    });
    let listening = Arc::clone(&shared);
    let thread = thread::Builder::new().name("util-queue".to_owned()).stack_size(256 * 1024);
    thread.spawn(move || listening.listen(incoming))?;
    let client = Arc::new(Client(shared));
    clients.push((address.to_owned(), Arc::downgrade(&client)));
    Ok(client)
}

impl Drop for Client {
    fn drop(&mut self) {
        // The other direction stays open until the queue has heard all that was said.
        let _ = lock(&self.0.outgoing).shutdown(Shutdown::Write);
    }
}

impl Client {
    /// Gives the queue on. It counts as held by this process until the other one has ended.
    pub(super) fn give(self: &Arc<Self>) -> (Written, super::Ticket) {
        let Shared { address, secret, bounded, .. } = &*self.0;
        let written = (address.clone(), secret.clone(), *bounded, 0);
        let given = super::Given::ByClient(Arc::clone(self));
        (written, super::Ticket { _until_it_is_dropped: given })
    }

    pub(super) fn put(&self, item: Vec<u8>) -> Result<(), QueueError> {
        let shared = &*self.0;
        let message = ToHub::Put(item);
        if !shared.bounded {
            return shared.say(&message);
        }
        let _turn = lock(&shared.putting);
        let before = lock(&shared.state).stored;
        shared.say(&message)?;
        let mut state = lock(&shared.state);
        while state.stored == before {
            if state.gone {
                return Err(QueueError::Gone);
            }
            if state.abandoned {
                return Err(QueueError::Abandoned);
            }
            state = shared.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        Ok(())
    }

    pub(super) fn get(&self, patience: Patience) -> Result<Vec<u8>, QueueError> {
        let shared = &*self.0;
        let now = patience == Patience::None;
        let mut asked = false;
        let mut state = lock(&shared.state);
        loop {
            if let Some((_, item)) = state.lent.pop_front() {
                drop(state);
                // Until the queue knows, nobody has it.
                shared.say(&ToHub::Taken)?;
                return Ok(item);
            }
            if state.gone {
                return Err(QueueError::Gone);
            }
            if std::mem::take(&mut state.abandoned) {
                return Err(QueueError::Abandoned);
            }
            if now && (asked != state.wanting) {
                // There was nothing, or somebody waits already.
                return Err(QueueError::Empty);
            }
            if !state.wanting {
                state.wanting = true;
                asked = true;
                drop(state);
                shared.say(&ToHub::Want { now })?;
                state = lock(&shared.state);
                continue;
            }
            state = match patience {
                Patience::None | Patience::Endless => {
                    shared.changed.wait(state).unwrap_or_else(PoisonError::into_inner)
                }
                Patience::Until(end) => {
                    let left = end.saturating_duration_since(Instant::now());
                    if left.is_zero() {
                        state.wanting = false;
                        drop(state);
                        shared.say(&ToHub::Cancel)?;
                        // Other threads of this process may wait for longer.
                        shared.changed.notify_all();
                        return Err(QueueError::Empty);
                    }
                    let waited = shared.changed.wait_timeout(state, left);
                    waited.unwrap_or_else(PoisonError::into_inner).0
                }
            };
        }
    }
}

impl Shared {
    fn say(&self, message: &ToHub) -> Result<(), QueueError> {
        message::write(&*lock(&self.outgoing), &message.to_bytes()).map_err(|_| QueueError::Gone)
    }

    /// Hears what the queue says, to its end.
    fn listen(&self, stream: Stream) {
        let mut incoming = BufReader::with_capacity(64 * 1024, stream);
        while let Ok(said) = ToClient::read(&mut incoming) {
            let mut state = lock(&self.state);
            match said {
                ToClient::Lend { first, items } => {
                    state.lent.extend((first..).zip(items));
                    state.wanting = false;
                }
                ToClient::Recall => {
                    // No thread of this process may ask for more before this is said: it would be
                    // lent newer items than those that are given back.
                    let lent = std::mem::take(&mut state.lent);
                    let first = lent.front().map_or(0, |(number, _)| *number);
                    let _ = self.say(&ToHub::GiveBack { first, count: lent.len() as u64 });
                    continue;
                }
                ToClient::Stored => state.stored += 1,
                ToClient::Nothing => state.wanting = false,
                ToClient::Abandoned => {
                    state.abandoned = true;
                    state.wanting = false;
                }
            }
            drop(state);
            self.changed.notify_all();
        }
        lock(&self.state).gone = true;
        self.changed.notify_all();
        // The queue is told that nothing more will be said.
        let _ = lock(&self.outgoing).shutdown(Shutdown::Both);
    }
}
