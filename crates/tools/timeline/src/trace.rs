//! What was seen of a program: a lane for every process and thread.

use std::collections::HashSet;
use std::fmt::{self, Display, Formatter};
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
    /// In order of time. None overlaps another, and between them the lane is running.
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
    /// What was waited at, for a wait at a futex.
    pub futex: Option<Futex>,
    /// Whose call ended the wait, where that is known.
    pub woken: Option<Wake>,
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
    /// Not waiting for anything. Whether it has a core at that moment cannot be seen.
    Running,
    Sleeping,
    Lock,
    /// A condition, a channel, a parked thread.
    Wakeup,
    ThreadEnd,
    ProcessEnd,
    Input,
    /// CPython's global interpreter lock.
    Interpreter,
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

impl Display for Outcome {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Outcome::Exited(code) => write!(f, "exit code {code}"),
            Outcome::Killed(signal) => write!(f, "ended by signal {signal}"),
            Outcome::AtLimit => write!(f, "ended at the limit"),
            Outcome::OnRequest(_) => write!(f, "ended on request"),
        }
    }
}

impl State {
    pub const ALL: [State; 8] = [
        State::Running,
        State::Sleeping,
        State::Lock,
        State::Wakeup,
        State::ThreadEnd,
        State::ProcessEnd,
        State::Input,
        State::Interpreter,
    ];

    pub fn label(self) -> &'static str {
        match self {
            State::Running => "running",
            State::Sleeping => "sleeping",
            State::Lock => "waiting for a lock",
            State::Wakeup => "waiting to be woken",
            State::ThreadEnd => "waiting for a thread to end",
            State::ProcessEnd => "waiting for a process to end",
            State::Input => "waiting for input",
            State::Interpreter => "waiting for Python's interpreter lock",
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
        let conditions: HashSet<Futex> = waits
            .filter(|wait| wait.state == State::Wakeup)
            .filter_map(|wait| wait.futex)
            .collect();
        for wait in self.lanes.iter_mut().flat_map(|lane| &mut lane.waits) {
            if wait.state == State::Lock && wait.futex.is_some_and(|at| conditions.contains(&at)) {
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
                let guess = matches!(wait.state, State::Lock | State::Wakeup);
                if guess && wait.woken.is_some_and(|wake| self.was_last_act(wake, at)) {
                    wait.state = State::ThreadEnd;
                }
            }
            self.lanes[at].waits = waits;
        }
    }

    /// Whether the wake was the last thing that a thread made by `parent` did before it ended.
    fn was_last_act(&self, wake: Wake, parent: usize) -> bool {
        /// How long a thread takes to end, on a machine with other work to do.
        const ENDING: Duration = Duration::from_millis(10);
        let lane = &self.lanes[wake.by];
        let idle = |wait: &Wait| wait.state == State::Interpreter || wait.end <= wake.at;
        !lane.is_process()
            && lane.parent == Some(parent)
            && lane.death.saturating_sub(wake.at) < ENDING
            && lane.waits.iter().rev().all(idle)
            && lane.prints.last().is_none_or(|print| print.at <= wake.at)
    }
}
