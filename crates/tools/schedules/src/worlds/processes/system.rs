//! The processes of one run: one task goes on at a time, up to the next call at which it is held.
//!
//! A *step* of the run is a call that another process could notice, and all that follows from it without
//! a choice: its task goes on to its next call, and so do all others that can go on now and whom nobody
//! could tell from others that went before. What followed belongs to the step that it follows from, with
//! what it touched. What comes of it for the others is noted too: the step before which such a task then
//! stands comes after the step that has let it go on.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::os::fd::OwnedFd;

use nix::libc::{self, c_long};

use super::held::{self, Held, STOPS};
use super::os::{self, Stop};
use super::touches::{Shared, hash};
use super::watch::{Verdict, Watch};
use super::{Names, Options, Sleeps};
use crate::step::{Action, Actor, How, Object, Outcome, Step, Touch};
use crate::world::{Caveat, Fault, Life, Move};

/// The beginning of time, in nanoseconds of the clock on the wall; the others began a thousandth of it
/// ago.
const EPOCH: u64 = 1_700_000_000_000_000_000;
const SINCE_START: u64 = EPOCH / 1000;

/// Each look at a clock takes so many nanoseconds: who waits for it to go on must not wait for ever.
const LOOK: u64 = 1000;

/// Times that differ by no more than this are the same: looks at clocks have come between.
const TOLERANCE: u64 = 1_000_000;

/// More processes than this are not for a search.
const MOST_TASKS: usize = 250;

/// More than this is not written into a pipe in one piece: it could wait for room in the middle.
const ATOMIC: u64 = 4096;

/// A task that goes on so many times without a step will never come to one.
const MOST_TURNS: usize = 20_000;

#[derive(Clone, Debug, PartialEq, Eq)]
enum State {
    /// It can run, and the signal is delivered first unless it is 0.
    Ready(i32),
    Held(Held),
    /// It waits until the process that borrows its memory gives it back.
    Lends(i32),
    Dead,
}

/// Whether a held task can go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Can {
    No,
    /// It can, and nobody could notice when.
    Itself,
    /// It can, and that is a step.
    Step,
}

#[derive(Debug)]
struct Task {
    tid: i32,
    /// Its process, by its place in the table.
    process: usize,
    name: String,
    actor: Actor,
    state: State,
    /// How many processes, threads and pipes it has made.
    processes: u32,
    threads: u32,
    pipes: u32,
    /// How many pieces of randomness it has had.
    random: u64,
    /// Its latest step.
    latest: Option<usize>,
    /// How many steps it has taken.
    steps: usize,
    /// The steps of others that its next one comes after.
    after: BTreeSet<usize>,
    /// Whether it was seen to be able to go on since it is held.
    able: bool,
    born: Option<usize>,
    /// What the step touches before which another one has ended it.
    missed: Option<Vec<Touch>>,
}

#[derive(Debug)]
struct Process {
    pid: i32,
    name: String,
    /// By its place in the table, also when it has ended. `None` if that is not of the program.
    parent: Option<usize>,
    handle: Option<OwnedFd>,
    ended: Option<i32>,
    /// The step with which it ended.
    ended_by: Option<usize>,
    reaped: bool,
    /// The time, where each process has its own.
    clock: u64,
    dies_with_parent: bool,
    /// Whether other processes may have part of its memory too.
    shares: bool,
}

/// What lies in a pipe, piece by piece: how long, and the steps that it comes after.
#[derive(Debug, Default)]
struct Pipe {
    pieces: VecDeque<(u64, BTreeSet<usize>)>,
    /// The steps after which nobody writes any more.
    closed: BTreeSet<usize>,
}

/// An end of a pipe or a socket, by the number that the kernel has for it.
#[derive(Debug, Clone)]
struct Ends {
    /// What is written to it and what is read from it, by their names.
    written: String,
    read: String,
}

pub(super) struct System<'a> {
    options: &'a Options,
    names: &'a mut Names,
    watch: &'a Watch,
    terminal: &'a str,
    errors: &'a str,
    tasks: Vec<Task>,
    processes: Vec<Process>,
    ends: BTreeMap<String, Ends>,
    pipes: BTreeMap<String, Pipe>,
    now: u64,
    looks: u64,
    pub(super) output: Vec<u8>,
    prints: usize,
    pub(super) moves: Vec<Move>,
    /// The steps as they are told, where they are.
    told: Option<Vec<Step>>,
    pub(super) caveats: BTreeSet<Caveat>,
    fault: Option<Fault>,
    turns: usize,
    /// Whether the latest step was a sleep, or a look at something: in a loop of these the others are to
    /// go on meanwhile.
    pub(super) paused: bool,
}

impl<'a> System<'a> {
    /// A program that was started and is stopped before its first instruction.
    pub(super) fn new(
        pid: i32,
        options: &'a Options,
        names: &'a mut Names,
        watch: &'a Watch,
        (terminal, errors): (&'a str, &'a str),
        detailed: bool,
    ) -> Self {
        os::make_the_same(pid);
        let mut system = System {
            options,
            names,
            watch,
            terminal,
            errors,
            tasks: Vec::new(),
            processes: Vec::new(),
            ends: BTreeMap::new(),
            pipes: BTreeMap::new(),
            now: 0,
            looks: 0,
            output: Vec::new(),
            prints: 0,
            moves: Vec::new(),
            told: detailed.then(Vec::new),
            caveats: BTreeSet::new(),
            fault: None,
            turns: 0,
            paused: false,
        };
        system.add_process(pid, None, "P1".to_string(), 0);
        system.add_task(pid, 0, "P1".to_string(), State::Ready(0), None);
        system
    }

    fn add_process(&mut self, pid: i32, parent: Option<usize>, name: String, clock: u64) {
        self.processes.push(Process {
            pid,
            name,
            parent,
            handle: os::open_process(pid),
            ended: None,
            ended_by: None,
            reaped: false,
            clock,
            dies_with_parent: false,
            shares: parent.is_some_and(|parent| self.processes[parent].shares),
        });
    }

    fn add_task(
        &mut self,
        tid: i32,
        process: usize,
        name: String,
        state: State,
        by: Option<usize>,
    ) -> Actor {
        let actor = self.names.actor(&name);
        let (latest, after) = match by {
            Some(by) => (self.tasks[by].latest, self.tasks[by].after.clone()),
            None => (None, BTreeSet::new()),
        };
        self.tasks.push(Task {
            tid,
            process,
            name,
            actor,
            state,
            processes: 0,
            threads: 0,
            pipes: 0,
            random: 0,
            born: latest,
            latest: None,
            steps: 0,
            after,
            able: false,
            missed: None,
        });
        actor
    }

    // ------------------------------------------------------------------ what the world asks

    /// Lets everybody go on who can without a choice.
    pub(super) fn settle(&mut self) -> Result<(), Fault> {
        self.turns = 0;
        while let Some(i) = (0..self.tasks.len()).find(|&i| self.can(i) == Can::Itself) {
            self.turns += 1;
            if self.turns > MOST_TURNS {
                self.fault.get_or_insert_with(|| {
                    let name = &self.tasks[i].name;
                    Fault::Refused(format!(
                        "{name} sleeps or looks at something again and again without printing or \
                         ending: such a program has no schedules that could be tried"
                    ))
                });
            }
            self.follows(i);
            self.go_on(i);
            self.heed()?;
        }
        self.heed()
    }

    fn heed(&mut self) -> Result<(), Fault> {
        if let Some(fault) = self.fault.take() {
            return Err(fault);
        }
        let Some(verdict) = self.watch.verdict() else { return Ok(()) };
        Err(match verdict {
            Verdict::Interrupted => Fault::Interrupted,
            Verdict::Computes => Fault::Refused(
                "a process computes for ten seconds and neither prints nor sleeps nor ends: give \
                 it less to do"
                    .to_string(),
            ),
            Verdict::Waits(call) => Fault::Refused(format!(
                "a process waits in the system call {}, which is not modelled here",
                held::name(call)
            )),
        })
    }

    /// Who can take a step, in the order of their numbers, and whether they can only because nobody
    /// else could.
    pub(super) fn able(&self) -> (Vec<(Actor, usize)>, bool) {
        let living = 0..self.tasks.len();
        let mut able: Vec<usize> = living.clone().filter(|&i| self.can(i) == Can::Step).collect();
        let quiet = able.is_empty();
        if quiet {
            let first = self.first_to_wake();
            able = living
                .filter(|&i| {
                    let until = self.wakes(i);
                    until.is_some_and(|until| Some(until) <= first.map(|at| at + TOLERANCE))
                })
                .collect();
        }
        let mut able: Vec<_> = able.into_iter().map(|i| (self.tasks[i].actor, i)).collect();
        able.sort_unstable();
        let quiet = quiet && !able.is_empty();
        (able, quiet)
    }

    /// Whether all tasks have ended, or whether they wait for no more than that something may be
    /// printed.
    pub(super) fn is_over(&self) -> bool {
        self.tasks.iter().all(|task| task.state == State::Dead)
    }

    pub(super) fn is_full(&self) -> bool {
        self.options.prints.is_some_and(|most| self.prints >= most)
    }

    pub(super) fn exit_code(&self) -> Option<i32> {
        self.processes[0].ended
    }

    /// See [`Move::standing`].
    pub(super) fn standing(&self) -> u64 {
        let mut sum = 0u64;
        for i in 0..self.tasks.len() {
            let State::Held(_) = self.tasks[i].state else { continue };
            // Who is about to take no step stands somewhere too, but where is of no interest.
            let step = (self.can(i) == Can::Step).then(|| self.step(i));
            sum = sum.wrapping_add(hash(&(
                &self.tasks[i].name,
                step.map(|step| (step.action, format!("{:?}", step.outcome))),
            )));
        }
        sum
    }

    /// Takes a step.
    pub(super) fn take(&mut self, i: usize, able: Vec<Actor>, quiet: bool) {
        let standing = self.standing();
        let asked = able.len() > 1;
        let step = self.step(i);
        self.paused = matches!(
            self.tasks[i].state,
            State::Held(Held::Sleep { .. } | Held::Wait { patient: false, .. })
        );
        let mut touches = self.touches(i);
        if quiet {
            touches[0].how = How::GiveUp;
        }
        let place = self.moves.len();
        touches.extend(self.enable(i));
        self.moves.push(Move {
            actor: step.actor,
            able,
            standing,
            touches,
            asked,
            try_all: quiet && asked,
        });
        let task = &mut self.tasks[i];
        task.after.clear();
        task.latest = Some(place);
        task.steps += 1;
        // How a process makes sure to end with its parent is of no interest to a reader.
        let technical = matches!(self.tasks[i].state, State::Held(Held::DieWithParent));
        if let Some(told) = self.told.as_mut().filter(|_| !technical) {
            told.push(step);
        }
        if quiet { self.wake(i) } else { self.go_on(i) }
    }

    /// Everybody who was there, the first one first.
    pub(super) fn lives(&mut self) -> Vec<Life> {
        let mut lives = vec![Life::default(); self.names.len()];
        for i in 0..self.tasks.len() {
            let next = match &self.tasks[i].state {
                State::Dead => self.tasks[i].missed.clone(),
                State::Held(_) => {
                    let mut touches = self.touches(i);
                    touches.extend(self.enable(i));
                    Some(touches)
                }
                _ => Some(vec![Touch::ALIVE]),
            };
            let task = &self.tasks[i];
            lives[task.actor] = Life { born: task.born, next };
        }
        lives
    }

    /// The steps that were taken, and the one before which each task stands.
    pub(super) fn told(&mut self) -> Option<(Vec<Step>, Vec<Option<Step>>)> {
        let told = self.told.take()?;
        let mut next = vec![None; self.names.len()];
        for (i, task) in self.tasks.iter().enumerate() {
            if let State::Held(_) = task.state {
                next[task.actor] = Some(self.step(i));
            }
        }
        Some((told, next))
    }

    // ------------------------------------------------------------------ what comes after what

    /// The steps that what a task does is known to come after.
    fn known(&self, i: usize) -> BTreeSet<usize> {
        let task = &self.tasks[i];
        task.after.iter().copied().chain(task.latest.or(task.born)).collect()
    }

    /// Has the next step of a task come after those that it has to.
    fn enable(&mut self, i: usize) -> Vec<Touch> {
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
    fn follows(&mut self, i: usize) {
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
        if self.shares(process) {
            self.touch(Shared::SharedMemory.touched(How::Write));
        }
    }

    /// The latest step has touched something more.
    fn touch(&mut self, touch: Touch) {
        if let Some(step) = self.moves.last_mut() {
            if !step.touches.contains(&touch) {
                step.touches.push(touch);
            }
        }
    }

    /// Whether a process has memory of others, and every order is tried in which they come to it.
    fn shares(&self, process: usize) -> bool {
        self.options.contended && self.processes[process].shares
    }

    fn has_threads(&self, process: usize) -> bool {
        self.tasks.iter().filter(|task| task.process == process).count() > 1
    }

    /// What the step touches before which a task is held.
    fn touches(&self, i: usize) -> Vec<Touch> {
        let task = &self.tasks[i];
        let process = &self.processes[task.process];
        let me = process.name.as_str();
        let mut touches = vec![Touch::ALIVE, Shared::Signals(me).touched(How::Read)];
        if self.has_threads(task.process) {
            touches.push(Shared::Memory(me).touched(How::Write));
        }
        if self.shares(task.process) {
            touches.push(Shared::SharedMemory.touched(How::Write));
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
            Held::Read { fd, contended: true } => {
                if let Some(pipe) = self.pipe_of(task.tid, *fd as u64, false) {
                    touches.push(Shared::Readers(&pipe).touched(How::Write));
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
            Held::Exit { .. } | Held::Die(_) => {
                if self.ends_process(i) {
                    touches.push(Shared::End(me).touched(How::Establish));
                    for child in self.processes.iter().filter(|child| {
                        child.parent == Some(task.process) && child.dies_with_parent
                    }) {
                        touches.push(Shared::Signals(&child.name).touched(How::Write));
                    }
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
            _ => {}
        }
        touches
    }

    /// The step before which a task is held.
    fn step(&self, i: usize) -> Step {
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
            Held::Futex { .. } => Action::Call("futex".into()),
            Held::Read { .. } => Action::Call("read".into()),
            Held::Write { .. } => Action::Call("write".into()),
            Held::Poll { .. } => Action::Call("poll".into()),
            Held::Suspend { .. } => Action::Call("sigsuspend".into()),
        };
        let outcome = match held {
            Held::Exit { code, .. } if code & 0xff != 0 => Outcome::Saw((code & 0xff).to_string()),
            Held::Die(signal) => Outcome::Saw((-signal).to_string()),
            _ => Outcome::Done,
        };
        Step { actor: task.actor, action, place: None, outcome }
    }

    // ------------------------------------------------------------------ who can go on

    fn can(&self, i: usize) -> Can {
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
        let ready = |waits: &[(i32, i16)]| {
            process.handle.as_ref().is_none_or(|handle| os::is_ready(handle, waits))
        };
        match held {
            Held::Birth | Held::Die(_) => Can::Step,
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
            Held::Futex { at, value, shared, .. } => {
                let changed = os::u32_at(task.tid, *at) != *value;
                or_step(changed, *shared && self.shares(task.process))
            }
            Held::Read { fd, contended } => {
                or_step(ready(&[(*fd, libc::POLLIN)]), *contended && self.others_read(i, *fd))
            }
            Held::Write { fd, contended, .. } => {
                or_step(ready(&[(*fd, libc::POLLOUT)]), *contended)
            }
            Held::Poll { waits, blocked, .. } => itself(
                ready(waits)
                    || blocked.is_some_and(|blocked| {
                        let signals = os::signals(task.tid);
                        signals.pending & signals.caught & !blocked != 0
                    }),
            ),
            Held::Suspend { blocked, .. } => itself(os::signals(task.tid).pending & !blocked != 0),
        }
    }

    /// Whether a task of another process is about to read from the same pipe.
    fn others_read(&self, i: usize, fd: i32) -> bool {
        let pipe = |tid, fd: i32| self.pipe_of(tid, fd as u64, false);
        let mine = pipe(self.tasks[i].tid, fd);
        self.tasks.iter().any(|other| match other.state {
            State::Held(Held::Read { fd, .. }) if other.process != self.tasks[i].process => {
                pipe(other.tid, fd) == mine
            }
            _ => false,
        })
    }

    /// When a task gives up waiting or wakes, where it can do nothing else.
    fn wakes(&self, i: usize) -> Option<u64> {
        match &self.tasks[i].state {
            State::Held(Held::Sleep { until, .. }) => {
                (self.options.sleeps != Sleeps::Any).then_some(*until)
            }
            State::Held(held) => held.until(),
            _ => None,
        }
    }

    fn first_to_wake(&self) -> Option<u64> {
        (0..self.tasks.len()).filter_map(|i| self.wakes(i)).min()
    }

    /// Whether the end of a task is that of its process.
    fn ends_process(&self, i: usize) -> bool {
        let task = &self.tasks[i];
        let group = match &task.state {
            State::Held(Held::Exit { group, .. }) => *group,
            _ => true,
        };
        let same = |other: &&Task| other.process == task.process && other.state != State::Dead;
        group || self.tasks.iter().filter(same).count() == 1
    }

    fn is_orphan(&self, process: usize) -> bool {
        self.processes[process].parent.is_some_and(|parent| self.processes[parent].ended.is_some())
    }

    /// The children of a process that it can wait for: the one of this number, or all.
    fn children(&self, process: usize, target: i32) -> Vec<usize> {
        let mine = self.processes.iter().enumerate().filter(|(_, child)| {
            child.parent == Some(process) && !child.reaped && (target <= 0 || child.pid == target)
        });
        mine.map(|(child, _)| child).collect()
    }

    fn process(&self, pid: i32) -> Option<usize> {
        self.processes.iter().rposition(|process| process.pid == pid)
    }

    fn task(&self, tid: i32) -> Option<usize> {
        self.tasks.iter().rposition(|task| task.tid == tid)
    }

    fn clock(&self, i: usize) -> u64 {
        match self.options.sleeps {
            Sleeps::Any => self.processes[self.tasks[i].process].clock,
            _ => self.now,
        }
    }

    // ------------------------------------------------------------------ how it goes on

    /// Has a task do what it is held before, and go on from there.
    fn go_on(&mut self, i: usize) {
        let (tid, process) = (self.tasks[i].tid, self.tasks[i].process);
        let ends = self.ends_process(i);
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
                self.run(i, 0);
            }
            Held::Sleep { nanoseconds, until } => {
                self.processes[process].clock += nanoseconds;
                self.now = self.now.max(until);
                os::skip(tid, 0);
                self.run(i, 0);
            }
            Held::Wait { .. } => self.learn_of_child(i),
            Held::Exit { .. } => {
                let closes = if ends { self.open_pipes(i) } else { Vec::new() };
                let known = self.known(i);
                for pipe in closes {
                    self.pipes.entry(pipe).or_default().closed.extend(&known);
                }
                os::go(tid, 0);
                if ends {
                    self.collect(process);
                } else {
                    while !matches!(self.watch.wait(tid), Some(Stop::Ended(_)) | None) {
                        os::go(tid, 0);
                    }
                    self.tasks[i].state = State::Dead;
                }
                self.after_segment(i);
            }
            Held::Die(signal) => {
                os::go(tid, signal);
                self.collect(process);
                self.after_segment(i);
            }
            Held::Signal { to, signal } => {
                if let Some(dead) = self.process(to).filter(|&p| self.processes[p].ended.is_some())
                {
                    self.tasks[i].after.extend(self.processes[dead].ended_by);
                }
                if matches!(signal, libc::SIGSTOP | libc::SIGTSTP | libc::SIGTTIN | libc::SIGTTOU) {
                    self.refuse("a process stops another one with a signal");
                }
                os::go_to_end_of_call(tid);
                self.watch.wait(tid);
                self.notice_killed();
                if let Some(target) = self.process(to) {
                    if target != process {
                        self.deliver(target, i);
                    }
                }
                self.run(i, 0);
            }
            Held::Parent => {
                if self.is_orphan(process) {
                    // What takes in orphans is not the same on every machine.
                    os::skip(tid, 1);
                }
                self.run(i, 0);
            }
            Held::DieWithParent => {
                self.processes[process].dies_with_parent = true;
                self.run(i, 0);
            }
            Held::Read { fd, contended } => {
                let pipe = self.pipe_of(tid, fd as u64, false);
                if let Some(pipe) = pipe.as_ref().filter(|_| contended) {
                    self.touch(Shared::Readers(pipe).touched(How::Write));
                }
                os::go_to_end_of_call(tid);
                self.watch.wait(tid);
                let read = os::registers(tid).map_or(0, |registers| registers.rax as i64);
                if let Some(pipe) = pipe {
                    self.take_out(i, &pipe, read);
                }
                self.run(i, 0);
            }
            Held::Write { fd, length, .. } => {
                if let Some(pipe) = self.pipe_of(tid, fd as u64, true) {
                    self.touch(Shared::Pipe(&pipe).touched(How::Write));
                    let known = self.known(i);
                    let piece = (length.unwrap_or(u64::MAX).min(ATOMIC), known);
                    self.pipes.entry(pipe).or_default().pieces.push_back(piece);
                }
                if length.is_some_and(|length| length > ATOMIC) {
                    self.write_a_piece(tid);
                }
                self.run(i, 0);
            }
            Held::Birth | Held::Futex { .. } | Held::Poll { .. } | Held::Suspend { .. } => {
                self.run(i, 0);
            }
        }
    }

    /// Has a task that waits for a time wait no longer.
    fn wake(&mut self, i: usize) {
        let State::Held(held) = self.tasks[i].state.clone() else { return };
        if let Held::Sleep { .. } = held {
            return self.go_on(i);
        }
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
    fn clear_sets(&self, tid: i32) {
        let Some(registers) = os::registers(tid) else { return };
        let (call, a) = os::call(&registers);
        if matches!(call, libc::SYS_select | libc::SYS_pselect6) {
            let length = (a[0] as usize).div_ceil(64) * 8;
            for set in a[1..4].iter().filter(|&&set| set != 0) {
                os::set_memory(tid, *set, &vec![0; length]);
            }
        }
    }

    /// Writes no more than goes into a pipe in one piece. Whoever writes more must be ready for that.
    fn write_a_piece(&mut self, tid: i32) {
        let Some(mut registers) = os::registers(tid) else { return };
        let length = registers.rdx;
        registers.rdx = ATOMIC;
        os::set_registers(tid, registers);
        os::go_to_end_of_call(tid);
        self.watch.wait(tid);
        if let Some(mut registers) = os::registers(tid) {
            registers.rdx = length;
            os::set_registers(tid, registers);
        }
    }

    /// Has a task make its wait for a child, and sees which one it has learned of.
    fn learn_of_child(&mut self, i: usize) {
        let (tid, process) = (self.tasks[i].tid, self.tasks[i].process);
        os::go_to_end_of_call(tid);
        self.watch.wait(tid);
        if let Some(registers) = os::registers(tid) {
            let (call, a) = os::call(&registers);
            let result = registers.rax as i64;
            let child = match call {
                libc::SYS_wait4 => result as i32,
                // Where the number of the child lies in a `siginfo_t`.
                _ if result == 0 && a[2] != 0 => os::u32_at(tid, a[2] + 12) as i32,
                _ => 0,
            };
            let told = self.told.as_mut().and_then(|told| told.last_mut());
            if let Some(step) = told.filter(|step| matches!(step.action, Action::HasEnded(_))) {
                step.outcome = if child > 0 { Outcome::Yes } else { Outcome::No };
            }
            let keeps = call == libc::SYS_waitid && a[3] as i32 & libc::WNOWAIT != 0;
            if let Some(child) = self.process(child).filter(|_| child > 0) {
                let (by, clock) = (self.processes[child].ended_by, self.processes[child].clock);
                let latest = self.tasks[i].latest;
                self.tasks[i].after.extend(by.filter(|by| Some(*by) != latest));
                let mine = &mut self.processes[process].clock;
                *mine = (*mine).max(clock);
                self.processes[child].reaped = !keeps;
            }
        }
        self.run(i, 0);
    }

    /// Lets a task run to the next call at which it is held. Nobody else runs meanwhile.
    fn run(&mut self, i: usize, signal: i32) {
        self.tasks[i].able = false;
        self.tasks[i].state = State::Ready(0);
        self.run_to_call(i, signal);
        self.after_segment(i);
    }

    fn run_to_call(&mut self, i: usize, signal: i32) {
        let tid = self.tasks[i].tid;
        os::go(tid, signal);
        loop {
            let stop = self.watch.wait(tid);
            let mut signal = 0;
            match stop {
                None => {
                    self.tasks[i].state = State::Dead;
                    return;
                }
                Some(Stop::Ended(code)) => {
                    self.tasks[i].state = State::Dead;
                    let process = self.tasks[i].process;
                    if tid == self.processes[process].pid {
                        self.gone(process, code);
                    }
                    return;
                }
                Some(Stop::Call) => {
                    if let Some(held) = self.classify(i) {
                        self.tasks[i].state = State::Held(held);
                        return;
                    }
                    if self.fault.is_some() {
                        return;
                    }
                }
                Some(Stop::Born { tid: new, vfork }) => {
                    self.born(i, new);
                    if vfork {
                        self.tasks[i].state = State::Lends(new);
                        return;
                    }
                    if self.fault.is_some() {
                        return;
                    }
                }
                Some(Stop::Exec) => {
                    let process = self.tasks[i].process;
                    self.processes[process].shares = false;
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
                Some(Stop::CallEnd | Stop::Other) => {}
            }
            os::go(tid, signal);
        }
    }

    /// Who can go on only since a task has run comes after what that one has done.
    fn after_segment(&mut self, by: usize) {
        let mut known = None;
        for i in 0..self.tasks.len() {
            if self.tasks[i].able || !matches!(self.tasks[i].state, State::Held(_)) {
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

    fn give_back(&mut self, child: i32) {
        for task in &mut self.tasks {
            if task.state == State::Lends(child) {
                task.state = State::Ready(0);
            }
        }
    }

    fn born(&mut self, by: usize, tid: i32) {
        self.watch.wait(tid);
        let process = self.tasks[by].process;
        let thread = os::has_thread(self.processes[process].pid, tid);
        if self.tasks.len() >= MOST_TASKS {
            self.fault.get_or_insert_with(|| {
                Fault::Refused(format!(
                    "it starts more than {MOST_TASKS} processes and threads: have it start fewer"
                ))
            });
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
            self.add_process(tid, Some(process), name.clone(), clock);
            (name, self.processes.len() - 1)
        };
        let first = if !thread && self.shares(process) {
            State::Held(Held::Birth)
        } else {
            State::Ready(0)
        };
        if thread {
            self.caveats.insert(Caveat::MemoryRaces);
        }
        let actor = self.add_task(tid, place, name, first, Some(by));
        if let Some(told) = self.told.as_mut().filter(|_| !thread) {
            told.push(Step {
                actor: self.tasks[by].actor,
                action: Action::Start(actor),
                place: None,
                outcome: Outcome::Done,
            });
        }
    }

    // ------------------------------------------------------------------ what a call is

    /// What a task is about to do. `None` if it is of no interest, or was done here: it goes on.
    fn classify(&mut self, i: usize) -> Option<Held> {
        let (tid, process) = (self.tasks[i].tid, self.tasks[i].process);
        let registers = os::registers(tid)?;
        let (call, a) = os::call(&registers);
        let now = self.clock(i);
        let after = |nanoseconds: u64| now.saturating_add(nanoseconds);
        match call {
            libc::SYS_write | libc::SYS_writev | libc::SYS_sendto | libc::SYS_sendmsg => {
                self.writes(i, call, a)
            }
            libc::SYS_nanosleep => {
                let nanoseconds = timespec(tid, a[0]);
                self.sleeps(nanoseconds, after(nanoseconds))
            }
            libc::SYS_clock_nanosleep => {
                let mut nanoseconds = timespec(tid, a[2]);
                if a[1] as i32 & libc::TIMER_ABSTIME != 0 {
                    // The program has read a clock before, and added.
                    nanoseconds = nanoseconds.saturating_sub(now + self.looks + origin(a[0]));
                }
                self.sleeps(nanoseconds, after(nanoseconds))
            }
            libc::SYS_exit => Some(Held::Exit { code: a[0] as i32, group: false }),
            libc::SYS_exit_group => Some(Held::Exit { code: a[0] as i32, group: true }),
            libc::SYS_kill | libc::SYS_tkill => self.signals(process, a[0] as i32, a[1] as i32),
            libc::SYS_tgkill => self.signals(process, a[0] as i32, a[2] as i32),
            libc::SYS_pidfd_send_signal => {
                self.signals(process, os::process_of(tid, a[0]), a[1] as i32)
            }
            libc::SYS_wait4 => {
                let patient = a[2] as i32 & libc::WNOHANG == 0;
                Some(Held::Wait { target: a[0] as i32, patient })
            }
            libc::SYS_waitid => {
                let target = match a[0] as libc::idtype_t {
                    libc::P_PID => a[1] as i32,
                    libc::P_PIDFD => os::process_of(tid, a[1]),
                    _ => -1,
                };
                Some(Held::Wait { target, patient: a[3] as i32 & libc::WNOHANG == 0 })
            }
            libc::SYS_futex => self.futex(tid, a, now),
            libc::SYS_read
            | libc::SYS_readv
            | libc::SYS_recvfrom
            | libc::SYS_recvmsg
            | libc::SYS_accept
            | libc::SYS_accept4 => {
                let link = os::link(tid, a[0]);
                let waits = ["pipe:", "socket:", "anon_inode", "/dev/pts", "/dev/tty"];
                let waits = waits.iter().any(|kind| link.starts_with(kind));
                let contended = waits && self.is_contended(i, &link, false);
                waits.then_some(Held::Read { fd: a[0] as i32, contended })
            }
            libc::SYS_poll | libc::SYS_ppoll => {
                let list = os::memory(tid, a[0], a[1] as usize * 8);
                let waits: Vec<_> = list
                    .chunks_exact(8)
                    .map(|one| {
                        let fd = i32::from_ne_bytes([one[0], one[1], one[2], one[3]]);
                        (fd, i16::from_ne_bytes([one[4], one[5]]))
                    })
                    .collect();
                let until = match call {
                    libc::SYS_poll => milliseconds(a[2]).map(after),
                    _ => (a[2] != 0).then(|| after(timespec(tid, a[2]))),
                };
                let blocked = (call == libc::SYS_ppoll && a[3] != 0).then(|| os::u64_at(tid, a[3]));
                self.polls(tid, waits, until, blocked, now)
            }
            libc::SYS_select | libc::SYS_pselect6 => {
                let until = (a[4] != 0).then(|| {
                    let seconds = os::u64_at(tid, a[4]).saturating_mul(1_000_000_000);
                    let rest = os::u64_at(tid, a[4] + 8);
                    let scale = if call == libc::SYS_select { 1000 } else { 1 };
                    after(seconds.saturating_add(rest.saturating_mul(scale)))
                });
                let mut waits = Vec::new();
                for (set, events) in
                    [(a[1], libc::POLLIN), (a[2], libc::POLLOUT), (a[3], libc::POLLPRI)]
                {
                    let words = if set == 0 { 0 } else { (a[0] as usize).div_ceil(64) };
                    for word in 0..words {
                        let bits = os::u64_at(tid, set + 8 * word as u64);
                        let fds = (0..64).filter(|bit| bits >> bit & 1 == 1);
                        waits.extend(fds.map(|bit| ((word * 64 + bit) as i32, events)));
                    }
                }
                // There it is the first member of a structure.
                let set = if call == libc::SYS_pselect6 { os::u64_at(tid, a[5]) } else { 0 };
                let blocked = (set != 0).then(|| os::u64_at(tid, set));
                self.polls(tid, waits, until, blocked, now)
            }
            libc::SYS_epoll_wait | libc::SYS_epoll_pwait => {
                let until = milliseconds(a[3]).map(after);
                let blocked =
                    (call == libc::SYS_epoll_pwait && a[4] != 0).then(|| os::u64_at(tid, a[4]));
                self.polls(tid, vec![(a[0] as i32, libc::POLLIN)], until, blocked, now)
            }
            libc::SYS_clock_gettime => {
                let time = self.look(now) + origin(a[0]);
                let time = [time / 1_000_000_000, time % 1_000_000_000];
                self.answer_clock(tid, a[1], time);
                None
            }
            libc::SYS_gettimeofday => {
                let time = self.look(now) + EPOCH;
                self.answer_clock(tid, a[0], [time / 1_000_000_000, time % 1_000_000_000 / 1000]);
                None
            }
            libc::SYS_time => {
                let seconds = (self.look(now) + EPOCH) / 1_000_000_000;
                if a[0] != 0 {
                    os::set_memory(tid, a[0], &seconds.to_ne_bytes());
                }
                os::skip(tid, seconds as i64);
                None
            }
            libc::SYS_getrandom => {
                let task = &mut self.tasks[i];
                task.random += 1;
                let mut state = hash(&(&task.name, task.random));
                let length = a[1].min(1 << 20);
                let bytes: Vec<u8> =
                    (0..length).map(|_| crate::search::random::next(&mut state) as u8).collect();
                os::set_memory(tid, a[0], &bytes);
                os::skip(tid, length as i64);
                None
            }
            libc::SYS_getppid => Some(Held::Parent),
            libc::SYS_prctl => {
                (a[0] as i32 == libc::PR_SET_PDEATHSIG && a[1] != 0).then_some(Held::DieWithParent)
            }
            libc::SYS_pipe | libc::SYS_pipe2 => {
                self.new_pipe(i, a[0], false);
                None
            }
            libc::SYS_socketpair => {
                self.new_pipe(i, a[3], true);
                None
            }
            libc::SYS_pause => {
                Some(Held::Suspend { blocked: os::signals(tid).blocked, until: None })
            }
            libc::SYS_rt_sigsuspend => {
                Some(Held::Suspend { blocked: os::u64_at(tid, a[0]), until: None })
            }
            libc::SYS_rt_sigtimedwait => {
                let until = (a[2] != 0).then(|| after(timespec(tid, a[2])));
                Some(Held::Suspend { blocked: !os::u64_at(tid, a[0]), until })
            }
            libc::SYS_mmap => {
                if a[2] as i32 & libc::PROT_WRITE != 0 {
                    self.processes[process].shares = true;
                    if !self.options.contended {
                        self.caveats.insert(Caveat::Contended);
                    }
                }
                None
            }
            call => {
                self.refuse(&format!("it makes the system call {}", held::name(call)));
                None
            }
        }
    }

    fn refuse(&mut self, what: &str) {
        let fault = || Fault::Refused(format!("{what}, which is not modelled here"));
        self.fault.get_or_insert_with(fault);
    }

    fn sleeps(&mut self, nanoseconds: u64, until: u64) -> Option<Held> {
        if self.options.sleeps == Sleeps::Ordered {
            self.touch(Shared::Time.touched(How::Read));
        }
        Some(Held::Sleep { nanoseconds, until })
    }

    /// Looks at a clock.
    fn look(&mut self, now: u64) -> u64 {
        self.caveats.insert(Caveat::Clock);
        if self.options.sleeps == Sleeps::Ordered {
            self.touch(Shared::Time.touched(How::Read));
        }
        self.looks += LOOK;
        now + self.looks
    }

    fn answer_clock(&self, tid: i32, at: u64, [seconds, rest]: [u64; 2]) {
        if at != 0 {
            let mut bytes = [0; 16];
            bytes[..8].copy_from_slice(&seconds.to_ne_bytes());
            bytes[8..].copy_from_slice(&rest.to_ne_bytes());
            os::set_memory(tid, at, &bytes);
        }
        os::skip(tid, 0);
    }

    fn signals(&self, process: usize, to: i32, signal: i32) -> Option<Held> {
        let own = self.processes[process].pid == to
            || self.task(to).is_some_and(|task| self.tasks[task].process == process);
        (!own && signal != 0 && self.process(to).is_some()).then_some(Held::Signal { to, signal })
    }

    fn futex(&mut self, tid: i32, a: [u64; 6], now: u64) -> Option<Held> {
        let operation = a[1] as i32;
        match operation & libc::FUTEX_CMD_MASK {
            libc::FUTEX_WAIT | libc::FUTEX_WAIT_BITSET => {
                let relative = operation & libc::FUTEX_CMD_MASK == libc::FUTEX_WAIT;
                let until = (a[3] != 0).then(|| {
                    let time = timespec(tid, a[3]);
                    let wall = operation & libc::FUTEX_CLOCK_REALTIME != 0;
                    let origin = if wall { EPOCH } else { SINCE_START };
                    if relative {
                        now.saturating_add(time)
                    } else {
                        time.saturating_sub(origin + self.looks)
                    }
                });
                let shared = operation & libc::FUTEX_PRIVATE_FLAG == 0;
                Some(Held::Futex { at: a[0], value: a[2] as u32, until, shared })
            }
            libc::FUTEX_LOCK_PI | libc::FUTEX_LOCK_PI2 | libc::FUTEX_WAIT_REQUEUE_PI => {
                self.refuse("it uses locks that inherit priorities");
                None
            }
            _ => None,
        }
    }

    fn polls(
        &mut self,
        tid: i32,
        waits: Vec<(i32, i16)>,
        until: Option<u64>,
        blocked: Option<u64>,
        now: u64,
    ) -> Option<Held> {
        if until.is_some_and(|until| until <= now) {
            // It only looks: what others write before or after makes a difference.
            for (fd, _) in waits {
                if let Some(pipe) = self.pipe_of(tid, fd as u64, false) {
                    self.touch(Shared::Pipe(&pipe).touched(How::Read));
                }
            }
            return None;
        }
        match until {
            Some(until) if waits.is_empty() && blocked.is_none() => self.sleeps(until - now, until),
            until => Some(Held::Poll { waits, until, blocked }),
        }
    }

    fn writes(&mut self, i: usize, call: c_long, a: [u64; 6]) -> Option<Held> {
        let tid = self.tasks[i].tid;
        let link = os::link(tid, a[0]);
        if link == self.terminal || link == self.errors {
            let text = match call {
                libc::SYS_write => os::memory(tid, a[1], a[2] as usize),
                libc::SYS_writev => (0..a[2])
                    .flat_map(|part| {
                        let at = a[1] + 16 * part;
                        os::memory(tid, os::u64_at(tid, at), os::u64_at(tid, at + 8) as usize)
                    })
                    .collect(),
                _ => return None,
            };
            if link == self.errors {
                os::skip(tid, text.len() as i64);
                return None;
            }
            return Some(Held::Print(text));
        }
        let waits = link.starts_with("pipe:") || link.starts_with("socket:");
        let length = matches!(call, libc::SYS_write | libc::SYS_sendto).then_some(a[2]);
        let contended = waits && self.is_contended(i, &link, true);
        waits.then_some(Held::Write { fd: a[0] as i32, length, contended })
    }

    // ------------------------------------------------------------------ pipes

    /// Names a new pipe or pair of sockets by who has made it.
    fn new_pipe(&mut self, i: usize, at: u64, sockets: bool) {
        let tid = self.tasks[i].tid;
        os::go_to_end_of_call(tid);
        self.watch.wait(tid);
        if os::registers(tid).is_none_or(|registers| registers.rax != 0) {
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
    fn pipe_of(&self, tid: i32, fd: u64, written: bool) -> Option<String> {
        let ends = self.ends.get(&os::link(tid, fd))?;
        Some(if written { ends.written.clone() } else { ends.read.clone() })
    }

    /// The pipes that a task's process could still write to.
    fn open_pipes(&self, i: usize) -> Vec<String> {
        let open = os::open_files(self.tasks[i].tid, true);
        let ends = open.iter().filter_map(|link| self.ends.get(link));
        ends.map(|ends| ends.written.clone()).collect()
    }

    /// Whether another process could write or read the same pipe.
    fn is_contended(&mut self, i: usize, link: &str, written: bool) -> bool {
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
    fn take_out(&mut self, i: usize, pipe: &str, read: i64) {
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

    // ------------------------------------------------------------------ signals and ends

    /// Has signals that wait reach a process whose tasks are held.
    fn deliver(&mut self, process: usize, by: usize) {
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
        if held != Held::Birth {
            // The call that it was about to make is not made: it will be, after a handler, or gives
            // EINTR, as the kernel would have it.
            const AGAIN: i64 = -513;
            const AGAIN_IF_ASKED: i64 = -512;
            const NOT_AGAIN: i64 = -514;
            let result = match held {
                Held::Read { .. } | Held::Wait { .. } | Held::Futex { .. }
                    if self.can(i) == Can::No =>
                {
                    AGAIN_IF_ASKED
                }
                Held::Poll { .. } | Held::Suspend { .. } | Held::Sleep { .. } => NOT_AGAIN,
                _ => AGAIN,
            };
            let Some(mut registers) = os::registers(pid) else { return };
            let call = registers.orig_rax;
            registers.orig_rax = u64::MAX;
            os::set_registers(pid, registers);
            os::go_to_end_of_call(pid);
            self.watch.wait(pid);
            registers.orig_rax = call;
            registers.rax = result as u64;
            os::set_registers(pid, registers);
        }
        let known = self.known(by);
        self.tasks[i].after.extend(known);
        self.tasks[i].state = State::Ready(0);
    }

    /// Takes note of those whom a signal has ended though they were held.
    fn notice_killed(&mut self) {
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
    fn collect(&mut self, process: usize) {
        let pid = self.processes[process].pid;
        let living = self.tasks.iter().enumerate();
        let living =
            living.filter(|(_, task)| task.process == process && task.state != State::Dead);
        let mut threads: Vec<(usize, i32)> = living.map(|(i, task)| (i, task.tid)).collect();
        for &(i, _) in &threads {
            self.miss(i);
        }
        threads.sort_by_key(|&(_, tid)| tid == pid);
        let mut code = 0;
        for (i, tid) in threads {
            while let Some(stop) = self.watch.wait(tid) {
                if let Stop::Ended(ended) = stop {
                    code = ended;
                    break;
                }
                os::go(tid, 0);
            }
            self.tasks[i].state = State::Dead;
        }
        self.gone(process, code);
    }

    /// A task is ended by another one, or does not go on as it would have: what it was held before
    /// could have come first.
    fn miss(&mut self, i: usize) {
        let task = &self.tasks[i];
        let State::Held(held) = task.state.clone() else { return };
        let (tid, process) = (task.tid, task.process);
        match held {
            Held::Read { fd, .. } | Held::Write { fd, .. } => {
                for pipe in [true, false].map(|written| self.pipe_of(tid, fd as u64, written)) {
                    if let Some(pipe) = pipe {
                        self.touch(Shared::Pipe(&pipe).touched(How::Read));
                    }
                }
            }
            Held::Poll { waits, .. } => {
                for (fd, _) in waits {
                    if let Some(pipe) = self.pipe_of(tid, fd as u64, false) {
                        self.touch(Shared::Pipe(&pipe).touched(How::Read));
                    }
                }
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
        self.tasks[i].missed = Some(touches);
    }

    fn gone(&mut self, process: usize, code: i32) {
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

    /// A text with the names of processes in place of their numbers, which differ from run to run.
    pub(super) fn named(&self, text: &[u8]) -> String {
        let text = String::from_utf8_lossy(text);
        let (mut named, mut word) = (String::with_capacity(text.len()), String::new());
        let own = std::process::id().to_string();
        let add = |named: &mut String, word: &mut String| {
            let process = word.parse().ok().and_then(|pid| self.process(pid));
            let name = process.map(|at| self.processes[at].name.as_str());
            // The program's own parent is the tool.
            let tool = (*word == own).then_some("P0");
            named.push_str(name.or(tool).unwrap_or(word));
            word.clear();
        };
        for c in text.chars() {
            if c.is_ascii_digit() {
                word.push(c);
            } else {
                add(&mut named, &mut word);
                named.push(c);
            }
        }
        add(&mut named, &mut word);
        named
    }
}

impl Drop for System<'_> {
    /// Leaves nothing running.
    fn drop(&mut self) {
        for process in &self.processes {
            if process.ended.is_none() {
                os::kill(process.pid);
            }
        }
        for process in 0..self.processes.len() {
            if self.processes[process].ended.is_none() {
                let pid = self.processes[process].pid;
                let mut tids: Vec<i32> = self
                    .tasks
                    .iter()
                    .filter(|task| task.process == process && task.state != State::Dead)
                    .map(|task| task.tid)
                    .collect();
                tids.sort_by_key(|&tid| tid == pid);
                for tid in tids {
                    while let Some(stop) = os::wait(tid) {
                        if let Stop::Ended(_) = stop {
                            break;
                        }
                        os::go(tid, 0);
                    }
                }
            }
        }
        for orphan in self.processes.iter().skip(1).filter(|process| !process.reaped) {
            os::reap(orphan.pid);
        }
    }
}

fn timespec(tid: i32, at: u64) -> u64 {
    os::u64_at(tid, at).saturating_mul(1_000_000_000).saturating_add(os::u64_at(tid, at + 8))
}

/// A time in milliseconds that is negative for "for ever", in nanoseconds.
fn milliseconds(argument: u64) -> Option<u64> {
    u64::try_from(argument as i32).ok().map(|time| time * 1_000_000)
}

/// What a clock shows at the beginning.
fn origin(clock: u64) -> u64 {
    match clock as libc::clockid_t {
        libc::CLOCK_REALTIME | libc::CLOCK_REALTIME_COARSE | libc::CLOCK_TAI => EPOCH,
        libc::CLOCK_PROCESS_CPUTIME_ID | libc::CLOCK_THREAD_CPUTIME_ID => 0,
        _ => SINCE_START,
    }
}

/// All calls at which a task stops.
pub(super) fn stops() -> Vec<c_long> {
    STOPS.iter().copied().chain(held::REFUSED.iter().map(|(call, _)| *call)).collect()
}
