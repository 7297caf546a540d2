//! How a held task goes on, up to the next call at which it is held.

use super::looks::Sight;
use super::pipes::asked_for;
use super::*;

impl System<'_> {
    /// Has a task do what it is held before, and go on from there.
    pub(super) fn go_on(&mut self, i: usize) {
        let (tid, process) = (self.tasks[i].tid, self.tasks[i].process);
        let ends = self.ends_process(i);
        if let Some(pipe) = self.nobody_reads(i) {
            self.note_left(&pipe);
        }
        let looks =
            matches!(self.tasks[i].state, State::Held(Held::Look { .. } | Held::Poll { .. }));
        let is_ready = looks && self.is_ready(i);
        let is_step = self.told.is_none() || self.can(i) == Can::Step;
        let held = match std::mem::replace(&mut self.tasks[i].state, State::Ready(0)) {
            State::Ready(signal) => return self.run(i, signal),
            State::Held(held) => held,
            other => unreachable!("{other:?} does not go on"),
        };
        match held {
            Held::Print(text) => {
                self.output.extend(&text);
                self.prints += 1;
                os::skip(tid, text.len() as i64);
                self.follow_call(i);
            }
            Held::Sleep { nanoseconds, until } => {
                self.tasks[i].looks.sleeps();
                self.processes[process].clock += nanoseconds;
                self.now = self.now.max(until);
                os::skip(tid, 0);
                self.run(i, 0);
            }
            Held::Wait { target, patient } => {
                self.learn_of_child(i, (!patient).then_some(target), is_step);
            }
            Held::Exit { .. } => {
                if ends {
                    self.closes_all(process, i);
                }
                os::go(tid, 0);
                if ends {
                    self.collect(process);
                } else {
                    os::let_end(tid, |tid| self.watch.wait(tid));
                    self.tasks[i].state = State::Dead;
                }
                self.after_segment(i);
            }
            Held::Die(signal) => {
                self.closes_all(process, i);
                os::go(tid, signal);
                self.collect(process);
                self.after_segment(i);
            }
            Held::Signal { to, signal } => {
                if let Some(dead) = self.process(to).filter(|&p| self.processes[p].ended.is_some())
                {
                    self.tasks[i].after.extend(self.processes[dead].ended_by);
                }
                if STOPPING.contains(&signal) {
                    self.refuse(Unmodelled::Stops);
                }
                if let Some(target) = self.process(to).filter(|_| signal == libc::SIGKILL) {
                    self.closes_all(target, i);
                }
                self.make_call(tid);
                self.notice_killed();
                if let Some(target) = self.process(to).filter(|&target| target != process) {
                    self.deliver(target, i);
                }
                self.follow_call(i);
            }
            Held::Parent => {
                if self.is_orphan(process) {
                    // What takes in orphans is not the same on every machine.
                    os::skip(tid, 1);
                }
                if self.shares(process) {
                    self.make_call(tid);
                }
                self.follow_call(i);
            }
            Held::DieWithParent => {
                self.processes[process].dies_with_parent = true;
                if self.shares(process) {
                    self.make_call(tid);
                }
                self.follow_call(i);
            }
            Held::Look { waits } => {
                let sight = self.sight(tid, &waits);
                self.sees(i, &sight);
                if !is_ready {
                    self.found_nothing(i, &sight);
                }
                self.run(i, 0);
            }
            Held::Close(closing) => {
                if !closing.is_exec() {
                    self.closes(&[process], closing.ends, closing.for_all, i);
                }
                self.run(i, 0);
            }
            Held::Poll { ref waits, contended, .. } => {
                let sight = self.sight_of_wait(tid, waits, contended);
                if contended != Changes::Nothing {
                    self.sees(i, &sight);
                }
                if is_ready {
                    self.run(i, 0);
                } else {
                    self.found_nothing(i, &sight);
                    self.give_up(i, &held);
                }
            }
            Held::Read { fd, contended, patient } => {
                let pipe = self.pipe_of(tid, fd as u64, false);
                if let Some(pipe) = pipe.as_ref().filter(|_| contended) {
                    for touch in self.read_touches(process, pipe, patient) {
                        self.touch(touch);
                    }
                }
                if !patient && !self.is_there(i, fd, libc::POLLIN, contended) {
                    return self.fails_at_once(i);
                }
                let asked = asked_for(tid);
                self.make_call(tid);
                let read = os::registers(tid).map_or(0, |registers| registers.result());
                if let Some(pipe) = pipe {
                    self.take_out(i, &pipe, read, asked);
                }
                self.follow_call(i);
            }
            Held::Write { fd, length, contended, patient } => {
                if !patient && !self.is_there(i, fd, libc::POLLOUT, contended) {
                    return self.fails_at_once(i);
                }
                let splits = length.is_some_and(|length| length > ATOMIC);
                if let Some(pipe) = self.pipe_of(tid, fd as u64, true) {
                    self.touch(Shared::Pipe(&pipe).touched(How::Write));
                    let whole = asked_for(tid).length.unwrap_or(0);
                    self.put_in(i, pipe, if splits { ATOMIC } else { whole });
                }
                let written = self.written_before(i);
                if splits || written > 0 {
                    self.write_a_piece(i, patient, written);
                } else if self.shares(process) {
                    self.make_call(tid);
                }
                self.follow_call(i);
            }
            Held::Use { .. } | Held::Semaphore { .. } => self.uses(i, &held),
            Held::Futex { at, .. } if self.is_guarded(process, at) => {
                // The number there is another one.
                os::skip(tid, (-libc::EAGAIN).into());
                self.run(i, 0);
            }
            Held::Birth | Held::GoOn | Held::Futex { .. } | Held::Suspend { .. } => {
                self.run(i, 0);
            }
        }
    }

    /// Whether what a task wants to read is there, or room for what it wants to write, which it looks at
    /// without waiting.
    fn is_there(&mut self, i: usize, fd: i32, events: i16, contended: bool) -> bool {
        let (tid, process) = (self.tasks[i].tid, self.tasks[i].process);
        let mut sight = self.sight(tid, &[(fd, events)]);
        sight.pipes.retain(|seen| seen.content);
        if contended {
            self.sees(i, &sight);
        }
        let handle = self.processes[process].handle.as_ref();
        let is_there = handle.is_none_or(|handle| os::is_ready(handle, &[(fd, events)]));
        if !is_there {
            self.found_nothing(i, &sight);
        }
        is_there
    }

    /// A call that does not wait fails.
    fn fails_at_once(&mut self, i: usize) {
        let told = self.told.as_mut().and_then(|told| told.last_mut());
        if let Some(step) = told.filter(|step| step.actor == self.tasks[i].actor) {
            step.outcome = Outcome::No;
        }
        os::skip(self.tasks[i].tid, (-libc::EAGAIN).into());
        self.follow_call(i);
    }

    /// Has a task make the call that it is held before.
    fn make_call(&self, tid: i32) {
        os::go_to_end_of_call(tid);
        self.watch.wait(tid);
    }

    /// The call was made: the task goes on, at once unless that is a step of its own.
    fn follow_call(&mut self, i: usize) {
        if !self.shares(self.tasks[i].process) {
            return self.run(i, 0);
        }
        self.tasks[i].able = false;
        self.tasks[i].state = State::Held(Held::GoOn);
        self.after_segment(i);
    }

    /// Has a task that waits for a time wait no longer.
    pub(super) fn wake(&mut self, i: usize) {
        let State::Held(held) = self.tasks[i].state.clone() else { return };
        match &held {
            Held::Sleep { .. } => return self.go_on(i),
            held if held.is_look() => return self.go_on(i),
            Held::Poll { waits, contended, .. } if *contended != Changes::Nothing => {
                let sight = self.sight_of_wait(self.tasks[i].tid, waits, *contended);
                self.sees(i, &sight);
            }
            _ => {}
        }
        self.give_up(i, &held);
    }

    /// A task does not wait any longer for what it has waited for.
    fn give_up(&mut self, i: usize, held: &Held) {
        let until = held.until().expect("it waits for a time");
        let process = self.tasks[i].process;
        let clock = &mut self.processes[process].clock;
        *clock = (*clock).max(until + 1);
        self.now = self.now.max(until + 1);
        let tid = self.tasks[i].tid;
        let result = match held {
            Held::Futex { .. } => -libc::ETIMEDOUT,
            Held::Suspend { .. } => -libc::EAGAIN,
            _ => {
                self.clear_sets(tid);
                0
            }
        };
        os::skip(tid, result.into());
        self.tasks[i].state = State::Ready(0);
        self.run(i, 0);
    }

    /// Nothing is ready: a select says it in the sets that it was given.
    pub(super) fn clear_sets(&self, tid: i32) {
        let Some(registers) = os::registers(tid) else { return };
        let (call, a) = (registers.call(), registers.arguments());
        if matches!(call, libc::SYS_select | libc::SYS_pselect6) {
            let length = (a[0] as usize).div_ceil(64) * 8;
            for set in a[1..4].iter().filter(|&&set| set != 0) {
                os::set_memory(tid, *set, &vec![0; length]);
            }
        }
    }

    /// How much is written already of the write that a task is held before.
    fn written_before(&mut self, i: usize) -> u64 {
        let registers = os::registers(self.tasks[i].tid);
        let from = registers.map(|registers| registers.arguments()[1]);
        let partly = self.tasks[i].partly.take_if(|partly| Some(partly.rest) == from);
        partly.map_or(0, |partly| partly.written)
    }

    /// Writes no more than goes into a pipe in one piece, after what is written. Whoever waits for room comes
    /// again with what is left, until all is written or nobody reads any more, and is told then how much that
    /// was in all.
    fn write_a_piece(&mut self, i: usize, patient: bool, written: u64) {
        let tid = self.tasks[i].tid;
        let Some(mut registers) = os::registers(tid) else { return };
        let [_, from, length, ..] = registers.arguments();
        registers.set_third_argument(length.min(ATOMIC));
        os::set_registers(tid, &registers);
        self.make_call(tid);
        let Some(mut registers) = os::registers(tid) else { return };
        let piece = registers.result();
        if patient && piece == ATOMIC as i64 && length > ATOMIC {
            registers.make_again();
            registers.set_second_argument(from + ATOMIC);
            registers.set_third_argument(length - ATOMIC);
            self.tasks[i].partly = Some(Partly { rest: from + ATOMIC, written: written + ATOMIC });
        } else {
            registers.set_second_argument(from - written);
            registers.set_third_argument(length + written);
            if written > 0 {
                registers.set_result(written as i64 + piece.max(0));
            }
        }
        os::set_registers(tid, &registers);
    }

    /// Has a task make its wait for a child, which may be a step, and sees which one it has learned of.
    /// `looked` says for which one it has only looked.
    pub(super) fn learn_of_child(&mut self, i: usize, looked: Option<i32>, is_step: bool) {
        let (tid, process) = (self.tasks[i].tid, self.tasks[i].process);
        os::go_to_end_of_call(tid);
        self.watch.wait(tid);
        if let Some(registers) = os::registers(tid) {
            let (call, a) = (registers.call(), registers.arguments());
            let result = registers.result();
            let child = match call {
                libc::SYS_wait4 => result as i32,
                // Where the number of the child lies in a `siginfo_t`.
                _ if result == 0 && a[2] != 0 => os::u32_at(tid, a[2] + 12) as i32,
                _ => 0,
            };
            if let (Some(target), 0, 0) = (looked, child, result) {
                let ends = self.children(process, target).into_iter().collect();
                self.found_nothing(i, &Sight { ends, ..Sight::default() });
            }
            let keeps = call == libc::SYS_waitid && a[3] as i32 & libc::WNOWAIT != 0;
            if is_step {
                self.tell_how_it_came_out(child > 0);
            } else if child > 0 && !keeps {
                self.tell_of_end(i, child);
            }
            if let Some(child) = self.process(child).filter(|_| child > 0) {
                for of_child in 0..self.tasks.len() {
                    if self.tasks[of_child].process == child {
                        let heard = self.tasks[of_child].heard.clone();
                        self.tasks[i].heard.add(&heard);
                    }
                }
                let (by, clock) = (self.processes[child].ended_by, self.processes[child].clock);
                let latest = self.tasks[i].latest;
                self.tasks[i].after.extend(by.filter(|by| Some(*by) != latest));
                let mine = &mut self.processes[process].clock;
                *mine = (*mine).max(clock);
                self.processes[child].reaped = !keeps;
            }
        }
        self.follow_call(i);
    }

    /// Whether the child had ended after which the latest step has looked.
    fn tell_how_it_came_out(&mut self, ended: bool) {
        let told = self.told.as_mut().and_then(|told| told.last_mut());
        if let Some(step) = told.filter(|step| matches!(step.action, Action::HasEnded(_))) {
            step.outcome = if ended { Outcome::Yes } else { Outcome::No };
        }
    }

    /// That a wait is over which could end in one way only, and so was no step: a reader wants to see for
    /// whom it was.
    fn tell_of_end(&mut self, i: usize, child: i32) {
        let process = self.process(child);
        let child = self.tasks.iter().find(|task| Some(task.process) == process);
        let (actor, child) = (self.tasks[i].actor, child.map(|task| task.actor));
        if let (Some(told), Some(child)) = (&mut self.told, child) {
            let action = Action::Join(child);
            told.push(Step { actor, action, place: None, outcome: Outcome::Done });
        }
    }

    /// Lets a task run to the next call at which it is held. Nobody else runs meanwhile.
    pub(super) fn run(&mut self, i: usize, signal: i32) {
        self.tasks[i].able = false;
        self.tasks[i].state = State::Ready(0);
        self.run_to_call(i, signal);
        self.has_come(i);
        self.has_begun(i);
        self.after_segment(i);
    }

    pub(super) fn run_to_call(&mut self, i: usize, signal: i32) {
        let tid = self.tasks[i].tid;
        os::go(tid, signal);
        loop {
            let stop = self.watch.wait(tid);
            let mut signal = 0;
            let mut came = None;
            if let Some(Stop::Signal(_)) = stop {
                came = self.comes_to(i);
            }
            let stop = match came {
                None => stop,
                Some(Came::Held(held)) => {
                    self.tasks[i].state = State::Held(held);
                    return;
                }
                // The signal that has come meanwhile, or nothing.
                Some(Came::Through(0)) => Some(Stop::Start),
                Some(Came::Through(signal)) => Some(Stop::Signal(signal)),
                Some(Came::Ended(end)) => end,
            };
            match stop {
                None => {
                    self.tasks[i].state = State::Dead;
                    return;
                }
                Some(end @ (Stop::Exited { .. } | Stop::Killed { .. })) => {
                    self.tasks[i].state = State::Dead;
                    let process = self.tasks[i].process;
                    if tid == self.processes[process].pid {
                        self.gone(process, os::ended(end).unwrap_or(0));
                    }
                    return;
                }
                Some(Stop::Event(libc::PTRACE_EVENT_SECCOMP)) => {
                    if let Some(held) = self.classify(i) {
                        self.tasks[i].state = State::Held(held);
                        return;
                    }
                    if self.fault.is_some() {
                        return;
                    }
                }
                Some(Stop::Event(
                    event @ (libc::PTRACE_EVENT_FORK
                    | libc::PTRACE_EVENT_CLONE
                    | libc::PTRACE_EVENT_VFORK),
                )) => {
                    let Some(new) = os::announced(tid) else { continue };
                    let is_choice = self.born(i, new);
                    if is_choice {
                        self.tasks[i].state = State::Held(Held::GoOn);
                        return;
                    }
                    if event == libc::PTRACE_EVENT_VFORK {
                        self.tasks[i].state = State::Lends(new);
                        return;
                    }
                    if self.fault.is_some() {
                        return;
                    }
                }
                Some(Stop::Event(libc::PTRACE_EVENT_EXEC)) => {
                    let process = self.tasks[i].process;
                    self.processes[process].shares = false;
                    self.processes[process].mapped = Mapped::default();
                    match self.tasks[i].closes_at_exec.take() {
                        Some(Closing { ends, noticed: true, .. }) => {
                            self.closes(&[process], ends, false, i);
                        }
                        Some(closing) => self.note_closed(i, &closing.ends),
                        None => {}
                    }
                    os::make_the_same(tid);
                    self.give_back(tid);
                }
                Some(Stop::Signal(libc::SIGSTOP)) => {}
                Some(Stop::Signal(number)) => {
                    let signals = os::signals(tid);
                    let ignored = matches!(
                        number,
                        libc::SIGCHLD | libc::SIGCONT | libc::SIGURG | libc::SIGWINCH
                    );
                    let handled = (signals.ignored | signals.caught) >> (number - 1) & 1 == 1;
                    if !ignored && !handled {
                        self.tasks[i].state = State::Held(Held::Die(number));
                        return;
                    }
                    signal = number;
                }
                Some(Stop::CallEnd | Stop::Event(_) | Stop::GroupStop(_) | Stop::Start) => {}
            }
            os::go(tid, signal);
        }
    }

    /// Who can go on only since a task has run comes after what that one has done.
    pub(super) fn after_segment(&mut self, by: usize) {
        let mut known = None;
        for i in 0..self.tasks.len() {
            if !matches!(self.tasks[i].state, State::Held(_)) {
                continue;
            }
            if self.tasks[i].able {
                // A lock that was free is taken again.
                let waits = matches!(
                    self.tasks[i].state,
                    State::Held(
                        Held::Futex { .. }
                            | Held::Read { contended: true, .. }
                            | Held::Poll { contended: Changes::Ends | Changes::All, .. }
                    )
                );
                if waits && self.can(i) == Can::No {
                    self.tasks[i].able = false;
                    self.touch(self.chance(i));
                }
                continue;
            }
            if self.can(i) == Can::No {
                continue;
            }
            self.tasks[i].able = true;
            let free = matches!(
                self.tasks[i].state,
                State::Held(Held::Sleep { .. } | Held::Print(_) | Held::Birth)
            );
            if i != by && !free {
                let known = known.get_or_insert_with(|| self.known(by));
                let latest = self.tasks[i].latest;
                self.tasks[i].after.extend(known.iter().filter(|at| Some(**at) != latest));
            }
        }
    }

    pub(super) fn give_back(&mut self, child: i32) {
        for task in &mut self.tasks {
            if task.state == State::Lends(child) {
                task.state = State::Ready(0);
            }
        }
    }

    /// A task has made another one. True if who of them goes on first is a choice.
    pub(super) fn born(&mut self, by: usize, tid: i32) -> bool {
        self.watch.wait(tid);
        let process = self.tasks[by].process;
        let thread = os::has_thread(self.processes[process].pid, tid);
        if self.tasks.len() >= MOST_TASKS {
            self.refuse(Unmodelled::TooMany(MOST_TASKS));
        }
        let creator = &mut self.tasks[by];
        let (name, place) = if thread {
            creator.threads += 1;
            // A thread is not another place in the tree of processes.
            (format!("{} thread {}", creator.name, creator.threads), process)
        } else {
            creator.processes += 1;
            let name = format!("{}.{}", creator.name, creator.processes);
            let clock = self.processes[process].clock;
            self.have_in_common(process);
            self.add_process(tid, Some(process), name.clone(), clock);
            (name, self.processes.len() - 1)
        };
        let noticed = thread && self.is_birth_noticed(&name);
        let first = if noticed || !thread && self.shares(process) {
            State::Held(Held::Birth)
        } else {
            State::Ready(0)
        };
        if thread {
            self.caveats.insert(Caveat::MemoryRaces);
        }
        let actor = self.add_task(tid, place, name, first, Some(by));
        if let (true, Some(new)) = (thread && !noticed, self.tasks.last_mut()) {
            new.fresh = true;
        }
        if let Some(told) = self.told.as_mut().filter(|_| !thread) {
            told.push(Step {
                actor: self.tasks[by].actor,
                action: Action::Start(actor),
                place: None,
                outcome: Outcome::Done,
            });
        }
        noticed
    }
}
