//! What was seen of a program: a lane for every process and thread.

use std::collections::{BTreeSet, HashSet};
use std::mem;
use std::time::Duration;

/// A program from its start to the end of its last process.
///
/// All times count from the moment the program was loaded.
#[derive(Debug)]
pub struct Trace {
    /// In the order in which they were born. The first is the program's own main thread.
    pub lanes: Vec<Lane>,
    pub end: Duration,
    pub outcome: Outcome,
    /// How many threads can run at the same time here.
    pub cores: usize,
    /// What a reader must know to read the picture rightly.
    pub notes: BTreeSet<Note>,
}

/// What cannot be seen in a picture, and makes it another one than it seems.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Note {
    /// The kernel does not say who had a core when.
    NoTimes,
    /// There was so much to keep that everything is only known to so many microseconds.
    Coarse(u64),
    /// There was so much printed that the later words are counted only.
    WordsLeftOut,
    /// The calls of a 32-bit program cannot be told.
    Bits32(String),
    /// A program wanted to trace, or be traced, which one that is traced itself cannot.
    Traces(String),
    /// A program was to get another user's rights, which one that is traced does not get.
    Rights(String),
}

/// How a program came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Exited(i32),
    /// By a signal that was not ours.
    Killed(i32),
    /// Killed because the user wanted no more than that.
    AtLimit,
    /// Killed because it did not end by itself after the signal that asks for it.
    OnRequest(i32),
}

/// One thread. The first thread of a process stands for the process.
#[derive(Debug, Clone, PartialEq)]
pub struct Lane {
    /// The system's numbers for the thread and for its process, the same for a first thread.
    pub tid: i32,
    pub pid: i32,
    /// The lane that made this one, as an index into [`Trace::lanes`].
    pub parent: Option<usize>,
    /// The program's file name for a first thread, the name it was given for any other.
    pub name: Option<String>,
    pub birth: Duration,
    pub death: Duration,
    /// In order of time. None overlaps another, and between them the lane has a core.
    pub waits: Vec<Wait>,
    /// In order of time.
    pub prints: Vec<Print>,
}

/// A time in which a lane could not go on.
#[derive(Debug, Clone, PartialEq)]
pub struct Wait {
    pub state: State,
    pub start: Duration,
    pub end: Duration,
    /// More of it, where more is known.
    pub more: Option<Box<More>>,
}

/// What is known of some waits.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct More {
    /// What was waited at, for a wait at a futex.
    pub futex: Option<Futex>,
    /// Whose call ended the wait.
    pub woken: Option<Wake>,
    /// Whose end was waited for, as an index into [`Trace::lanes`].
    pub whom: Option<usize>,
    /// Whether the state is more than a guess.
    pub certain: bool,
}

impl Wait {
    pub fn futex(&self) -> Option<Futex> {
        self.more.as_ref()?.futex
    }

    pub fn woken(&self) -> Option<Wake> {
        self.more.as_ref()?.woken
    }

    pub fn whom(&self) -> Option<usize> {
        self.more.as_ref()?.whom
    }
}

/// A word of memory at which threads wait for each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Futex {
    /// The process that the address belongs to, or 0 where processes share the memory.
    pub pid: i32,
    pub address: u64,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Wake {
    /// The lane that called, as an index into [`Trace::lanes`].
    pub by: usize,
    pub at: Duration,
}

/// One call that wrote to standard output or standard error.
#[derive(Debug, Clone, PartialEq)]
pub struct Print {
    pub at: Duration,
    /// How many bytes were written. `text` may hold fewer.
    pub bytes: usize,
    pub text: String,
}

/// What a lane is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum State {
    /// It has a core.
    Running,
    /// It could go on, but has no core.
    Ready,
    Sleeping,
    Lock,
    /// A condition, a channel, a parked thread.
    Wakeup,
    ThreadEnd,
    ProcessEnd,
    /// For a child that was made with `vfork` to become another program.
    Start,
    Input,
    /// For room in a pipe, a socket or a terminal.
    Output,
    Socket,
    FileLock,
    /// A message or a semaphore between processes.
    Message,
    /// CPython's global interpreter lock.
    Interpreter,
    /// By a signal, until another one continues it.
    Stopped,
    /// In a call that is not watched, or for memory: mostly for a disk.
    System,
    /// The tracer, or a machine with too much to do, kept it from going on.
    Held,
}

impl Outcome {
    /// The exit code that says the same, as shells and `timeout` have them.
    pub fn exit_code(self) -> u8 {
        match self {
            Outcome::Exited(code) => code as u8,
            Outcome::Killed(signal) | Outcome::OnRequest(signal) => 128 + signal as u8,
            Outcome::AtLimit => 124,
        }
    }
}

impl State {
    pub const COUNT: usize = State::ALL.len();

    pub const ALL: [State; 17] = [
        State::Running,
        State::Ready,
        State::Sleeping,
        State::Lock,
        State::Wakeup,
        State::ThreadEnd,
        State::ProcessEnd,
        State::Start,
        State::Input,
        State::Output,
        State::Socket,
        State::FileLock,
        State::Message,
        State::Interpreter,
        State::Stopped,
        State::System,
        State::Held,
    ];

    /// A word for programs: a class in a picture, a key in a file.
    pub fn key(self) -> &'static str {
        match self {
            State::Running => "running",
            State::Ready => "ready",
            State::Sleeping => "sleeping",
            State::Lock => "lock",
            State::Wakeup => "wakeup",
            State::ThreadEnd => "thread",
            State::ProcessEnd => "process",
            State::Start => "start",
            State::Input => "input",
            State::Output => "output",
            State::Socket => "socket",
            State::FileLock => "filelock",
            State::Message => "message",
            State::Interpreter => "interpreter",
            State::Stopped => "stopped",
            State::System => "system",
            State::Held => "held",
        }
    }
}

/// A time in which a lane stayed in one state.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stretch {
    pub state: State,
    pub start: Duration,
    pub end: Duration,
}

impl Stretch {
    pub fn length(&self) -> Duration {
        self.end.saturating_sub(self.start)
    }
}

impl Lane {
    pub fn is_process(&self) -> bool {
        self.tid == self.pid
    }

    /// Adds a time after all others in which the lane had no core.
    pub fn add(&mut self, state: State, start: Duration, end: Duration, more: Option<More>) {
        match self.waits.last_mut() {
            Some(last) if last.end == start && last.state == state && more.is_none() => {
                last.end = end;
            }
            _ => self.waits.push(Wait { state, start, end, more: more.map(Box::new) }),
        }
    }

    /// How long the lane was in each state, in the order of [`State::ALL`].
    #[cfg(test)]
    pub fn totals(&self) -> [Duration; State::COUNT] {
        let mut totals = [Duration::ZERO; State::COUNT];
        for stretch in self.stretches() {
            totals[stretch.state as usize] += stretch.length();
        }
        totals
    }

    /// Gathers what happened in each cell of so much time by its state: the totals stay, only the
    /// order of shorter times is lost.
    pub fn coarsen(&mut self, grain: Duration) {
        let cell = |at: Duration| (at.as_nanos() / grain.as_nanos()) as u64;
        let mut coarse: Vec<Wait> = Vec::new();
        let mut waits = mem::take(&mut self.waits).into_iter().peekable();
        while let Some(first) = waits.next() {
            if first.end - first.start >= grain {
                coarse.push(first);
                continue;
            }
            let mut spent = [Duration::ZERO; State::COUNT];
            let (start, mut end) = (first.start, first.end);
            spent[first.state as usize] += first.end - first.start;
            let here = cell(start);
            let near = |wait: &Wait| cell(wait.start) == here && wait.end - wait.start < grain;
            while let Some(wait) = waits.next_if(near) {
                spent[wait.state as usize] += wait.end - wait.start;
                end = wait.end;
            }
            let waited: Duration = spent.iter().sum();
            // What ran between them comes first.
            let mut at = end - waited.min(end - start);
            for state in State::ALL {
                let length = spent[state as usize];
                if !length.is_zero() {
                    let wait = Wait { state, start: at, end: at + length, more: None };
                    at = wait.end;
                    coarse.push(wait);
                }
            }
        }
        self.waits = coarse;
        let mut prints: Vec<Print> = Vec::new();
        for print in mem::take(&mut self.prints) {
            match prints.last_mut() {
                Some(last) if cell(last.at) == cell(print.at) => {
                    last.bytes += print.bytes;
                }
                _ => prints.push(print),
            }
        }
        self.prints = prints;
    }

    /// The whole life of the lane, without a gap.
    pub fn stretches(&self) -> Vec<Stretch> {
        let mut stretches = Vec::with_capacity(2 * self.waits.len() + 1);
        let mut at = self.birth;
        for wait in &self.waits {
            stretches.push(Stretch { state: State::Running, start: at, end: wait.start });
            stretches.push(Stretch { state: wait.state, start: wait.start, end: wait.end });
            at = wait.end;
        }
        stretches.push(Stretch { state: State::Running, start: at, end: self.death });
        stretches.retain(|stretch| !stretch.length().is_zero());
        stretches
    }
}

impl Trace {
    /// Corrects what could only be guessed while the program ran.
    pub fn correct(&mut self) {
        self.tell_conditions();
        self.tell_joins();
    }

    /// A condition counts its calls, so that a wait for it may look like one for a lock, but not
    /// each time.
    fn tell_conditions(&mut self) {
        let waits = self.lanes.iter().flat_map(|lane| &lane.waits);
        let conditions: HashSet<Futex> =
            waits.filter(|wait| wait.state == State::Wakeup).filter_map(Wait::futex).collect();
        for wait in self.lanes.iter_mut().flat_map(|lane| &mut lane.waits) {
            if wait.state == State::Lock && wait.futex().is_some_and(|at| conditions.contains(&at))
            {
                wait.state = State::Wakeup;
            }
        }
    }

    /// A thread that waits for another one's end often waits at a lock, or to be woken. Which it
    /// was shows in who ended the wait and what that thread did afterwards.
    ///
    /// CPython's `join` waits at a lock that the ending thread opens. The end of a Rust scope
    /// parks the thread until the last one of the scope wakes it.
    fn tell_joins(&mut self) {
        for at in 0..self.lanes.len() {
            let mut waits = std::mem::take(&mut self.lanes[at].waits);
            for wait in &mut waits {
                let guess = matches!(wait.state, State::Lock | State::Wakeup)
                    && !wait.more.as_ref().is_some_and(|more| more.certain);
                if let Some(wake) = wait.woken().filter(|_| guess)
                    && self.was_last_act(wake, at)
                {
                    wait.state = State::ThreadEnd;
                    if let Some(more) = &mut wait.more {
                        more.whom = Some(wake.by);
                    }
                }
            }
            self.lanes[at].waits = waits;
        }
    }

    /// Whether the wake was the last thing that a thread made by `parent` did before it ended.
    fn was_last_act(&self, wake: Wake, parent: usize) -> bool {
        /// How much a thread has to do to end.
        const ENDING: Duration = Duration::from_millis(10);
        let lane = &self.lanes[wake.by];
        let not_by_choice = [State::Interpreter, State::Ready, State::Held, State::System];
        let mut afterwards = lane.waits.iter().rev().take_while(|wait| wait.end > wake.at);
        let kept: Duration =
            afterwards.clone().map(|wait| wait.end - wait.start.max(wake.at)).sum();
        !lane.is_process()
            && lane.parent == Some(parent)
            && lane.death.saturating_sub(wake.at + kept) < ENDING
            && afterwards.all(|wait| not_by_choice.contains(&wait.state))
            && lane.prints.last().is_none_or(|print| print.at <= wake.at)
    }
}
