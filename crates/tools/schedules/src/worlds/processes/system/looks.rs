//! What is seen by a look that does not wait, and by a wait for one of several.
//!
//! Such a look is a step that reads the state of all that it looks at, and so competes with whatever
//! changes that: writes, reads, closes, ends of processes. A wait for one of several may go on when the
//! first of them is ready, or later, when more of them are: it is such a step, too, which can be taken once
//! something is ready. A wait that gives up after a time is one that can be taken at any time where a sleep
//! guarantees nothing, and finds out by itself whether it has come too early.
//!
//! Who looks at the same again and again, and does nothing else, could do so any number of times. Where
//! that is seen, a task that has looked twice waits until something has changed, or until nobody else can
//! go on.

use super::*;

/// After so many looks at the same a task is taken for one that looks for ever; after more if it sleeps
/// between them, and so may give up after a time.
const MANY: usize = 20;
const MANY_WITH_SLEEPS: usize = 60;

/// So often it looks at each thing then before it waits for a change.
const ENOUGH: usize = 2;

/// Without having more written to it than this, in pieces, and in bytes, a pipe has room.
const PIECES: usize = 12;
const BYTES: u64 = ATOMIC;

/// A look at one direction of a pipe.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Seen {
    pub(super) pipe: String,
    /// From which end: where it is read, or where it is written.
    pub(super) read: bool,
    /// Whether it sees what is in it, or whether there is room. In any case it sees whether somebody has
    /// the other end open.
    pub(super) content: bool,
}

/// What a look sees.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Sight {
    pub(super) pipes: Vec<Seen>,
    /// The processes whose end it sees.
    pub(super) ends: BTreeSet<usize>,
    /// Whether it sees something else, of which it is not known who can change it.
    pub(super) more: bool,
}

/// The use of sockets that are none of a pair: by which of them processes reach each other is not known.
#[derive(Debug, Default)]
pub(super) struct Strangers {
    /// The processes that use such sockets.
    users: BTreeSet<usize>,
    /// Whether one of them has looked at one without waiting, or at several.
    looked: bool,
}

/// What a task has looked at, and how often since something of that has changed.
#[derive(Debug, Default)]
pub(super) struct Looks {
    times: usize,
    sight: Sight,
    changes: usize,
    sleeps: bool,
}

impl Looks {
    /// The task sleeps after a look.
    pub(super) fn sleeps(&mut self) {
        self.sleeps = true;
    }
}

impl System<'_> {
    /// What is seen of these descriptors, for these events of poll(2).
    pub(super) fn sight(&self, tid: i32, waits: &[(i32, i16)]) -> Sight {
        let mut sight = Sight::default();
        self.look_at(tid, waits, &mut sight, 0);
        sight
    }

    /// The same of a wait of which others can change so much.
    pub(super) fn sight_of_wait(&self, tid: i32, waits: &[(i32, i16)], changes: Changes) -> Sight {
        let mut sight = self.sight(tid, waits);
        if changes != Changes::All {
            for seen in &mut sight.pipes {
                seen.content = false;
            }
        }
        sight
    }

    fn look_at(&self, tid: i32, waits: &[(i32, i16)], sight: &mut Sight, depth: u32) {
        /// The kernel permits no deeper nests of epoll.
        const DEEPEST: u32 = 5;
        const IN: i16 = libc::POLLIN | libc::POLLRDNORM | libc::POLLPRI | libc::POLLRDBAND;
        const OUT: i16 = libc::POLLOUT | libc::POLLWRNORM | libc::POLLWRBAND;
        for &(fd, events) in waits {
            let Ok(fd) = u64::try_from(fd) else { continue };
            let link = os::link(tid, fd);
            if let Some(ends) = self.ends.get(&link) {
                let mode = os::flags(tid, fd).unwrap_or(libc::O_RDWR) & libc::O_ACCMODE;
                let one = ends.read == ends.written;
                let mut add = |pipe: &String, read: bool, content: bool| {
                    let seen = Seen { pipe: pipe.clone(), read, content };
                    if !sight.pipes.contains(&seen) {
                        sight.pipes.push(seen);
                    }
                };
                if mode != libc::O_WRONLY {
                    add(&ends.read, true, events & IN != 0);
                }
                // Of a pair of sockets nobody sees from its end for reading who has the other open.
                if mode != libc::O_RDONLY && (one || events & OUT != 0) {
                    let filled = self.names.is(&ends.written, |known| known.filled);
                    add(&ends.written, false, events & OUT != 0 && filled);
                }
            } else if link == "anon_inode:[eventpoll]" && depth < DEEPEST {
                self.look_at(tid, &os::watched(tid, fd), sight, depth + 1);
            } else if link == "anon_inode:[pidfd]" || link.starts_with("pidfd:") {
                let process = os::process_of(tid, fd).and_then(|pid| self.process(pid));
                sight.ends.extend(process);
            } else {
                sight.more = true;
            }
        }
    }

    /// What a look touches.
    pub(super) fn sight_touches(&self, sight: &Sight) -> Vec<Touch> {
        let mut touches = Vec::new();
        for Seen { pipe, content, .. } in &sight.pipes {
            if *content {
                touches.push(Shared::Pipe(pipe).touched(How::Read));
            }
            touches.push(Shared::Ends(pipe).touched(How::Read));
        }
        for &process in &sight.ends {
            touches.push(Shared::End(&self.processes[process].name).touched(How::Read));
        }
        touches
    }

    /// A task looks: what it could find otherwise is noted.
    pub(super) fn sees(&mut self, i: usize, sight: &Sight) {
        self.notes_looker(i, sight);
        for Seen { pipe, read, .. } in &sight.pipes {
            let process = self.tasks[i].process;
            let common = self.pipes.get(pipe).is_some_and(|pipe| pipe.common);
            if common && !self.others_have(&[process], pipe, *read) {
                self.note_looked_at(pipe);
            }
        }
        for touch in self.sight_touches(sight) {
            self.touch(touch);
        }
    }

    fn notes_looker(&mut self, i: usize, sight: &Sight) {
        let process = self.tasks[i].process;
        for Seen { pipe, read, content } in &sight.pipes {
            let of = self.pipes.entry(pipe.clone()).or_default();
            of.lookers[usize::from(*read)].insert(process);
            let filled = of.is_filled();
            if !read && filled {
                self.note_filled(pipe);
            }
            if *content {
                let name = self.processes[process].name.clone();
                self.again |= self.names.uses(&name, pipe, Usage::Looks);
            }
        }
    }

    pub(super) fn note_looked_at(&mut self, pipe: &str) {
        let known = self.names.known(pipe);
        self.again |= !std::mem::replace(&mut known.looked_at, true);
    }

    /// There might be no room in a pipe, and somebody looks whether there is: from now on it is a choice
    /// when others make room.
    pub(super) fn note_filled(&mut self, pipe: &str) {
        let known = self.names.known(pipe);
        self.again |= !std::mem::replace(&mut known.filled, true);
    }

    /// Notes that a task is about to look, without waiting. Whether that is a step: what others write and
    /// close before or after makes a difference.
    pub(super) fn notes_look(&mut self, i: usize, sight: &Sight) -> bool {
        let uncertain = |seen: &&Seen| self.is_common(&seen.pipe) && !self.is_certain(i, seen);
        let pipes: Vec<Seen> = sight.pipes.iter().filter(uncertain).cloned().collect();
        let noticed = !pipes.is_empty() || !sight.ends.is_empty();
        if noticed && !self.options.contended {
            self.caveats.insert(Caveat::Contended);
            return false;
        }
        self.notes_looker(i, &Sight { pipes, ..Sight::default() });
        noticed
    }

    /// Notes that a task is about to wait for one of several, or for a time. What others can change of what
    /// it sees when it goes on: if something, that is a step. `tells` says whether it sees of each what of
    /// it is ready.
    pub(super) fn notes_wait(
        &mut self,
        i: usize,
        sight: &Sight,
        timed: bool,
        tells: bool,
    ) -> Changes {
        let process = self.processes[self.tasks[i].process].name.clone();
        let common: Vec<&Seen> =
            sight.pipes.iter().filter(|seen| self.is_common(&seen.pipe)).collect();
        let things = common.len() + sight.ends.len();
        let others = |pipe: &str, usage| self.names.others_use(&process, pipe, usage);
        let changes = |seen: &&&Seen| {
            let by = if seen.read { Usage::Writes } else { Usage::Reads };
            seen.content && others(&seen.pipe, by)
                || self.names.is(&seen.pipe, |known| known.looked_at)
        };
        let several = common.iter().filter(changes).count() + sight.ends.len() > 1;
        let mut reads = common.iter().filter(|seen| seen.read && seen.content);
        let taken = reads.clone().any(|seen| others(&seen.pipe, Usage::Reads));
        // What is there is there until it reads it; but that nobody writes any more may come before.
        let closed = tells
            && (reads.any(|seen| others(&seen.pipe, Usage::Writes))
                || common.iter().any(|seen| !seen.read));
        let gives_up = timed && self.options.sleeps != Sleeps::Instant && things > 0;
        let each = self.options.each_call && things > 0;
        let changes = if several || taken || gives_up || each {
            Changes::All
        } else if closed {
            Changes::Ends
        } else {
            Changes::Nothing
        };
        if changes != Changes::Nothing && !self.options.contended {
            self.caveats.insert(Caveat::Contended);
            return Changes::Nothing;
        }
        // Whether the others can change is known only when somebody is seen to look.
        if changes != Changes::Nothing || things > 1 && self.options.contended {
            let seen = |seen: &&Seen| {
                let content = seen.content && (things > 1 || changes == Changes::All);
                Seen { content, ..(*seen).clone() }
            };
            let pipes = common.iter().map(seen).collect();
            self.notes_looker(i, &Sight { pipes, ..Sight::default() });
        }
        changes
    }

    /// Notes that a task is about to write to a pipe without waiting for room. Whether that is a step
    /// because others can make room.
    pub(super) fn notes_impatient(&mut self, pipe: &str) -> bool {
        let of = self.pipes.entry(pipe.to_string()).or_default();
        of.impatient = true;
        if of.is_filled() {
            self.note_filled(pipe);
        }
        self.is_common(pipe) && self.names.is(pipe, |known| known.filled)
    }

    /// Notes that a task uses this, and whether it looks at it without waiting, or at more than this.
    pub(super) fn meets_strangers(&mut self, i: usize, fd: i32, looks: bool) {
        let link = os::link(self.tasks[i].tid, fd as u64);
        if !link.starts_with("socket:") || self.ends.contains_key(&link) {
            return;
        }
        self.strangers.users.insert(self.tasks[i].process);
        self.strangers.looked |= looks;
        let users = self.strangers.users.len();
        // Two of whom each waits for the other have one order only.
        if users > 2 || users == 2 && self.strangers.looked {
            self.caveats.insert(Caveat::Sockets);
        }
    }

    pub(super) fn is_common(&self, pipe: &str) -> bool {
        self.pipes.get(pipe).is_some_and(|pipe| pipe.common)
    }

    /// Whether what a task sees is certain: it knows of all that others have done to it, or that what it
    /// looks for was written before, and nobody else takes it out.
    fn is_certain(&self, i: usize, seen: &Seen) -> bool {
        let (task, Seen { pipe, read, content }) = (&self.tasks[i], seen);
        let process = &self.processes[task.process].name;
        let Some(of) = self.pipes.get(pipe).filter(|_| *read && !self.options.each_call) else {
            return false;
        };
        if self.names.others_use(process, pipe, Usage::Reads) {
            return false;
        }
        let is_there = of.pieces.front().is_some_and(|piece| task.heard.has(piece.write));
        let is_over = || {
            of.closings.iter().all(|closing| task.heard.has(*closing))
                && !self.others_have(&[task.process], pipe, true)
        };
        *content && is_there || is_over()
    }

    /// Whether a call that reads or writes does not wait.
    pub(super) fn is_impatient(&self, tid: i32, call: c_long, a: [u64; 6]) -> bool {
        let asked = match call {
            libc::SYS_recvfrom | libc::SYS_sendto => a[3],
            libc::SYS_recvmsg | libc::SYS_sendmsg => a[2],
            _ => 0,
        };
        asked as i32 & libc::MSG_DONTWAIT != 0
            || os::flags(tid, a[0]).is_some_and(|flags| flags & libc::O_NONBLOCK != 0)
    }

    /// A task has looked, and has found nothing of what it looks for.
    pub(super) fn found_nothing(&mut self, i: usize, sight: &Sight) {
        let mut looks = std::mem::take(&mut self.tasks[i].looks);
        if self.changes(&looks.sight) != looks.changes {
            looks = Looks::default();
        }
        for seen in &sight.pipes {
            if !looks.sight.pipes.contains(seen) {
                looks.sight.pipes.push(seen.clone());
            }
        }
        looks.sight.ends.extend(&sight.ends);
        looks.changes = self.changes(&looks.sight);
        looks.times += 1;
        let many = looks.times > if looks.sleeps { MANY_WITH_SLEEPS } else { MANY };
        self.tasks[i].looks = looks;
        let name = &self.tasks[i].name;
        if many && !self.names.spin.contains(name) {
            self.names.spin.insert(name.clone());
            self.again = true;
        }
        if self.is_held_up(i) {
            self.caveats.insert(Caveat::BoundedWait);
        }
    }

    /// How often something of that has changed.
    fn changes(&self, sight: &Sight) -> usize {
        let pipes = sight.pipes.iter().filter_map(|seen| self.pipes.get(&seen.pipe));
        let ends = sight.ends.iter().filter(|&&process| self.processes[process].ended.is_some());
        pipes.map(|pipe| pipe.changes).sum::<usize>() + ends.count()
    }

    /// Whether a task has looked often enough, and waits until something has changed.
    pub(super) fn is_held_up(&self, i: usize) -> bool {
        let looks = &self.tasks[i].looks;
        let things = looks.sight.pipes.len() + looks.sight.ends.len();
        looks.times >= ENOUGH * things.max(1)
            && self.names.spin.contains(&self.tasks[i].name)
            && self.changes(&looks.sight) == looks.changes
    }

    /// Whether the latest steps are many of one task that only looks.
    pub(in super::super) fn looks_on(&self) -> bool {
        self.pauses > MANY
    }

    /// A task is about to take a step. If that is none by which it only looks, it has done something else
    /// since its looks. Where sleeps take no time, a sleep is nothing else.
    pub(super) fn forget_looks(&mut self, i: usize) {
        let goes_on = match &self.tasks[i].state {
            State::Held(Held::Poll { .. } | Held::GoOn) => true,
            State::Held(Held::Sleep { .. }) => self.options.sleeps == Sleeps::Any,
            State::Held(held) => held.is_look(),
            _ => false,
        };
        if !goes_on {
            self.tasks[i].looks = Looks::default();
        }
    }
}

impl Pipe {
    /// Whether so much was written to it that it might be full before somebody reads.
    pub(super) fn is_filled(&self) -> bool {
        self.writes > PIECES || self.written > BYTES
    }
}
