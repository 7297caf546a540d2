//! The processes of one run: one task goes on at a time, up to the next call at which it is held.
//!
//! A *step* of the run is a call that another process could notice, and all that follows from it without
//! a choice: its task goes on to its next call, and so do all others that can go on now and whom nobody
//! could tell from others that went before. What followed belongs to the step that it follows from, with
//! what it touched. What comes of it for the others is noted too: the step before which such a task then
//! stands comes after the step that has let it go on.
//!
//! # Layout
//!
//! * here: what a run consists of, and what the world asks of it
//! * `order`: what the steps of a run touch, and which come after which
//! * `able`: who of those that are held can go on
//! * `going`: how a held task goes on, up to the next call at which it is held
//! * `calls`: what a task is about to do, and what is answered in the kernel's place
//! * `memory`: memory of several processes, each access to which is seen
//! * `pipes`: pipes and pairs of sockets: whose they are, and what was written comes before what is read
//! * `ends`: how signals reach held tasks, and how processes end
//! * `births`: threads inside one process, and when each of them begins
//! * `looks`: what is seen by a look that does not wait, and by a wait for one of several

mod able;
mod births;
mod calls;
mod ends;
mod going;
mod looks;
pub(super) mod memory;
mod order;
mod pipes;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::os::fd::OwnedFd;

use nix::libc::{self, c_long};

use self::looks::{Looks, Strangers};
use self::memory::{Came, Common, Doing, Learned, Mapped};
use super::code::{Operation, Use};
use super::held::{self, Changes, Closing, Held};
use super::os::{self, Stop};
use super::touches::{Shared, hash};
use super::watch::{self, Verdict, Watch};
use super::{Known, Names, Options, Sleeps, Usage};
use crate::step::{Action, Actor, How, Object, Outcome, Step, Touch};
use crate::world::{Caveat, Fault, Life, Move, Unmodelled};

/// The beginning of time, in nanoseconds of the clock on the wall; the others began a thousandth of it
/// ago.
const EPOCH: u64 = 1_700_000_000_000_000_000;
const SINCE_START: u64 = EPOCH / 1000;

/// Each look at a clock takes so many nanoseconds: who waits for it to go on must not wait for ever.
const LOOK: u64 = 1000;

/// Times that differ by no more than this are the same: looks at clocks have come between.
const TOLERANCE: u64 = 1_000_000;

/// The signals that stop a process which does not handle them.
const STOPPING: [i32; 4] = [libc::SIGSTOP, libc::SIGTSTP, libc::SIGTTIN, libc::SIGTTOU];

/// More processes than this are not for a search.
const MOST_TASKS: usize = 250;

/// More than this is not written into a pipe in one piece: others may come in between. See pipe(7),
/// `PIPE_BUF`.
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
    /// How many times it has mapped memory that others may have too.
    maps: u32,
    doing: Doing,
    /// What it closes of pipes when it becomes another program.
    closes_at_exec: Option<Closing>,
    /// What it knows of the writes and reads of all.
    heard: Heard,
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
    /// Whether it is a thread whose birth was no choice, and that has not come to its first stop.
    fresh: bool,
    /// What it has looked at since it has done something else.
    looks: Looks,
    /// The write that it is in the middle of.
    partly: Option<Partly>,
    /// What the step touches before which another one has ended it, and after how many moves that was.
    missed: Option<(Vec<Touch>, usize)>,
}

/// A write that is made in pieces, of which some are written.
#[derive(Clone, Copy, Debug)]
struct Partly {
    /// Where what is left begins.
    rest: u64,
    written: u64,
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
    /// Whether other processes may have part of its memory too that is not guarded.
    shares: bool,
    /// What it has of memory that is guarded.
    mapped: Mapped,
}

/// How many writes to pipes and reads from them of each task, by its place in the table, certainly came
/// before: a vector clock. What is not known to come before might come after.
#[derive(Clone, Debug, Default)]
struct Heard(BTreeMap<usize, usize>);

impl Heard {
    fn add(&mut self, other: &Heard) {
        for (&task, &count) in &other.0 {
            let known = self.0.entry(task).or_default();
            *known = count.max(*known);
        }
    }

    /// One more of this task. Gives what names it.
    fn count(&mut self, task: usize) -> (usize, usize) {
        let count = self.0.entry(task).or_default();
        *count += 1;
        (task, *count)
    }

    fn has(&self, (task, count): (usize, usize)) -> bool {
        self.0.get(&task).is_some_and(|&known| known >= count)
    }
}

/// What was written to a pipe at once.
#[derive(Debug)]
struct Piece {
    length: u64,
    /// The steps that it comes after.
    known: BTreeSet<usize>,
    /// The write, and what its writer knew then, this one included.
    write: (usize, usize),
    heard: Heard,
}

/// What lies in a pipe, piece by piece.
#[derive(Debug, Default)]
struct Pipe {
    pieces: VecDeque<Piece>,
    /// The steps after which nobody writes any more.
    closed: BTreeSet<usize>,
    /// What those knew who do not write any more, and by what each of them has closed it.
    closed_heard: Heard,
    closings: Vec<(usize, usize)>,
    /// The steps after which nobody reads any more.
    unread: BTreeSet<usize>,
    /// The processes that have looked, without waiting, where they would see that nobody reads any more,
    /// and those that would see that nobody writes.
    lookers: [BTreeSet<usize>; 2],
    /// Whether somebody writes to it who does not wait for room.
    impatient: bool,
    /// How often it was written, and how much.
    writes: usize,
    written: u64,
    /// How often what is in it, or who has it open, has changed.
    changes: usize,
    /// Whether a process was started by one that had it.
    common: bool,
    /// The reads that have got less from it than they had asked for.
    short: Vec<(usize, usize)>,
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
    common: Vec<Common>,
    /// The files that somebody has mapped without a guard.
    unguarded: BTreeSet<(u64, u64)>,
    strangers: Strangers,
    learned: &'a mut Learned,
    /// Whether there is something to learn from this run, so that it is none to go by.
    pub(super) again: bool,
    pub(super) output: Vec<u8>,
    /// What was written to stderr, by whom.
    complaints: Vec<(Actor, Vec<u8>)>,
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
    /// How many such steps of one task were the latest.
    pauses: usize,
}

impl<'a> System<'a> {
    /// A program that was started and is stopped before its first instruction.
    pub(super) fn new(
        pid: i32,
        options: &'a Options,
        names: &'a mut Names,
        learned: &'a mut Learned,
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
            common: Vec::new(),
            unguarded: BTreeSet::new(),
            strangers: Strangers::default(),
            learned,
            again: false,
            output: Vec::new(),
            complaints: Vec::new(),
            prints: 0,
            moves: Vec::new(),
            told: detailed.then(Vec::new),
            caveats: BTreeSet::new(),
            fault: None,
            turns: 0,
            paused: false,
            pauses: 0,
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
            mapped: parent.map(|at| self.processes[at].mapped.clone()).unwrap_or_default(),
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
        let (latest, after, heard) = match by.map(|by| &self.tasks[by]) {
            Some(by) => (by.latest, by.after.clone(), by.heard.clone()),
            None => (None, BTreeSet::new(), Heard::default()),
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
            maps: 0,
            doing: Doing::default(),
            closes_at_exec: None,
            heard,
            random: 0,
            born: latest,
            latest: None,
            steps: 0,
            after,
            able: false,
            fresh: false,
            looks: Looks::default(),
            partly: None,
            missed: None,
        });
        actor
    }

    /// Lets everybody go on who can without a choice.
    pub(super) fn settle(&mut self) -> Result<(), Fault> {
        self.turns = 0;
        while let Some(i) = (0..self.tasks.len()).find(|&i| self.can(i) == Can::Itself) {
            self.turns += 1;
            if self.turns > MOST_TURNS {
                self.refuse(Unmodelled::Idles(self.tasks[i].name.clone()));
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
            Verdict::Computes => Fault::Unmodelled(Unmodelled::Computes(watch::COMPUTING / 100)),
            Verdict::Waits(call) => Fault::Unmodelled(Unmodelled::WaitsIn(held::name(call))),
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
                    let within = |first: u64| first.saturating_add(TOLERANCE);
                    until.is_some_and(|until| Some(until) <= first.map(within))
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
        let mut step = self.step(i);
        if quiet && matches!(step.outcome, Outcome::No) {
            step.outcome = Outcome::GaveUp;
        }
        self.paused = matches!(
            self.tasks[i].state,
            State::Held(
                Held::Sleep { .. }
                    | Held::Look { .. }
                    | Held::Read { patient: false, .. }
                    | Held::Write { patient: false, .. }
                    | Held::Wait { patient: false, .. }
                    | Held::Use { how: Use::Read, .. }
            )
        );
        let same = self.moves.last().is_some_and(|step| step.actor == self.tasks[i].actor);
        let before = if same { self.pauses } else { 0 };
        self.pauses = if self.paused { before + 1 } else { 0 };
        self.forget_looks(i);
        let mut touches = self.touches(i);
        if quiet {
            touches[0].how = How::GiveUp;
        }
        let place = self.moves.len();
        self.finds_nobody(i);
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
        // How a process makes sure to end with its parent is of no interest to a reader, and that it goes
        // on after a call needs no words.
        let technical = matches!(
            self.tasks[i].state,
            State::Held(
                Held::DieWithParent
                    | Held::GoOn
                    | Held::Semaphore { operation: Operation::GetValue, .. }
            )
        );
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
                State::Dead => self.tasks[i].missed.as_ref().map(|(touches, _)| touches.clone()),
                State::Held(_) => {
                    let mut touches = self.touches(i);
                    touches.extend(self.enable(i));
                    Some(touches)
                }
                _ => Some(vec![Touch::ALIVE]),
            };
            let task = &self.tasks[i];
            let until = task.missed.as_ref().map(|(_, until)| *until);
            lives[task.actor] = Life { born: task.born, next, until };
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

    /// What was written to stderr, by whom.
    pub(super) fn errors(&self) -> Vec<(Actor, String)> {
        let named = |(actor, text): &(Actor, Vec<u8>)| (*actor, self.named(text));
        self.complaints.iter().map(named).collect()
    }

    /// Those of whom a player is told nothing unless they can go: who is not there in this run, and the
    /// threads that a process has beside its first.
    pub(super) fn aside(&self) -> BTreeSet<Actor> {
        let firsts = self.tasks.iter();
        let firsts = firsts.filter(|task| task.tid == self.processes[task.process].pid);
        let told: BTreeSet<Actor> = firsts.map(|task| task.actor).collect();
        (0..self.names.len()).filter(|actor| !told.contains(actor)).collect()
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
                    os::let_end(tid, os::wait);
                }
            }
        }
        for orphan in self.processes.iter().skip(1).filter(|process| !process.reaped) {
            os::reap(orphan.pid);
        }
    }
}
