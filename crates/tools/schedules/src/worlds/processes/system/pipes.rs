//! Pipes and pairs of sockets: whose they are, and what was written comes before what is read.

use super::os::Open;
use super::*;

impl System<'_> {
    /// Names a new pipe or pair of sockets by who has made it.
    pub(super) fn new_pipe(&mut self, i: usize, at: u64, sockets: bool) {
        let tid = self.tasks[i].tid;
        os::go_to_end_of_call(tid);
        self.watch.wait(tid);
        if os::registers(tid).is_none_or(|registers| registers.result() != 0) {
            return;
        }
        let task = &mut self.tasks[i];
        task.pipes += 1;
        let name = format!("{} {}", task.name, task.pipes);
        let one = os::link(tid, os::u32_at(tid, at).into());
        let two = os::link(tid, os::u32_at(tid, at + 4).into());
        if sockets {
            let (to, back) = (format!("{name} to"), format!("{name} back"));
            self.ends.insert(one, Ends { written: to.clone(), read: back.clone() });
            self.ends.insert(two, Ends { written: back, read: to });
        } else {
            self.ends.insert(one, Ends { written: name.clone(), read: name });
        }
    }

    /// The name of the pipe that is written or read.
    pub(super) fn pipe_of(&self, tid: i32, fd: u64, written: bool) -> Option<String> {
        let ends = self.ends.get(&os::link(tid, fd))?;
        Some(if written { ends.written.clone() } else { ends.read.clone() })
    }

    /// A process starts another one: what it has open of pipes, both have.
    pub(super) fn have_in_common(&mut self, process: usize) {
        let is_common = |pipe| self.is_common(pipe);
        if self.ends.values().all(|ends| is_common(&ends.read) || is_common(&ends.written)) {
            return;
        }
        for open in os::open_files(self.processes[process].pid) {
            let Some(Ends { written, read }) = self.ends.get(&open.link).cloned() else { continue };
            for pipe in [written, read] {
                self.pipes.entry(pipe).or_default().common = true;
            }
        }
    }

    /// A task is about to make a call that may close ends of pipes. What it is held before where others
    /// could notice that: it closes the process's only end of a kind of a pipe that several have, and
    /// that somebody writes to or looks at.
    pub(super) fn closing(&mut self, i: usize, call: c_long, a: [u64; 6]) -> Option<Held> {
        self.tasks[i].closes_at_exec = None;
        if self.ends.is_empty() {
            return None;
        }
        let (tid, process) = (self.tasks[i].tid, self.tasks[i].process);
        let (name, for_all) = match call {
            libc::SYS_close => ("close", false),
            libc::SYS_close_range => ("close_range", false),
            libc::SYS_dup2 => ("dup2", false),
            libc::SYS_dup3 => ("dup3", false),
            libc::SYS_shutdown => ("shutdown", true),
            _ => ("exec", false),
        };
        let ends = if for_all {
            self.shut_down(tid, a[0], a[1] as i32)
        } else {
            self.last_ends(tid, call, a)
        };
        // Whoever lends this process its memory has the same ends, and cannot close them meanwhile.
        let pid = self.processes[process].pid;
        let lender = self.tasks.iter().find(|task| task.state == State::Lends(pid));
        let lent: BTreeSet<(String, bool)> = lender.map_or(BTreeSet::new(), |lender| {
            os::open_files(lender.tid).iter().flat_map(|open| self.kinds(open)).collect()
        });
        let mut noticed = false;
        for (pipe, written) in ends.iter().filter(|end| for_all || !lent.contains(end)) {
            let common = self.pipes.get(pipe).is_some_and(|pipe| pipe.common);
            if common && self.options.contended {
                self.closes_its_last(&[process], pipe, *written, for_all);
            }
            // To who writes it is all the same whether others do.
            let known = |known: &Known| known.looked_at || !written && known.left;
            let seen = self.options.each_call || self.names.is(pipe, known);
            noticed |= common && self.options.contended && seen;
        }
        let closing = Closing { call: name, ends, for_all, noticed };
        if closing.is_exec() {
            self.tasks[i].closes_at_exec = Some(closing.clone());
        } else if !noticed {
            self.note_closed(i, &closing.ends);
        }
        noticed.then_some(Held::Close(closing))
    }

    /// Which ends of pipes a call closes such that the process has no other end of that kind.
    fn last_ends(&self, tid: i32, call: c_long, a: [u64; 6]) -> Vec<(String, bool)> {
        // Most files that are closed are no pipes.
        let replaced = match call {
            libc::SYS_close => Some(a[0]),
            libc::SYS_dup2 | libc::SYS_dup3 => Some(a[1]),
            _ => None,
        };
        // The kernel takes the lower half of the number.
        let replaced = replaced.map(|fd| u64::from(fd as u32));
        if replaced.is_some_and(|fd| !self.ends.contains_key(&os::link(tid, fd))) {
            return Vec::new();
        }
        let dups = matches!(call, libc::SYS_dup2 | libc::SYS_dup3);
        if dups && (a[0] as u32 == a[1] as u32 || os::link(tid, u64::from(a[0] as u32)).is_empty())
        {
            return Vec::new();
        }
        const ONLY_MARKS: u64 = 4;
        let range = u64::from(a[0] as u32)..=u64::from(a[1] as u32);
        let is_closed = |open: &Open| match call {
            libc::SYS_close_range => a[2] & ONLY_MARKS == 0 && range.contains(&open.fd),
            libc::SYS_execve | libc::SYS_execveat => os::closes_at_exec(tid, open.fd),
            _ => Some(open.fd) == replaced,
        };
        let mut open = os::open_files(tid);
        open.retain(|open| self.ends.contains_key(&open.link));
        let (closed, stays): (Vec<Open>, Vec<Open>) = open.into_iter().partition(is_closed);
        let kinds = |open: &[Open]| -> BTreeSet<(String, bool)> {
            open.iter().flat_map(|open| self.kinds(open)).collect()
        };
        kinds(&closed).difference(&kinds(&stays)).cloned().collect()
    }

    /// Which ends of a pair of sockets nobody can use any more after a `shutdown`.
    fn shut_down(&self, tid: i32, fd: u64, how: i32) -> Vec<(String, bool)> {
        let Some(ends) = self.ends.get(&os::link(tid, fd)) else { return Vec::new() };
        let kinds = [(ends.read.clone(), false), (ends.written.clone(), true)];
        let is_closed = |written: bool| how == libc::SHUT_RDWR || (how == libc::SHUT_WR) == written;
        kinds.into_iter().filter(|(_, written)| is_closed(*written)).collect()
    }

    /// The pipes that an open file is an end of, and whether it is the one for writing.
    fn kinds(&self, open: &Open) -> Vec<(String, bool)> {
        let Some(ends) = self.ends.get(&open.link) else { return Vec::new() };
        let kinds = [(open.read, &ends.read, false), (open.written, &ends.written, true)];
        let kinds = kinds.into_iter().filter(|(has, ..)| *has);
        kinds.map(|(_, pipe, written)| (pipe.clone(), written)).collect()
    }

    /// These processes, which end together, close their last ends of a kind of a pipe. As long as all that
    /// is written is read by somebody who closes the pipe later, and all who look are seen to have ended
    /// before somebody closes it, nobody finds it closed, in whatever order others close it.
    fn closes_its_last(&mut self, ending: &[usize], pipe: &str, written: bool, for_all: bool) {
        let Some(of) = self.pipes.get(pipe).filter(|pipe| pipe.common) else { return };
        let has_ended = |looker: &usize| {
            let process = &self.processes[*looker];
            let reaped = process.reaped && process.parent.is_some_and(|by| ending.contains(&by));
            ending.contains(looker) || reaped
        };
        let looked = !of.lookers[usize::from(written)].iter().all(has_ended);
        let unread = !written && !of.pieces.is_empty();
        if (looked || unread) && (for_all || !self.others_have(ending, pipe, written)) {
            if looked {
                self.note_looked_at(pipe);
            }
            if unread {
                self.note_left(pipe);
            }
        }
    }

    /// Whether other processes than these have an end of a kind of a pipe open.
    pub(super) fn others_have(&self, these: &[usize], pipe: &str, written: bool) -> bool {
        let is_one = |open: &Open| {
            self.ends.get(&open.link).is_some_and(|ends| match written {
                true => open.written && ends.written == pipe,
                false => open.read && ends.read == pipe,
            })
        };
        let others = self.processes.iter().enumerate();
        let mut others = others.filter(|(at, other)| !these.contains(at) && other.ended.is_none());
        others.any(|(_, other)| os::open_files(other.pid).iter().any(is_one))
    }

    /// Who writes to a pipe may find that nobody reads from it: from now on it is a step to write, and one
    /// to close the end for reading.
    pub(super) fn note_left(&mut self, pipe: &str) {
        let known = self.names.known(pipe);
        self.again |= !std::mem::replace(&mut known.left, true);
    }

    /// A process is about to end, and with it those that end with their parent. What they are held before is
    /// noted here: the kernel forgets at some moment which files they had.
    pub(super) fn closes_all(&mut self, process: usize, by: usize) {
        if self.processes[process].ended.is_some() {
            return;
        }
        let mut ending = vec![process];
        let mut at = 0;
        while let Some(&parent) = ending.get(at) {
            let children = self.processes.iter().enumerate().filter(|(_, child)| {
                child.parent == Some(parent) && child.dies_with_parent && child.ended.is_none()
            });
            ending.extend(children.map(|(child, _)| child));
            at += 1;
        }
        for i in 0..self.tasks.len() {
            if ending.contains(&self.tasks[i].process) {
                self.miss(i);
            }
        }
        if self.ends.is_empty() {
            return;
        }
        for &process in &ending {
            let own = self.tasks[by].process == process;
            let tid = if own { self.tasks[by].tid } else { self.processes[process].pid };
            let mut open = os::open_files(tid);
            open.retain(|open| self.ends.contains_key(&open.link));
            let kinds: BTreeSet<(String, bool)> =
                open.iter().flat_map(|open| self.kinds(open)).collect();
            for (pipe, written) in &kinds {
                self.closes_its_last(&ending, pipe, *written, false);
            }
            self.closes(&ending, kinds, false, by);
        }
    }

    /// Notes which ends of pipes are closed by the step of `by`, `for_all` or for those who are `ending`.
    /// Where nobody else is left who could read, who writes finds that.
    pub(super) fn closes(
        &mut self,
        ending: &[usize],
        ends: impl IntoIterator<Item = (String, bool)>,
        for_all: bool,
        by: usize,
    ) {
        let ends: Vec<(String, bool)> = ends.into_iter().collect();
        for (pipe, written) in ends.iter().filter(|_| self.options.contended) {
            self.touch(Shared::Ends(pipe).touched(How::Establish));
            // Whoever closes before the last one makes no difference to who writes, unless somebody writes
            // when nobody reads: that comes after all of them.
            let last = for_all || !self.others_have(ending, pipe, false);
            if !written && (last || self.names.is(pipe, |known| known.left)) {
                self.touch(Shared::Pipe(pipe).touched(How::Establish));
            }
        }
        self.note_closed(by, &ends);
    }

    /// Notes that who finds these ends of pipes closed comes after what `by` has done.
    pub(super) fn note_closed(&mut self, by: usize, ends: &[(String, bool)]) {
        if ends.is_empty() {
            return;
        }
        let known = self.known(by);
        let this = self.tasks[by].heard.count(by);
        let heard = self.tasks[by].heard.clone();
        for (pipe, written) in ends {
            let pipe = self.pipes.entry(pipe.clone()).or_default();
            pipe.changes += 1;
            if *written {
                pipe.closed.extend(&known);
                pipe.closed_heard.add(&heard);
                pipe.closings.push(this);
            } else {
                pipe.unread.extend(&known);
            }
        }
    }

    /// The pipe that a task is about to write to, if nobody reads from it any more.
    pub(super) fn nobody_reads(&self, i: usize) -> Option<String> {
        let State::Held(Held::Write { fd, .. }) = self.tasks[i].state else { return None };
        let handle = self.processes[self.tasks[i].process].handle.as_ref()?;
        // No event is asked for: what is told is that there is nobody.
        let nobody = os::is_ready(handle, &[(fd, 0)]);
        nobody.then(|| self.pipe_of(self.tasks[i].tid, fd as u64, true)).flatten()
    }

    /// A task that is about to write where nobody reads any more comes after all who have closed that.
    pub(super) fn finds_nobody(&mut self, i: usize) {
        if let Some(pipe) = self.nobody_reads(i).and_then(|pipe| self.pipes.get(&pipe)) {
            let latest = self.tasks[i].latest;
            self.tasks[i].after.extend(pipe.unread.iter().filter(|at| Some(**at) != latest));
        }
    }

    /// Whether it matters when a task comes to a pipe: another process does the same with it in some run,
    /// or looks at it without waiting, or may have left it. Whether a call is a step must not depend on
    /// who is still there.
    pub(super) fn is_contended(&mut self, i: usize, link: &str, usage: Usage) -> bool {
        let at = self.tasks[i].process;
        let Some(ends) = self.ends.get(link) else { return false };
        let pipe = if usage == Usage::Writes { &ends.written } else { &ends.read }.clone();
        let process = self.processes[at].name.clone();
        let known = self.names.is(&pipe, |known| known.users[usage as usize].contains(&process));
        let mut again = self.names.uses(&process, &pipe, usage);
        // Of who waits for one of several it was not known that this one can change.
        let lookers = self.pipes.get(&pipe).map(|pipe| &pipe.lookers);
        let mut lookers = lookers.into_iter().flatten().flatten();
        again |= !known && lookers.any(|&looker| looker != at);
        let others = [usage, Usage::Looks];
        let contended = others.iter().any(|other| self.names.others_use(&process, &pipe, *other))
            || usage == Usage::Writes && self.names.is(&pipe, |known| known.left);
        if !self.options.contended {
            if contended {
                self.caveats.insert(Caveat::Contended);
            }
            return false;
        }
        self.again |= again;
        contended || self.options.each_call && self.is_common(&pipe)
    }

    /// What a read touches that matters to others.
    pub(super) fn read_touches(&self, process: usize, pipe: &str, patient: bool) -> Vec<Touch> {
        let mut touches = vec![Shared::Readers(pipe).touched(How::Write)];
        if !patient {
            touches.push(Shared::Ends(pipe).touched(How::Read));
        }
        if !patient || self.names.others_use(&self.processes[process].name, pipe, Usage::Looks) {
            touches.push(Shared::Pipe(pipe).touched(How::Write));
        }
        touches
    }

    /// A task writes so much to a pipe. A read that has got less than it had asked for could have come after
    /// this, and got more, unless the writer knows that it came before.
    pub(super) fn put_in(&mut self, i: usize, pipe: String, length: u64) {
        // What is nothing lies in no pipe.
        if length == 0 {
            return;
        }
        let known = self.known(i);
        let write = self.tasks[i].heard.count(i);
        let heard = self.tasks[i].heard.clone();
        let of = self.pipes.entry(pipe.clone()).or_default();
        of.changes += 1;
        of.writes += 1;
        of.written += length;
        if of.is_filled() && (of.impatient || !of.lookers[0].is_empty()) {
            self.note_filled(&pipe);
        }
        let pipe = self.pipes.entry(pipe).or_default();
        if pipe.common && pipe.short.iter().any(|read| !heard.has(*read)) {
            self.caveats.insert(Caveat::ShortReads);
        }
        pipe.pieces.push_back(Piece { length, known, write, heard });
    }

    /// What was read comes after what was written, and the end of a pipe after its writers. A read that
    /// has got several pieces could have come before the later ones, unless the reader knew of them.
    pub(super) fn take_out(&mut self, i: usize, pipe: &str, read: i64, asked: Asked) {
        let Some(pipe) = self.pipes.get_mut(pipe) else { return };
        let mut left = read.max(0) as u64;
        let mut after = BTreeSet::new();
        let mut heard = Heard::default();
        let mut short = false;
        if read == 0 && asked.length != Some(0) {
            after.extend(&pipe.closed);
            heard.add(&pipe.closed_heard);
        }
        let mut pieces = pipe.pieces.iter_mut();
        let mut first = true;
        while left > 0 {
            let Some(piece) = pieces.next() else { break };
            after.extend(piece.known.iter());
            heard.add(&piece.heard);
            short |= !first && !self.tasks[i].heard.has(piece.write);
            first = false;
            let taken = piece.length.min(left);
            left -= taken;
            if !asked.peeks {
                piece.length -= taken;
            }
        }
        pipe.pieces.retain(|piece| piece.length > 0);
        pipe.changes += 1;
        let task = &mut self.tasks[i];
        task.heard.add(&heard);
        let this = task.heard.count(i);
        if read > 0 && asked.length != Some(read as u64) {
            pipe.short.push(this);
        }
        if short && pipe.common {
            self.caveats.insert(Caveat::ShortReads);
        }
        task.after.extend(after.into_iter().filter(|at| Some(*at) != task.latest));
    }
}

/// What a task that is about to read or write asks for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked {
    /// How many bytes at most, where that is known.
    pub(super) length: Option<u64>,
    /// Whether it leaves in the pipe what it reads.
    peeks: bool,
}

/// What a task that is held at a read or a write asks for.
pub(super) fn asked_for(tid: i32) -> Asked {
    let Some(registers) = os::registers(tid) else { return Asked { length: None, peeks: false } };
    let (call, a) = (registers.call(), registers.arguments());
    let parts = |at: u64, parts: u64| {
        // A structure of an address and a length each.
        (0..parts.min(1024)).map(|part| os::u64_at(tid, at + 16 * part + 8)).sum()
    };
    let peeks = |flags: u64| flags as i32 & libc::MSG_PEEK != 0;
    match call {
        libc::SYS_read | libc::SYS_write | libc::SYS_sendto => {
            Asked { length: Some(a[2]), peeks: false }
        }
        libc::SYS_readv | libc::SYS_writev => {
            Asked { length: Some(parts(a[1], a[2])), peeks: false }
        }
        libc::SYS_recvfrom => Asked { length: Some(a[2]), peeks: peeks(a[3]) },
        libc::SYS_recvmsg | libc::SYS_sendmsg => {
            // Where its parts are in the structure that it is given.
            let length = parts(os::u64_at(tid, a[1] + 16), os::u64_at(tid, a[1] + 24));
            let reads = call == libc::SYS_recvmsg;
            Asked { length: Some(length), peeks: reads && peeks(a[2]) }
        }
        _ => Asked { length: None, peeks: false },
    }
}
