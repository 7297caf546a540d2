//! Births and ends of threads, and the programs that processes become.

use std::fs;
use std::mem;
use std::os::unix::fs::MetadataExt;
use std::time::Duration;

use nix::libc;
use nix::unistd::{Pid, Uid};
use tracer::call;
use tracer::times::{Clock, Times};

use super::{Recorder, Seen, Task, wait_of};
use crate::calls::Process;
use crate::trace::{Lane, Note, Outcome, State};

/// A thread was told of by the one that made it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Birth {
    pub(super) parent: i32,
    pub(super) child: i32,
    pub(super) may_be_thread: bool,
    pub(super) at: Duration,
    /// Whether it was seen to stand at its beginning, and when it was let go on from there.
    pub(super) begun: bool,
    pub(super) resumed: Option<Duration>,
    /// Since when it stands for another reason since then.
    pub(super) stands: Option<Duration>,
}

/// A thread that was seen before it was told of.
#[derive(Debug, Clone, Copy)]
pub(super) struct Early {
    lane: usize,
    /// The process that made it.
    maker: Option<i32>,
}

impl Recorder {
    /// A new thread, unless it is gone already.
    pub(super) fn add_lane(&mut self, tid: i32, pid: i32, parent: Option<usize>, now: Duration) {
        let Ok(clock) = Clock::open(pid, tid) else {
            return;
        };
        self.add_task(tid, pid, parent, now, clock);
    }

    fn add_task(&mut self, tid: i32, pid: i32, parent: Option<usize>, now: Duration, clock: Clock) {
        let task = Task {
            lane: self.lanes.len(),
            pid,
            clock,
            settled: now,
            // It had a core for its first instructions in the kernel, where it stops.
            times: Some(Times { turns: 1, ..Times::default() }),
            held: Duration::ZERO,
            unsure: Duration::ZERO,
            late: Duration::ZERO,
            resumed: 0,
            stopped: None,
            told: now,
            gone_on: now,
            call: None,
            interrupted: None,
            in_vain: false,
            over: false,
            others_ran: None,
        };
        self.tasks.insert(tid, task);
        self.lanes.push(Lane {
            tid,
            pid,
            parent,
            name: None,
            birth: now,
            death: Duration::MAX,
            waits: Vec::new(),
            prints: Vec::new(),
        });
    }

    pub(super) fn lane(&mut self, tid: i32) -> Option<&mut Lane> {
        let at = self.tasks.get(&tid)?.lane;
        Some(&mut self.lanes[at])
    }

    /// Does what need not keep a stopped thread waiting: to be called when all have gone on.
    pub fn afterwards(&mut self) {
        for birth in mem::take(&mut self.births) {
            self.announce(birth);
        }
        for (pid, foreign) in mem::take(&mut self.loaded) {
            self.look_up_program(pid, foreign);
        }
    }

    /// The system says who made a new thread.
    fn announce(&mut self, birth: Birth) {
        let Birth { parent, child, may_be_thread, at, begun, resumed, stands } = birth;
        let Some(task) = self.tasks.get(&parent) else {
            return;
        };
        let (by, family) = (task.lane, task.pid);
        if let Some(early) = self.early.remove(&child) {
            self.lanes[early.lane].parent = Some(by);
            return;
        }
        // A thread stands in the folder of its process, a new process does not.
        let thread = may_be_thread.then(|| Clock::open(family, child).ok()).flatten();
        match thread {
            Some(clock) => self.add_task(child, family, Some(by), at, clock),
            None => self.add_process(child, Some(by), at),
        }
        let Some(task) = self.tasks.get_mut(&child) else {
            return;
        };
        let lane = task.lane;
        match resumed {
            Some(resumed) => {
                task.resumed = 1;
                task.held = resumed.saturating_sub(at);
                task.stopped = stands;
            }
            None if begun => task.stopped = Some(at),
            None => {}
        }
        // Its maker waits for it, if that was a `vfork`.
        if let Some(begun) = self.tasks.get_mut(&parent).and_then(|task| task.call.as_mut())
            && begun.whom == Some(child)
        {
            begun.lane = Some(lane);
        }
    }

    /// The first stop of a new thread, or one that is continued.
    pub(super) fn starts(&mut self, tid: i32, seen: Seen) {
        /// A thread that stops so long after it was born had no core before, or the tracer had none.
        const LATE: Duration = Duration::from_millis(1);
        if !self.tasks.contains_key(&tid) {
            // Its parent will say who it is when its turn comes, or never if it is killed before.
            let status = fs::read_to_string(format!("/proc/{tid}/status")).unwrap_or_default();
            let field = |name| -> Option<i32> {
                let line = status.lines().find_map(|line| line.strip_prefix(name))?;
                line.trim().parse().ok()
            };
            let pid = field("Tgid:").unwrap_or(tid);
            let maker = if pid == tid { field("PPid:") } else { Some(pid) };
            let parent = maker.and_then(|maker| Some(self.tasks.get(&maker)?.lane));
            if pid == tid {
                self.add_process(tid, parent, seen.at);
            } else {
                self.add_lane(tid, pid, parent, seen.at);
            }
            if let Some(task) = self.tasks.get(&tid) {
                self.early.insert(tid, Early { lane: task.lane, maker });
            }
        }
        let since = |task: &Task| seen.at.saturating_sub(task.settled);
        if self.tasks.get(&tid).is_some_and(|task| task.resumed == 0 && since(task) > LATE) {
            self.settle(tid, seen, None);
        }
        if let Some(task) = self.tasks.get_mut(&tid)
            && task.resumed == 0
        {
            // It stands here since it was born, or was seen at last.
            task.stopped = Some(task.settled);
        }
    }

    /// A process begins as a copy of its parent.
    fn add_process(&mut self, pid: i32, parent: Option<usize>, now: Duration) {
        self.add_lane(pid, pid, parent, now);
        if let Some(parent) = parent {
            let original = self.lanes[parent].pid;
            let copy = self.known.get(&original).cloned().unwrap_or_default();
            self.known.insert(pid, copy);
            let name = self.lane(original).and_then(|lane| lane.name.clone());
            if let Some(lane) = self.lane(pid) {
                lane.name = name;
            }
        }
    }

    /// A process has become another program. The thread that asked for it goes on as the first of
    /// the process, the others are gone.
    pub(super) fn exec(&mut self, pid: i32, former: i32, seen: Seen) {
        // Another thread that becomes the first one takes its number, and with it the place of its clock.
        let moved = (former != pid).then(|| Clock::open(pid, pid).ok()).flatten();
        let others: Vec<i32> = self
            .tasks
            .iter()
            .filter(|&(&tid, task)| tid != pid && task.pid == pid)
            .map(|(&tid, _)| tid)
            .collect();
        for tid in others {
            let times = match &moved {
                Some(clock) if tid == former => clock.read(),
                _ => self.times(tid),
            };
            self.ended(tid, seen, times);
        }
        self.early.retain(|_, early| early.maker != Some(pid));
        match moved {
            Some(clock) => {
                // What was the first thread until now has told nothing since it was heard of last: neither
                // that it had a core nor that its wait was over.
                let last = self.tasks.get(&pid).and_then(|task| {
                    let times = task.times?;
                    Some(Times { turns: times.turns + task.resumed + 1, ..times })
                });
                self.settle_by(pid, seen, None, last);
                if let Some(task) = self.tasks.get_mut(&pid) {
                    task.times = clock.read();
                    task.clock = clock;
                }
            }
            None => self.settle(pid, seen, None),
        }
        if let Some(task) = self.tasks.get_mut(&pid) {
            task.call = None;
            task.interrupted = None;
            task.over = false;
            task.others_ran = None;
        }
        self.came_to_be(pid, &[State::Start], seen.at);
        self.loads(pid);
    }

    /// A process has become another program.
    pub(super) fn loads(&mut self, pid: i32) {
        self.known.insert(pid, Process::default());
        self.loaded.push((pid, call::is_foreign(Pid::from_raw(pid))));
    }

    /// What program that is. It may have ended by now, but has not become another, which it would
    /// have stopped to tell.
    fn look_up_program(&mut self, pid: i32, foreign: bool) {
        let name = fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
        let name = name.trim_end().to_string();
        let own = Uid::effective();
        let other_rights = !own.is_root()
            && fs::metadata(format!("/proc/{pid}/exe")).is_ok_and(|program| {
                program.mode() & libc::S_ISUID != 0 && program.uid() != own.as_raw()
            });
        if other_rights {
            self.notes.insert(Note::Rights(name.clone()));
        }
        if foreign {
            self.notes.insert(Note::Bits32(name.clone()));
        }
        if let Some(lane) = self.lane(pid) {
            lane.name = Some(name);
        }
    }

    /// What the waits for this process were waiting for has come to be: its end, or its program.
    fn came_to_be(&mut self, pid: i32, what: &[State], now: Duration) {
        let parent = self.tasks.get(&pid).and_then(|task| self.lanes[task.lane].parent);
        let parent = parent.map(|lane| self.lanes[lane].pid);
        for waiting in &self.parents {
            if let Some(task) = self.tasks.get_mut(waiting)
                && let Some(begun) = &mut task.call
                && wait_of(begun).is_some_and(|wait| what.contains(&wait.state))
                && (begun.whom == Some(pid) || (begun.whom.is_none() && Some(task.pid) == parent))
            {
                begun.ended.get_or_insert(now);
            }
        }
    }

    /// The times of a thread, to be asked for before its number may be used again.
    pub fn times(&mut self, tid: i32) -> Option<Times> {
        self.afterwards();
        self.tasks.get(&tid)?.clock.read()
    }

    /// A thread is gone, and had these times at its end.
    pub fn gone(&mut self, tid: i32, outcome: Outcome, seen: Seen, times: Option<Times>) {
        let pid = self.tasks.get(&tid).map(|task| task.pid);
        if pid == Some(tid) {
            self.came_to_be(tid, &[State::Start, State::ProcessEnd], seen.at);
            self.known.remove(&tid);
            self.early.retain(|_, early| early.maker != Some(tid));
        } else if let Some(pid) = pid {
            self.ends.insert(pid, seen.at);
        }
        self.ended(tid, seen, times);
        if tid == self.root {
            self.outcome = Some(outcome);
        }
    }

    fn ended(&mut self, tid: i32, seen: Seen, times: Option<Times>) {
        if self.tasks.get(&tid).is_some_and(|task| !task.over) {
            self.settle_by(tid, seen, None, times);
        }
        self.parents.remove(&tid);
        let Some(task) = self.tasks.remove(&tid) else {
            return;
        };
        let last_of_others = self.ends.remove(&tid);
        let lane = &mut self.lanes[task.lane];
        lane.death = task.settled.max(lane.birth);
        // That its end was seen late is no part of its life. The end of a first thread is not told before
        // all the others have ended.
        while let Some(last) = lane.waits.last_mut()
            && last.end == lane.death
            && (last.state == State::Held
                || last.state == State::System && last_of_others.is_some_and(|at| at > last.start))
        {
            last.end = task.told.clamp(last.start, last.end);
            lane.death = last.end;
            if last.start < last.end {
                break;
            }
            lane.waits.pop();
        }
    }
}
