//! What the steps of a run touch, and which come after which.

use super::*;

impl System<'_> {
    /// The steps that what a task does is known to come after.
    pub(super) fn known(&self, i: usize) -> BTreeSet<usize> {
        let task = &self.tasks[i];
        task.after.iter().copied().chain(task.latest.or(task.born)).collect()
    }

    /// Has the next step of a task come after those that it has to.
    pub(super) fn enable(&mut self, i: usize) -> Vec<Touch> {
        let task = &self.tasks[i];
        let enabled = Shared::Enabled(task.actor, task.steps);
        let after: Vec<usize> =
            task.after.iter().copied().filter(|&at| self.moves[at].actor != task.actor).collect();
        let establish = enabled.touched(How::Establish);
        for &at in &after {
            let touches = &mut self.moves[at].touches;
            if !touches.contains(&establish) {
                touches.push(establish);
            }
        }
        if after.is_empty() { Vec::new() } else { vec![enabled.touched(How::Await)] }
    }

    /// Notes that a task goes on as part of the latest step.
    pub(super) fn follows(&mut self, i: usize) {
        let process = self.tasks[i].process;
        let own = self.moves.last().is_none_or(|step| step.actor == self.tasks[i].actor);
        if own {
            return;
        }
        let name = self.processes[process].name.clone();
        self.touch(Shared::Signals(&name).touched(How::Read));
        if self.has_threads(process) {
            self.touch(Shared::Memory(&name).touched(How::Write));
        }
        if self.comes_to_memory(i) {
            self.touch(Shared::CommonMemory.touched(How::Write));
        }
    }

    /// The latest step has touched something more.
    pub(super) fn touch(&mut self, touch: Touch) {
        if let Some(step) = self.moves.last_mut().filter(|step| !step.touches.contains(&touch)) {
            step.touches.push(touch);
        }
    }

    /// Whether a process has memory of others, and every order is tried in which they come to it.
    pub(super) fn shares(&self, process: usize) -> bool {
        self.options.contended && self.processes[process].shares
    }

    /// Whether what a task does next may come to memory of other processes.
    fn comes_to_memory(&self, i: usize) -> bool {
        let task = &self.tasks[i];
        let apart = matches!(&task.state, State::Held(held) if held.is_apart());
        self.shares(task.process) && !apart
    }

    pub(super) fn has_threads(&self, process: usize) -> bool {
        self.tasks.iter().filter(|task| task.process == process).count() > 1
    }

    /// What the step touches before which a task is held.
    pub(super) fn touches(&self, i: usize) -> Vec<Touch> {
        let task = &self.tasks[i];
        let process = &self.processes[task.process];
        let me = process.name.as_str();
        let mut touches = vec![Touch::ALIVE, Shared::Signals(me).touched(How::Read)];
        if self.has_threads(task.process) {
            touches.push(Shared::Memory(me).touched(How::Write));
        }
        if self.comes_to_memory(i) {
            touches.push(Shared::CommonMemory.touched(How::Write));
        }
        let State::Held(held) = &task.state else { return touches };
        match held {
            Held::Print(text) => {
                let text = self.named(text);
                touches.push(Touch { object: Object::OUTPUT, how: How::Print(hash(&text)) });
            }
            Held::Sleep { .. } if self.options.sleeps != Sleeps::Any => {
                touches.push(Shared::Time.touched(How::Write));
            }
            Held::Read { fd, contended: true, patient } => {
                touches.push(self.chance(i));
                if let Some(pipe) = self.pipe_of(task.tid, *fd as u64, false) {
                    touches.extend(self.read_touches(task.process, &pipe, *patient));
                }
            }
            Held::Look { waits } => {
                touches.extend(self.sight_touches(&self.sight(task.tid, waits)));
            }
            Held::Poll { waits, contended, until, .. } if *contended != Changes::Nothing => {
                touches.push(self.chance(i));
                let sight = self.sight_of_wait(task.tid, waits, *contended);
                touches.extend(self.sight_touches(&sight));
                if until.is_some() && self.options.sleeps == Sleeps::Ordered {
                    touches.push(Shared::Time.touched(How::Write));
                }
            }
            Held::Write { fd, contended: true, .. } => {
                if let Some(pipe) = self.pipe_of(task.tid, *fd as u64, true) {
                    touches.push(Shared::Pipe(&pipe).touched(How::Write));
                }
            }
            Held::Wait { target, .. } => {
                for child in self.children(task.process, *target) {
                    let child = &self.processes[child];
                    touches.push(Shared::End(&child.name).touched(How::Read));
                }
            }
            Held::Exit { .. } | Held::Die(_) if self.ends_process(i) => {
                touches.push(Shared::End(me).touched(How::Establish));
                let children = self.processes.iter();
                let children = children.filter(|child| child.parent == Some(task.process));
                for child in children.filter(|child| child.dies_with_parent) {
                    touches.push(Shared::Signals(&child.name).touched(How::Write));
                }
            }
            Held::Signal { to, .. } => {
                if let Some(target) = self.process(*to) {
                    let name = &self.processes[target].name;
                    touches.push(Shared::Signals(name).touched(How::Write));
                }
            }
            Held::Parent | Held::DieWithParent => {
                if let Some(parent) = process.parent {
                    let name = &self.processes[parent].name;
                    touches.push(Shared::End(name).touched(How::Read));
                }
            }
            Held::Use { object, words, how, .. } => {
                touches.extend(self.use_touches(*object, *words, *how));
            }
            Held::Semaphore { object, at, operation } => {
                let value = os::u32_at(task.tid, *at);
                touches.extend(self.semaphore_touches(*object, *operation, value));
            }
            Held::Futex { at, .. } => {
                touches.push(self.chance(i));
                if let Some(object) = self.semaphore_at(task.process, *at) {
                    let value = os::u32_at(task.tid, *at);
                    touches.extend(self.semaphore_touches(object, Operation::Wait, value));
                }
            }
            _ => {}
        }
        touches
    }

    pub(super) fn chance(&self, i: usize) -> Touch {
        let task = &self.tasks[i];
        Shared::Chance(task.actor, task.steps).touched(How::Write)
    }

    /// The step before which a task is held.
    pub(super) fn step(&self, i: usize) -> Step {
        let task = &self.tasks[i];
        let actor_of = |pid: i32| {
            let process = self.process(pid)?;
            self.tasks.iter().find(|task| task.process == process).map(|task| task.actor)
        };
        let State::Held(held) = &task.state else { unreachable!("only who is held takes steps") };
        let action = match held {
            Held::Print(text) => Action::Print(self.named(text)),
            Held::Sleep { .. } => Action::Sleep,
            Held::Wait { target, patient } => match (actor_of(*target), patient) {
                (Some(child), true) => Action::Join(child),
                (Some(child), false) => Action::HasEnded(child),
                (None, patient) => {
                    let children = self.children(task.process, *target);
                    let children = children.into_iter().filter_map(|child| {
                        self.tasks.iter().find(|task| task.process == child).map(|task| task.actor)
                    });
                    let children = children.collect();
                    if *patient {
                        Action::JoinAny(children)
                    } else {
                        Action::Call("waitpid".into())
                    }
                }
            },
            Held::Exit { .. } | Held::Die(_) => Action::End,
            Held::Signal { to, signal } => match actor_of(*to) {
                Some(to) => Action::Signal { to, signal: *signal },
                None => Action::Call("kill".into()),
            },
            Held::Parent => Action::Call("getppid".into()),
            Held::DieWithParent => Action::Call("prctl".into()),
            Held::Birth => Action::Call("begin".into()),
            Held::GoOn => Action::Call("go on".into()),
            Held::Futex { at, .. } => match self.semaphore_at(task.process, *at) {
                Some(lock) => Action::Lock { lock, shared: false },
                None => Action::Call("futex".into()),
            },
            Held::Use { object, how, .. } => match how {
                Use::Read => Action::Read(*object),
                Use::Write => Action::Write(*object),
                Use::Update => Action::Update(*object),
            },
            Held::Semaphore { object: lock, operation, .. } => match operation {
                Operation::Post | Operation::Release => {
                    Action::Unlock { lock: *lock, shared: false }
                }
                Operation::TryWait if self.is_tried(*lock) => {
                    Action::TryLock { lock: *lock, shared: false }
                }
                Operation::Wait | Operation::TryWait => Action::Lock { lock: *lock, shared: false },
                Operation::GetValue => Action::Call("sem_getvalue".into()),
            },
            Held::Read { patient: false, .. } => Action::Call("try to read".into()),
            Held::Read { .. } => Action::Call("read".into()),
            Held::Write { .. } => Action::Call("write".into()),
            Held::Look { .. } => Action::Call("look".into()),
            Held::Close(closing) => Action::Call(closing.call.into()),
            Held::Poll { .. } => Action::Call("poll".into()),
            Held::Suspend { .. } => Action::Call("sigsuspend".into()),
        };
        let outcome = match held {
            Held::Exit { code, .. } if code & 0xff != 0 => Outcome::Saw((code & 0xff).to_string()),
            Held::Die(signal) => Outcome::Saw((-signal).to_string()),
            Held::Poll { .. } if !self.is_ready(i) => Outcome::No,
            _ => Outcome::Done,
        };
        Step { actor: task.actor, action, place: None, outcome }
    }
}
