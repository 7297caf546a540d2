//! How signals reach held tasks, and how processes end.

use super::*;

impl System<'_> {
    /// Has signals that wait reach a process whose tasks are held.
    pub(super) fn deliver(&mut self, process: usize, by: usize) {
        let pid = self.processes[process].pid;
        if self.processes[process].ended.is_some() {
            return;
        }
        let signals = os::signals(pid);
        let pending = signals.pending & !signals.blocked & !signals.ignored;
        let pending = pending & (signals.caught | !(1 << (libc::SIGCHLD - 1)));
        let Some(i) = self.task(pid).filter(|_| pending != 0) else { return };
        let State::Held(held) = self.tasks[i].state.clone() else { return };
        if let Held::Die(_) = held {
            return;
        }
        self.miss(i);
        self.tasks[i].missed = None;
        if held.is_call() {
            // The call that it was about to make is not made: it will be, after a handler, or gives
            // EINTR, as the kernel would have it.
            const AGAIN: i64 = -513;
            const AGAIN_IF_ASKED: i64 = -512;
            const NOT_AGAIN: i64 = -514;
            let result = match held {
                held if held.is_look() => AGAIN,
                Held::Read { .. } | Held::Wait { .. } | Held::Futex { .. }
                    if self.can(i) == Can::No =>
                {
                    AGAIN_IF_ASKED
                }
                Held::Poll { .. } if self.is_ready(i) => AGAIN,
                Held::Poll { .. } | Held::Suspend { .. } | Held::Sleep { .. } => NOT_AGAIN,
                _ => AGAIN,
            };
            let Some(mut registers) = os::registers(pid) else { return };
            let call = registers.call();
            registers.set_call(-1);
            os::set_registers(pid, &registers);
            os::go_to_end_of_call(pid);
            self.watch.wait(pid);
            registers.set_call(call);
            registers.set_result(result);
            os::set_registers(pid, &registers);
        }
        let known = self.known(by);
        self.tasks[i].after.extend(known);
        self.tasks[i].state = State::Ready(0);
    }

    /// Takes note of those whom a signal has ended though they were held.
    pub(super) fn notice_killed(&mut self) {
        for process in 0..self.processes.len() {
            if self.processes[process].ended.is_some() {
                continue;
            }
            let pid = self.processes[process].pid;
            let lends = self
                .tasks
                .iter()
                .any(|task| task.process == process && matches!(task.state, State::Lends(_)));
            let stopped = matches!(os::state(pid), Some(('t' | 'T', _)));
            if !stopped && !lends {
                let name = self.processes[process].name.clone();
                self.touch(Shared::End(&name).touched(How::Establish));
                self.collect(process);
            }
        }
    }

    /// The process is on its way out: waits for its threads, the first one last.
    pub(super) fn collect(&mut self, process: usize) {
        let pid = self.processes[process].pid;
        let living = self.tasks.iter().enumerate();
        let living =
            living.filter(|(_, task)| task.process == process && task.state != State::Dead);
        let mut threads: Vec<(usize, i32)> = living.map(|(i, task)| (i, task.tid)).collect();
        for &(i, _) in &threads {
            if self.tasks[i].missed.is_none() {
                self.miss(i);
            }
        }
        threads.sort_by_key(|&(_, tid)| tid == pid);
        let mut code = 0;
        for (i, tid) in threads {
            code = os::let_end(tid, |tid| self.watch.wait(tid)).unwrap_or(code);
            self.tasks[i].state = State::Dead;
        }
        self.gone(process, code);
    }

    /// A task is ended by another one, or does not go on as it would have: what it was held before
    /// could have come first.
    pub(super) fn miss(&mut self, i: usize) {
        let task = &self.tasks[i];
        let State::Held(held) = task.state.clone() else { return };
        let (tid, process) = (task.tid, task.process);
        match held {
            Held::Read { fd, .. } | Held::Write { fd, .. } => {
                let ends = [true, false].map(|written| self.pipe_of(tid, fd as u64, written));
                for pipe in ends.into_iter().flatten() {
                    self.touch(Shared::Pipe(&pipe).touched(How::Read));
                }
            }
            Held::Poll { waits, contended, .. } => {
                let sight = self.sight_of_wait(tid, &waits, contended);
                self.sees(i, &sight);
            }
            Held::Wait { target, .. } => {
                for child in self.children(process, target) {
                    let name = self.processes[child].name.clone();
                    self.touch(Shared::End(&name).touched(How::Read));
                }
            }
            _ => {}
        }
        let mut touches = self.touches(i);
        touches.extend(self.enable(i));
        self.tasks[i].missed = Some((touches, self.moves.len()));
    }

    pub(super) fn gone(&mut self, process: usize, code: i32) {
        if self.processes[process].ended.is_some() {
            return;
        }
        let ended_by = self.moves.len().checked_sub(1);
        let gone = &mut self.processes[process];
        gone.ended = Some(code);
        gone.ended_by = ended_by;
        gone.handle = None;
        let (pid, parent) = (gone.pid, gone.parent);
        for task in &mut self.tasks {
            if task.process == process {
                task.state = State::Dead;
            }
        }
        self.give_back(pid);
        self.notice_killed();
        let Some(parent) = parent.filter(|&parent| self.processes[parent].ended.is_none()) else {
            return;
        };
        let signals = os::signals(self.processes[parent].pid);
        if signals.caught >> (libc::SIGCHLD - 1) & 1 == 1 {
            let name = self.processes[parent].name.clone();
            self.touch(Shared::Signals(&name).touched(How::Write));
            let waits = self.task(self.processes[parent].pid).filter(|&i| self.can(i) == Can::No);
            if let (Some(_), Some(by)) = (waits, self.task(pid)) {
                self.deliver(parent, by);
            }
        }
    }
}
