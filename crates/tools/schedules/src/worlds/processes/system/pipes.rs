//! Pipes and pairs of sockets: whose they are, and what was written comes before what is read.

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

    /// The pipes that a task's process could still write to.
    pub(super) fn open_pipes(&self, i: usize) -> Vec<String> {
        let open = os::open_files(self.tasks[i].tid, true);
        let ends = open.iter().filter_map(|link| self.ends.get(link));
        ends.map(|ends| ends.written.clone()).collect()
    }

    /// Whether another process could write or read the same pipe.
    pub(super) fn is_contended(&mut self, i: usize, link: &str, written: bool) -> bool {
        let own = self.tasks[i].process;
        let others = self.processes.iter().enumerate();
        let mut others = others.filter(|(at, other)| *at != own && other.ended.is_none());
        let contended = self.ends.contains_key(link)
            && others.any(|(_, other)| {
                os::open_files(other.pid, written).iter().any(|open| open == link)
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
        if read == 0 {
            after.extend(&pipe.closed);
        }
        while left > 0 {
            let Some((length, known)) = pipe.pieces.front_mut() else { break };
            after.extend(known.iter());
            // How long some pieces are is not known: who reads them has read them whole.
            let taken = if *length == ATOMIC { left } else { (*length).min(left) };
            left -= taken;
            *length = length.saturating_sub(taken);
            if *length == 0 {
                pipe.pieces.pop_front();
            }
        }
        let latest = self.tasks[i].latest;
        self.tasks[i].after.extend(after.into_iter().filter(|at| Some(*at) != latest));
    }
}
