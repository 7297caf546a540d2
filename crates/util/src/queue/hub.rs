//! The process that made a queue: its items, and who waits for one.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io::{self, BufReader, Read, Write};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::message::{self, ToClient, ToHub};
use super::stream::{self, Listener, Stream};
use super::{Patience, QueueError, Written};
use crate::parent;
use crate::program::lock;

/// How often somebody who waits looks whether a child has ended that has not come for the queue.
const LOOK: Duration = Duration::from_millis(20);

/// So long a process may take to give back what it was lent. One that has been stopped does not
/// answer, and must not stop the others.
const RECALL: Duration = Duration::from_secs(10);

/// So many items a process is lent at once. It begins with one, and doubles as long as nobody else
/// wants any.
const MOST_LENT: usize = 256;

/// So many bytes surely go into a socket: nobody has to wait until a process has read them.
const SURELY_TAKEN: usize = 16 * 1024;

/// Where several messages have come together there will be more. So long it pays to let them come
/// before the next look.
const NAP: Duration = Duration::from_micros(50);
const SEVERAL: usize = 4;

/// One queue.
#[derive(Debug)]
pub(super) struct Hub {
    state: Mutex<State>,
    changed: Condvar,
    capacity: Option<usize>,
    /// Where processes find it, once it was given to one.
    place: OnceLock<Place>,
}

#[derive(Debug)]
struct Place {
    address: String,
    secret: String,
}

#[derive(Debug, Default)]
struct State {
    /// In the order in which they were put in.
    items: VecDeque<Item>,
    /// How many items there have been.
    arrived: u64,
    clients: BTreeMap<u64, Client>,
    /// The clients that wait for an item.
    wanting: VecDeque<Wish>,
    /// Who got the last item, `None` for this process, and how many it may be lent next.
    last: Option<u64>,
    next_share: usize,
    /// What clients have put and there is no room for.
    full: VecDeque<(u64, Vec<u8>)>,
    /// How many threads of this process wait for an item.
    getters: usize,
    /// Whether the next item is for this process, where others wait, too.
    own_turn: bool,
    /// How many handles this process has.
    handles: usize,
    /// The numbers of the tickets that nobody has come with.
    tickets: BTreeSet<u64>,
    /// How many tickets and clients there have been.
    numbered: u64,
}

/// What somebody has put in, and how many had been put in before: an item that is given back goes
/// to its old place, whoever else gives back something first.
#[derive(Debug)]
struct Item {
    arrival: u64,
    bytes: Vec<u8>,
}

/// A client that waits for an item.
#[derive(Debug)]
struct Wish {
    client: u64,
    /// Whether it wants one only if there is one now.
    now: bool,
    /// Whether all others have been asked for what they have put or could give back.
    asked: bool,
}

/// A process that has the queue.
#[derive(Debug)]
struct Client {
    outgoing: Arc<Mutex<Stream>>,
    /// What it was lent and is not known to have taken, with the numbers it has for it.
    lent: VecDeque<(u64, Item)>,
    /// How much it was ever lent.
    count: u64,
    /// Whether it is to give back what it was lent.
    recalled: bool,
}

/// What is to be said once nobody is kept waiting by it.
type Post = Vec<(Arc<Mutex<Stream>>, Vec<u8>)>;

fn send(post: Post) {
    for (outgoing, bytes) in post {
        // Whoever cannot be reached is gone, and whoever reads from it finds that out.
        let few = bytes.len() <= 2 * SURELY_TAKEN;
        let send = move || drop(message::write(&*lock(&outgoing), &bytes));
        if few {
            send();
        } else {
            // A process that is stopped must not stop the others.
            let thread = thread::Builder::new().name("util-queue-send".to_owned());
            let _ = thread.spawn(send);
        }
    }
}

impl State {
    fn store(&mut self, bytes: Vec<u8>) {
        self.items.push_back(Item { arrival: self.arrived, bytes });
        self.arrived += 1;
    }

    fn held(&self) -> usize {
        self.items.len() + self.clients.values().map(|client| client.lent.len()).sum::<usize>()
    }

    /// Whether nobody else can put an item in or take one out.
    fn is_abandoned(&self) -> bool {
        self.numbered > 0 && self.handles <= 1 && self.tickets.is_empty() && self.clients.is_empty()
    }

    /// Whether one client is all that is left.
    fn has_one_client_alone(&self) -> bool {
        self.handles == 0 && self.tickets.is_empty() && self.clients.len() == 1
    }

    /// Does what can be done now for those who wait.
    fn settle(&mut self, capacity: Option<usize>) -> Post {
        let mut post = Post::new();
        if let Some(capacity) = capacity {
            let mut room = capacity.saturating_sub(self.held());
            while room > 0 {
                let Some((client, item)) = self.full.pop_front() else { break };
                self.store(item);
                self.say(client, &ToClient::Stored, &mut post);
                room -= 1;
            }
        }
        if !self.full.is_empty() && self.has_one_client_alone() {
            for (client, _) in std::mem::take(&mut self.full) {
                self.say(client, &ToClient::Abandoned, &mut post);
            }
        }
        self.lend(&mut post);
        if self.items.is_empty() && (self.getters > 0 || !self.wanting.is_empty()) {
            self.recall(1, None, &mut post);
            let asking = self.wanting.iter_mut().filter(|wish| wish.now && !wish.asked);
            let asking: Vec<_> = asking
                .map(|wish| {
                    wish.asked = true;
                    wish.client
                })
                .collect();
            for client in asking {
                self.recall(0, Some(client), &mut post);
            }
            if !self.clients.values().any(|client| client.recalled) {
                self.send_away(&mut post);
            }
        }
        post
    }

    /// Asks the clients that were lent so many items for what they have not taken, and says whether
    /// any answer is still to come. Before its answer a client has said all else that it has said.
    fn recall(&mut self, least: usize, except: Option<u64>, post: &mut Post) -> bool {
        let mut expected = false;
        for (id, client) in &mut self.clients {
            if except == Some(*id) {
                continue;
            }
            if client.lent.len() >= least && !client.recalled {
                client.recalled = true;
                post.push((Arc::clone(&client.outgoing), ToClient::Recall.to_bytes()));
            }
            expected |= client.recalled;
        }
        expected
    }

    /// Notes who gets the next items, and gives how many it may be lent.
    fn share_of(&mut self, client: Option<u64>) -> usize {
        let again = self.last == client;
        self.next_share = if again { (2 * self.next_share).clamp(1, MOST_LENT) } else { 1 };
        self.last = client;
        self.next_share
    }

    /// Lends what there is to those who want it.
    fn lend(&mut self, post: &mut Post) {
        while let (false, Some(id)) =
            (self.items.is_empty(), self.wanting.front().map(|wish| wish.client))
        {
            let mut own = 0;
            if self.getters > 0 {
                self.own_turn = !self.own_turn;
                own = usize::from(self.own_turn);
            }
            // Somebody else may have been lent items that are older.
            if self.items.len() <= own || self.recall(2, Some(id), post) {
                return;
            }
            let share = self.share_of(Some(id)).min(self.items.len() - own);
            self.wanting.pop_front();
            let Some(client) = self.clients.get_mut(&id) else { continue };
            let (first, mut bytes) = (client.count, 0);
            let mut items = Vec::with_capacity(share);
            while items.len() < share {
                let Some(item) = self.items.front() else { break };
                bytes += item.bytes.len() + 8;
                if bytes > SURELY_TAKEN && !items.is_empty() {
                    break;
                }
                items.extend(self.items.pop_front());
            }
            let (arrivals, items): (Vec<_>, Vec<_>) =
                items.into_iter().map(|item| (item.arrival, item.bytes)).unzip();
            let lend = ToClient::Lend { first, items };
            let written = lend.to_bytes();
            let ToClient::Lend { items, .. } = lend else { return };
            let items = arrivals.into_iter().zip(items);
            for (arrival, bytes) in items {
                client.lent.push_back((client.count, Item { arrival, bytes }));
                client.count += 1;
            }
            post.push((Arc::clone(&client.outgoing), written));
        }
    }

    /// Answers those who wait for what will not come.
    fn send_away(&mut self, post: &mut Post) {
        let alone = self.has_one_client_alone();
        for wish in std::mem::take(&mut self.wanting) {
            if alone {
                self.say(wish.client, &ToClient::Abandoned, post);
            } else if wish.now {
                self.say(wish.client, &ToClient::Nothing, post);
            } else {
                self.wanting.push_back(wish);
            }
        }
    }

    fn say(&self, client: u64, message: &ToClient, post: &mut Post) {
        if let Some(client) = self.clients.get(&client) {
            post.push((Arc::clone(&client.outgoing), message.to_bytes()));
        }
    }

    /// A client has said something.
    fn hear(&mut self, id: u64, said: ToHub, capacity: Option<usize>) {
        match said {
            ToHub::Put(item) if capacity.is_some() => self.full.push_back((id, item)),
            ToHub::Put(item) => self.store(item),
            ToHub::Want { now } => {
                self.wanting.push_back(Wish { client: id, now, asked: false });
            }
            ToHub::Cancel => self.wanting.retain(|wish| wish.client != id),
            ToHub::Taken => {
                if let Some(client) = self.clients.get_mut(&id) {
                    client.lent.pop_front();
                }
            }
            ToHub::GiveBack { first, count } => {
                let Some(client) = self.clients.get_mut(&id) else { return };
                client.recalled = false;
                let back = first..first.saturating_add(count);
                let (back, kept): (VecDeque<_>, _) = std::mem::take(&mut client.lent)
                    .into_iter()
                    .partition(|(number, _)| back.contains(number));
                client.lent = kept;
                self.put_back(back);
            }
        }
    }

    fn put_back(&mut self, lent: VecDeque<(u64, Item)>) {
        for (_, item) in lent {
            let place = self.items.partition_point(|other| other.arrival < item.arrival);
            self.items.insert(place, item);
        }
    }
}

impl Hub {
    pub(super) fn handle(capacity: Option<usize>) -> Handle {
        let hub = Self {
            state: Mutex::new(State { handles: 1, ..State::default() }),
            changed: Condvar::new(),
            capacity,
            place: OnceLock::new(),
        };
        Handle(Arc::new(hub))
    }

    /// Changes something, and sees to what follows from it.
    fn change<R>(&self, change: impl FnOnce(&mut State) -> R) -> R {
        let mut state = lock(&self.state);
        let result = change(&mut state);
        self.settle(state);
        result
    }

    fn settle(&self, mut state: MutexGuard<'_, State>) {
        let post = state.settle(self.capacity);
        let wake = state.getters > 0 || self.capacity.is_some();
        drop(state);
        if wake {
            self.changed.notify_all();
        }
        send(post);
    }

    fn put(&self, item: Vec<u8>) -> Result<(), QueueError> {
        let mut state = lock(&self.state);
        if let Some(capacity) = self.capacity {
            while state.held() >= capacity {
                if state.is_abandoned() {
                    return Err(QueueError::Abandoned);
                }
                state = self.wait(state, None);
            }
        }
        state.store(item);
        if state.getters > 0 || !state.wanting.is_empty() {
            self.settle(state);
        }
        Ok(())
    }

    fn get(&self, patience: Patience) -> Result<Vec<u8>, QueueError> {
        let end = match patience {
            Patience::Endless => None,
            Patience::Until(end) => Some(end),
            Patience::None => Some(Instant::now() + RECALL),
        };
        let mut asked = false;
        let mut order = None;
        let mut state = lock(&self.state);
        loop {
            let mut post = Post::new();
            // Somebody else may have been lent items that are older.
            let older = state.recall(2, None, &mut post);
            let order = *order.get_or_insert_with(|| Instant::now() + RECALL);
            if !older || Instant::now() >= order {
                if let Some(item) = state.items.pop_front() {
                    state.share_of(None);
                    if self.capacity.is_some() {
                        self.settle(state);
                    }
                    send(post);
                    return Ok(item.bytes);
                }
            }
            if state.items.is_empty() && !older {
                // Who only wants what is there asks first what is on its way.
                let all = patience == Patience::None && !asked;
                asked |= all;
                if !state.recall(usize::from(!all), None, &mut post) {
                    if state.is_abandoned() {
                        return Err(QueueError::Abandoned);
                    }
                    if patience == Patience::None {
                        return Err(QueueError::Empty);
                    }
                }
            }
            if end.is_some_and(|end| Instant::now() >= end) {
                send(post);
                return Err(QueueError::Empty);
            }
            if post.is_empty() {
                state.getters += 1;
                let until = if older { Some(end.map_or(order, |end| end.min(order))) } else { end };
                state = self.wait(state, until);
                state.getters -= 1;
            } else {
                // The answer may come before anybody waits for it.
                drop(state);
                send(post);
                state = lock(&self.state);
            }
        }
    }

    /// Waits until something has changed, and looks after children that may never come.
    fn wait<'a>(
        &'a self,
        mut state: MutexGuard<'a, State>,
        end: Option<Instant>,
    ) -> MutexGuard<'a, State> {
        let left = end.map(|end| end.saturating_duration_since(Instant::now()));
        if state.tickets.is_empty() {
            return match left {
                None => self.changed.wait(state).unwrap_or_else(PoisonError::into_inner),
                Some(left) => {
                    let waited = self.changed.wait_timeout(state, left);
                    waited.unwrap_or_else(PoisonError::into_inner).0
                }
            };
        }
        let look = left.map_or(LOOK, |left| left.min(LOOK));
        let waited = self.changed.wait_timeout(state, look);
        let (waited, timeout) = waited.unwrap_or_else(PoisonError::into_inner);
        state = waited;
        if timeout.timed_out() {
            // A child that has ended gives its tickets back, for which the lock is needed.
            drop(state);
            parent::look_after_children();
            state = lock(&self.state);
        }
        state
    }

    /// Where processes find the queue.
    fn place(self: &Arc<Self>) -> io::Result<&Place> {
        if let Some(place) = self.place.get() {
            return Ok(place);
        }
        let (listener, address) = stream::listen()?;
        let part = || RandomState::new().build_hasher().finish();
        let secret = format!("{:016x}{:016x}", part(), part());
        if self.place.set(Place { address, secret }).is_ok() {
            let hub = Arc::clone(self);
            let thread = thread::Builder::new().name("util-queue".to_owned());
            thread.spawn(move || hub.accept(&listener))?;
        }
        // Another thread may have been quicker: then the listener goes.
        Ok(self.place.get().expect("somebody has set it"))
    }

    /// Takes in the processes that come for the queue, until nobody can come any more.
    fn accept(self: &Arc<Self>, listener: &Listener) {
        loop {
            let connection = listener.accept();
            if self.is_over(&lock(&self.state)) {
                return;
            }
            match connection {
                Ok((stream, _)) => {
                    // Whoever does not know the secret is dropped.
                    let _ = self.welcome(stream);
                }
                // There may be too many open files for a moment.
                Err(_) => thread::sleep(Duration::from_millis(1)),
            }
        }
    }

    fn is_over(&self, state: &State) -> bool {
        state.handles == 0 && state.tickets.is_empty() && state.clients.is_empty()
    }

    /// Lets the thread that accepts find out that it is over.
    fn end_if_over(&self) {
        let over = self.is_over(&lock(&self.state));
        if let (true, Some(place)) = (over, self.place.get()) {
            let _ = stream::connect(&place.address);
        }
    }

    fn welcome(self: &Arc<Self>, mut stream: Stream) -> io::Result<()> {
        let secret = self.place.get().map(|place| place.secret.as_bytes()).unwrap_or_default();
        let mut shown = vec![0; secret.len()];
        let mut ticket = [0; 8];
        // A stranger who says nothing must not keep the others waiting.
        stream.set_read_timeout(Some(Duration::from_secs(1)))?;
        stream.read_exact(&mut shown)?;
        stream.read_exact(&mut ticket)?;
        stream.set_read_timeout(None)?;
        if shown != secret {
            return Err(io::ErrorKind::PermissionDenied.into());
        }
        let outgoing = Arc::new(Mutex::new(stream.try_clone()?));
        let id = self.change(|state| {
            let ticket = u64::from_le_bytes(ticket);
            state.numbered += 1;
            let id = if state.tickets.remove(&ticket) { ticket } else { state.numbered };
            let client = Client { outgoing, lent: VecDeque::new(), count: 0, recalled: false };
            state.clients.insert(id, client);
            id
        });
        // Only from here on can it put anything in: it has been noted by then.
        let hub = Arc::clone(self);
        let thread = thread::Builder::new().name("util-queue-client".to_owned());
        let started = stream.write_all(&[1]).and_then(|()| {
            thread.stack_size(256 * 1024).spawn(move || {
                hub.listen_to(id, stream);
                hub.lose(id);
            })
        });
        if started.is_err() {
            self.lose(id);
        }
        started.map(drop)
    }

    /// Hears what a client says, to its end.
    fn listen_to(&self, id: u64, stream: Stream) {
        let mut incoming = BufReader::with_capacity(64 * 1024, stream);
        while let Ok(first) = ToHub::read(&mut incoming) {
            let mut heard = vec![first];
            // Together they cost little more than one.
            while ToHub::is_whole(incoming.buffer()) {
                match ToHub::read(&mut incoming) {
                    Ok(next) => heard.push(next),
                    Err(_) => break,
                }
            }
            let more_will_come = heard.len() >= SEVERAL
                && heard.iter().all(|said| matches!(said, ToHub::Put(_) | ToHub::Taken));
            self.change(|state| {
                for said in heard {
                    state.hear(id, said, self.capacity);
                }
            });
            if more_will_come {
                thread::sleep(NAP);
            }
        }
    }

    /// A client has let go of the queue, or has died.
    fn lose(&self, id: u64) {
        self.change(|state| {
            state.wanting.retain(|wish| wish.client != id);
            if let Some(client) = state.clients.remove(&id) {
                state.put_back(client.lent);
            }
        });
        self.changed.notify_all();
        self.end_if_over();
    }
}

/// What this process holds of a queue that it has made.
#[derive(Debug)]
pub(super) struct Handle(Arc<Hub>);

impl Handle {
    pub(super) fn put(&self, item: Vec<u8>) -> Result<(), QueueError> {
        self.0.put(item)
    }

    pub(super) fn get(&self, patience: Patience) -> Result<Vec<u8>, QueueError> {
        self.0.get(patience)
    }

    /// Gives the queue to a process that will come for it.
    pub(super) fn give(&self) -> io::Result<(Written, super::Ticket)> {
        let Place { address, secret } = self.0.place()?;
        let number = self.0.change(|state| {
            state.numbered += 1;
            state.tickets.insert(state.numbered);
            state.numbered
        });
        let ticket = Ticket { hub: Arc::clone(&self.0), number };
        let bounded = self.0.capacity.is_some();
        Ok((
            (address.clone(), secret.clone(), bounded, number),
            super::Ticket { _until_it_is_dropped: super::Given::ByOwner(ticket) },
        ))
    }
}

impl Clone for Handle {
    fn clone(&self) -> Self {
        self.0.change(|state| state.handles += 1);
        Self(Arc::clone(&self.0))
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.0.change(|state| state.handles -= 1);
        self.0.changed.notify_all();
        self.0.end_if_over();
    }
}

/// Counts as a process that has the queue, until one comes with its number. It is dropped when that
/// process or its task has ended.
#[derive(Debug)]
pub(super) struct Ticket {
    hub: Arc<Hub>,
    number: u64,
}

impl Drop for Ticket {
    fn drop(&mut self) {
        let unused = self.hub.change(|state| state.tickets.remove(&self.number));
        if unused {
            self.hub.changed.notify_all();
            self.hub.end_if_over();
            return;
        }
        // The process that came with it has ended, or its task has. What it has put may be on its
        // way: it has to be in before anybody knows of the end.
        let state = lock(&self.hub.state);
        let on_its_way = |state: &mut State| state.clients.contains_key(&self.number);
        drop(self.hub.changed.wait_timeout_while(state, RECALL, on_its_way));
    }
}
