//! Who of those that are held can go on.

use super::*;

impl System<'_> {
    pub(super) fn can(&self, i: usize) -> Can {
        let task = &self.tasks[i];
        let held = match &task.state {
            State::Ready(_) => return Can::Itself,
            State::Held(held) => held,
            State::Lends(_) | State::Dead => return Can::No,
        };
        let or_step = |can, step| match (can, step) {
            (false, _) => Can::No,
            (true, true) => Can::Step,
            (true, false) => Can::Itself,
        };
        let itself = |can| or_step(can, false);
        let process = &self.processes[task.process];
        match held {
            held if held.is_look() && self.is_held_up(i) => Can::No,
            Held::Look { .. } => Can::Step,
            Held::Birth | Held::GoOn | Held::Die(_) | Held::Close(_) | Held::Use { .. } => {
                Can::Step
            }
            Held::Semaphore { object, at, operation } => {
                let waits = match operation {
                    Operation::Wait => true,
                    Operation::TryWait => !self.is_tried(*object),
                    Operation::Post | Operation::Release | Operation::GetValue => false,
                };
                // Where it is not to be had, nobody can tell when that was seen.
                or_step(true, !waits || os::u32_at(task.tid, *at) > 0)
            }
            Held::Print(_) => {
                if self.is_full() {
                    Can::No
                } else {
                    Can::Step
                }
            }
            // Where it comes after the end of the other, it might have come before.
            Held::Signal { .. } => Can::Step,
            Held::Parent | Held::DieWithParent => {
                if process.parent.is_some() {
                    Can::Step
                } else {
                    Can::Itself
                }
            }
            Held::Exit { .. } => {
                if self.ends_process(i) {
                    Can::Step
                } else {
                    Can::Itself
                }
            }
            Held::Sleep { until, .. } => match self.options.sleeps {
                Sleeps::Any => or_step(true, self.shares(task.process)),
                Sleeps::Instant => Can::No,
                Sleeps::Ordered => {
                    let first = self.first_to_wake().expect("this one does");
                    if *until <= first + TOLERANCE { Can::Step } else { Can::No }
                }
            },
            Held::Wait { target, patient } => {
                let children = self.children(task.process, *target);
                let ended =
                    children.iter().filter(|&&child| self.processes[child].ended.is_some()).count();
                match (children.len(), ended) {
                    (0, _) => Can::Itself,
                    (1, 1) if *patient => Can::Itself,
                    (_, 0) if *patient => Can::No,
                    _ => Can::Step,
                }
            }
            Held::Futex { at, value, shared, contended, .. } => {
                let changed = os::u32_at(task.tid, *at) != *value;
                let semaphore = self.semaphore_at(task.process, *at).is_some();
                or_step(changed, semaphore || *contended || *shared && self.shares(task.process))
            }
            Held::Read { contended, patient, .. } | Held::Write { contended, patient, .. } => {
                or_step(!patient || self.is_ready(i), *contended)
            }
            Held::Poll { contended, .. } => {
                or_step(self.is_ready(i) || self.may_give_up(i), *contended != Changes::Nothing)
            }
            Held::Suspend { blocked, .. } => itself(os::signals(task.tid).pending & !blocked != 0),
        }
    }

    /// Whether what a task is held before finds what it looks or waits for.
    pub(super) fn is_ready(&self, i: usize) -> bool {
        let task = &self.tasks[i];
        let State::Held(held) = &task.state else { return true };
        let ready = |waits: &[(i32, i16)]| {
            let handle = self.processes[task.process].handle.as_ref();
            handle.is_none_or(|handle| os::is_ready(handle, waits))
        };
        match held {
            Held::Read { fd, .. } => ready(&[(*fd, libc::POLLIN)]),
            Held::Write { fd, .. } => ready(&[(*fd, libc::POLLOUT)]),
            Held::Look { waits } => ready(waits),
            Held::Poll { waits, blocked, .. } => {
                ready(waits)
                    || blocked.is_some_and(|blocked| {
                        let signals = os::signals(task.tid);
                        signals.pending & signals.caught & !blocked != 0
                    })
            }
            _ => true,
        }
    }

    /// Whether the time of a wait for one of several may be over now. Where a sleep guarantees nothing, that
    /// is at any time.
    fn may_give_up(&self, i: usize) -> bool {
        let State::Held(Held::Poll { waits, until: Some(until), contended, .. }) =
            &self.tasks[i].state
        else {
            return false;
        };
        let contended = *contended != Changes::Nothing;
        match self.options.sleeps {
            Sleeps::Instant => false,
            Sleeps::Ordered => {
                let first = self.first_to_wake().expect("this one does");
                contended && *until <= first.saturating_add(TOLERANCE)
            }
            Sleeps::Any if contended => !self.is_held_up(i),
            // Nobody can end its wait before.
            Sleeps::Any => {
                let (process, sight) =
                    (self.tasks[i].process, self.sight(self.tasks[i].tid, waits));
                let mut pipes = sight.pipes.iter();
                let others = sight.more || pipes.any(|seen| self.is_common(&seen.pipe));
                !others && sight.ends.is_empty() && !self.has_threads(process)
            }
        }
    }

    /// When a task gives up waiting or wakes, where it can do nothing else. Who is held up because it looks
    /// again and again comes last.
    pub(super) fn wakes(&self, i: usize) -> Option<u64> {
        match &self.tasks[i].state {
            State::Held(Held::Sleep { until, .. }) => {
                (self.options.sleeps != Sleeps::Any).then_some(*until)
            }
            State::Held(held) if held.is_look() => self.is_held_up(i).then_some(u64::MAX),
            State::Held(held) => held.until(),
            _ => None,
        }
    }

    pub(super) fn first_to_wake(&self) -> Option<u64> {
        (0..self.tasks.len()).filter_map(|i| self.wakes(i)).min()
    }

    /// Whether the end of a task is that of its process.
    pub(super) fn ends_process(&self, i: usize) -> bool {
        let task = &self.tasks[i];
        let group = match &task.state {
            State::Held(Held::Exit { group, .. }) => *group,
            _ => true,
        };
        let same = |other: &&Task| other.process == task.process && other.state != State::Dead;
        group || self.tasks.iter().filter(same).count() == 1
    }

    pub(super) fn is_orphan(&self, process: usize) -> bool {
        self.processes[process].parent.is_some_and(|parent| self.processes[parent].ended.is_some())
    }

    /// The children of a process that it can wait for: the one of this number, or all.
    pub(super) fn children(&self, process: usize, target: i32) -> Vec<usize> {
        let mine = self.processes.iter().enumerate().filter(|(_, child)| {
            child.parent == Some(process) && !child.reaped && (target <= 0 || child.pid == target)
        });
        mine.map(|(child, _)| child).collect()
    }

    pub(super) fn process(&self, pid: i32) -> Option<usize> {
        self.processes.iter().rposition(|process| process.pid == pid)
    }

    pub(super) fn task(&self, tid: i32) -> Option<usize> {
        self.tasks.iter().rposition(|task| task.tid == tid)
    }

    pub(super) fn clock(&self, i: usize) -> u64 {
        match self.options.sleeps {
            Sleeps::Any => self.processes[self.tasks[i].process].clock,
            _ => self.now,
        }
    }
}
