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
        if self.ends.values().all(|ends| self.is_common(ends)) {
            return;
        }
        for open in os::open_files(self.processes[process].pid) {
            let Some(Ends { written, read }) = self.ends.get(&open.link).cloned() else { continue };
            for pipe in [written, read] {
                self.pipes.entry(pipe).or_default().common = true;
            }
        }
    }

    /// Whether others could notice that a process closes this: its only end of a kind of a pipe that
    /// several have, and that somebody writes to or looks at.
    pub(super) fn is_noticed(&mut self, i: usize, fd: u64) -> bool {
        if !self.options.contended || self.ends.is_empty() {
            return false;
        }
        let tid = self.tasks[i].tid;
        let link = os::link(tid, fd);
        let Some(ends) = self.ends.get(&link).filter(|ends| self.is_common(ends)).cloned() else {
            return false;
        };
        let mut open = os::open_files(tid);
        open.retain(|open| open.link == link);
        let closed = |open: &Open| open.fd == fd;
        let [reads, writes] = [|open: &Open| open.read, |open: &Open| open.written].map(|has| {
            open.iter().any(|open| closed(open) && has(open))
                && !open.iter().any(|open| !closed(open) && has(open))
        });
        let mut noticed = false;
        let kinds = [(reads, ends.read, false), (writes, ends.written, true)];
        for (_, pipe, written) in kinds.into_iter().filter(|(closes, ..)| *closes) {
            self.closes_its_last(&[self.tasks[i].process], &pipe, written);
            // To who writes it is all the same whether others do.
            noticed |=
                self.names.looked_at.contains(&pipe) || !written && self.names.left.contains(&pipe);
        }
        noticed
    }

    /// These processes, which end together, close their last ends of a kind of a pipe. As long as all that
    /// is written is read by somebody who closes the pipe later, and all who look are seen to have ended
    /// before somebody closes it, nobody finds it closed, in whatever order others close it.
    fn closes_its_last(&mut self, ending: &[usize], pipe: &str, written: bool) {
        let Some(of) = self.pipes.get(pipe).filter(|pipe| pipe.common) else { return };
        let has_ended = |looker: &usize| {
            let process = &self.processes[*looker];
            let reaped = process.reaped && process.parent.is_some_and(|by| ending.contains(&by));
            ending.contains(looker) || reaped
        };
        let looked = !of.lookers[usize::from(written)].iter().all(has_ended);
        let unread = !written && !of.pieces.is_empty();
        if (looked || unread) && !self.others_have(ending, pipe, written) {
            if looked {
                self.again |= self.names.looked_at.insert(pipe.to_string());
            }
            if unread {
                self.note_left(pipe);
            }
        }
    }

    /// Whether other processes than these have an end of a kind of a pipe open.
    fn others_have(&self, these: &[usize], pipe: &str, written: bool) -> bool {
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
        self.again |= self.names.left.insert(pipe.to_string());
    }

    fn is_common(&self, ends: &Ends) -> bool {
        let common = |pipe| self.pipes.get(pipe).is_some_and(|pipe| pipe.common);
        common(&ends.read) || common(&ends.written)
    }

    /// A process is about to end, and with it those that end with their parent.
    pub(super) fn closes_all(&mut self, process: usize, by: usize) {
        if self.ends.is_empty() || self.processes[process].ended.is_some() {
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
        for &process in &ending {
            let own = self.tasks[by].process == process;
            let tid = if own { self.tasks[by].tid } else { self.processes[process].pid };
            let mut open = os::open_files(tid);
            open.retain(|open| self.ends.contains_key(&open.link));
            for open in &open {
                let ends = self.ends[&open.link].clone();
                for (has, pipe, written) in
                    [(open.read, ends.read, false), (open.written, ends.written, true)]
                {
                    if has {
                        self.closes_its_last(&ending, &pipe, written);
                    }
                }
            }
            self.closes(&ending, open.clone(), by);
            self.processes[process].had_open.extend(open);
        }
    }

    /// Notes which ends of pipes are closed by the step of `by`. Where nobody is left who could read but
    /// those who are `ending`, who writes finds that.
    pub(super) fn closes(&mut self, ending: &[usize], open: Vec<Open>, by: usize) {
        let known = self.known(by);
        for open in open {
            let Some(ends) = self.ends.get(&open.link).cloned() else { continue };
            let kinds = [(open.read, ends.read, false), (open.written, ends.written, true)];
            let kinds = kinds.into_iter().filter(|(has, ..)| *has).map(|(_, pipe, written)| {
                let last = !self.others_have(ending, &pipe, written);
                (pipe, written, last)
            });
            for (pipe, written, last) in kinds.collect::<Vec<_>>() {
                if self.options.contended {
                    self.touch(Shared::Ends(&pipe).touched(How::Establish));
                }
                // Whoever closes before the last one makes no difference to who writes.
                if last && !written && self.options.contended {
                    self.touch(Shared::Pipe(&pipe).touched(How::Establish));
                }
                let pipe = self.pipes.entry(pipe).or_default();
                let steps = if written { &mut pipe.closed } else { &mut pipe.unread };
                steps.extend(&known);
            }
        }
    }

    /// A task has looked at an end of a pipe without waiting: what others write and close before or after
    /// makes a difference.
    pub(super) fn looks_at(&mut self, i: usize, fd: i32) {
        let (tid, process) = (self.tasks[i].tid, self.tasks[i].process);
        let Some(ends) = self.ends.get(&os::link(tid, fd as u64)).cloned() else { return };
        for (pipe, written) in [(ends.read, true), (ends.written, false)] {
            let of = self.pipes.entry(pipe.clone()).or_default();
            of.lookers[usize::from(written)].insert(process);
            if of.common && !self.others_have(&[process], &pipe, written) {
                self.again |= self.names.looked_at.insert(pipe.clone());
            }
            self.touch(Shared::Pipe(&pipe).touched(How::Read));
            self.touch(Shared::Ends(&pipe).touched(How::Read));
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

    /// Notes that a read has got less than it could have: had it come later, it might have got more.
    pub(super) fn note_short(&mut self, tid: i32, pipe: &str, read: i64) {
        let Some(pipe) = self.pipes.get_mut(pipe).filter(|pipe| pipe.common && read > 0) else {
            return;
        };
        let asked =
            os::registers(tid).map(|registers| (registers.call(), registers.arguments()[2]));
        let exactly = |(call, length)| {
            matches!(call, libc::SYS_read | libc::SYS_recvfrom) && length == read as u64
        };
        pipe.short |= !asked.is_some_and(exactly);
    }

    /// Whether another process could write or read the same pipe, or could when it ended: whether a
    /// call is a step must not depend on whether others have ended before.
    pub(super) fn is_contended(&mut self, i: usize, link: &str, written: bool) -> bool {
        let own = self.tasks[i].process;
        let is_same =
            |open: &Open| open.link == link && if written { open.written } else { open.read };
        let others = self.processes.iter().enumerate();
        let mut others = others.filter(|(at, _)| *at != own);
        let contended = self.ends.get(link).is_some_and(|ends| {
            written && self.names.left.contains(&ends.written)
                || others.any(|(_, other)| {
                    other.had_open.iter().any(is_same)
                        || other.ended.is_none() && os::open_files(other.pid).iter().any(is_same)
                })
        });
        if contended && !self.options.contended {
            self.caveats.insert(Caveat::Contended);
        }
        contended && self.options.contended
    }

    /// What was read comes after what was written, and the end of a pipe after its writers.
    pub(super) fn take_out(&mut self, i: usize, pipe: &str, read: i64) {
        let Some(pipe) = self.pipes.get_mut(pipe) else { return };
        let mut left = read.max(0) as u64;
        let mut after = BTreeSet::new();
        let mut several = 0;
        if read == 0 {
            after.extend(&pipe.closed);
        }
        while left > 0 {
            let Some((length, known)) = pipe.pieces.front_mut() else { break };
            after.extend(known.iter());
            several += 1;
            // How long some pieces are is not known: who reads them has read them whole.
            let taken = if *length == ATOMIC { left } else { (*length).min(left) };
            left -= taken;
            *length = length.saturating_sub(taken);
            if *length == 0 {
                pipe.pieces.pop_front();
            }
        }
        if several > 1 && pipe.common {
            self.caveats.insert(Caveat::ShortReads);
        }
        let latest = self.tasks[i].latest;
        self.tasks[i].after.extend(after.into_iter().filter(|at| Some(*at) != latest));
    }
}
