//! Writes down what the stops of a traced program say about its threads: `lives` how they begin and end,
//! `settle` what they did in between. `look` asks for it where a thread does not stop for long, and `wakes`
//! knows who woke whom.

mod lives;
mod look;
mod settle;
mod wakes;

use std::collections::{BTreeSet, HashMap, HashSet};
use std::time::{Duration, Instant};

use nix::libc;
use nix::sys::ptrace;
use nix::unistd::Pid;
use tracer::call;
use tracer::memory;
use tracer::stop::{Stop, Until};
use tracer::times::{Clock, Times};

use self::lives::{Birth, Early};
use self::wakes::Wakes;
use crate::calls::{self, Call, Place, Process, Sleep};
use crate::trace::{Futex, Lane, Note, Outcome, Print, State, Trace, Wake};

/// A thread's times are asked for when so much time has passed: to ask costs time, too.
pub const WORTH_ASKING: Duration = Duration::from_micros(100);

/// How often to look at threads that have not stopped for a while.
pub const LOOK: Duration = Duration::from_millis(5);

/// More text than this is not kept.
const MUCH_TEXT: usize = 16 << 20;

/// What is known so far of the program and its threads.
pub struct Recorder {
    root: i32,
    /// The moment from which all times are counted.
    clock: Instant,
    lanes: Vec<Lane>,
    outcome: Option<Outcome>,
    notes: BTreeSet<Note>,
    /// The living threads, by their number.
    tasks: HashMap<i32, Task>,
    /// Births of which it is to be written down whose they were.
    births: Vec<Birth>,
    /// Processes of which it is to be looked up what program they have become, and whether it is one
    /// for another processor.
    loaded: Vec<(i32, bool)>,
    /// Threads that have been seen before they were announced.
    early: HashMap<i32, Early>,
    /// Threads that wait for a process.
    parents: HashSet<i32>,
    wakes: Wakes,
    /// What has been waited for like a `Mutex` of std, and has been looked at: it is one.
    mutexes: HashSet<Futex>,
    /// When the last end of a thread was seen in each process, its first one aside.
    ends: HashMap<i32, Duration>,
    known: HashMap<i32, Process>,
    /// How many waits and prints there are in all lanes, and how many bytes of text.
    kept: usize,
    text: usize,
    /// What is shorter is not kept apart.
    grain: Duration,
    /// Whether the kernel counts who had a core.
    counted: bool,
}

/// A living thread.
struct Task {
    lane: usize,
    pid: i32,
    clock: Clock,
    /// Until when it is written down what the thread did, and what its clock said then.
    settled: Duration,
    times: Option<Times>,
    /// How long the tracer has held it since then, before the call that it is in.
    held: Duration,
    /// How long it may have stood beside that: it was let go on slowly, or was seen late to have stopped.
    unsure: Duration,
    /// How long it may have stood when it was seen to have stopped last.
    late: Duration,
    /// How many times it was let go on since then.
    resumed: u64,
    /// Since when it stands and waits for the tracer.
    stopped: Option<Duration>,
    /// When it was seen to stop last: until then it lived. And when it was let go on last.
    told: Duration,
    gone_on: Duration,
    call: Option<Begun>,
    /// A wait that a signal may have interrupted, so that it goes on.
    interrupted: Option<Begun>,
    /// Whether its last wait was for the interpreter lock, in vain.
    in_vain: bool,
    /// Whether it was found dead, and nothing else of its process goes on. All is written down.
    over: bool,
    /// How long the others of its process had had a core when it was found dead first.
    others_ran: Option<Duration>,
}

/// A call that a thread is in.
#[derive(Debug, Clone)]
struct Begun {
    call: Call,
    /// When it stopped at the call, and when it was let go on.
    at: Duration,
    from: Duration,
    /// When what it waits for came to be, where that is known.
    ended: Option<Duration>,
    /// The child or thread whose end or start is waited for, and its lane.
    whom: Option<i32>,
    lane: Option<usize>,
    /// Where the kernel says that it is, as long as it waits.
    place: Option<Place>,
}

impl Begun {
    /// When the sleep that it asked for is to end, on this clock.
    fn sleep_end(&self, clock: Instant) -> Option<Duration> {
        Some(match wait_of(self)?.sleep? {
            Sleep::For(length) => self.from.saturating_add(length),
            Sleep::Until(end) => end.saturating_duration_since(clock),
        })
    }
}

/// When a thread was seen to have stopped, and when the tracer knew last that none stood there.
#[derive(Debug, Clone, Copy)]
pub struct Seen {
    pub at: Duration,
    pub idle: Duration,
}

/// How a stopped thread goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// So far, with a signal delivered unless it is 0.
    Resume(Until, i32),
    /// When no other thread has anything to tell.
    LastInLine,
}

const GO_ON: Next = Next::Resume(Until::NextEvent, 0);

impl Recorder {
    /// A program that has just been loaded.
    pub fn new(root: i32, clock: Instant) -> Recorder {
        let mut recorder = Recorder {
            root,
            clock,
            lanes: Vec::new(),
            outcome: None,
            notes: BTreeSet::new(),
            tasks: HashMap::new(),
            births: Vec::new(),
            loaded: Vec::new(),
            early: HashMap::new(),
            parents: HashSet::new(),
            wakes: Wakes::default(),
            mutexes: HashSet::new(),
            ends: HashMap::new(),
            known: HashMap::new(),
            kept: 0,
            text: 0,
            grain: Duration::ZERO,
            counted: true,
        };
        recorder.add_lane(root, root, None, Duration::ZERO);
        if let Some(task) = recorder.tasks.get_mut(&root) {
            // What came before was the tracer's own work.
            task.times = task.clock.read();
            task.stopped = Some(Duration::ZERO);
            // It had a core to load its program.
            if task.times.is_none_or(|times| times.turns == 0) {
                recorder.counted = false;
                recorder.notes.insert(Note::NoTimes);
            }
        }
        recorder.loads(root);
        recorder.afterwards();
        recorder
    }

    /// The processes that are alive.
    pub fn processes(&self) -> impl Iterator<Item = i32> + '_ {
        self.tasks.iter().filter(|(tid, task)| **tid == task.pid).map(|(&tid, _)| tid)
    }

    /// Whether one of them has several threads.
    pub fn has_threads(&self) -> bool {
        self.tasks.iter().any(|(tid, task)| *tid != task.pid)
    }

    /// A thread was seen to stand and wait for the tracer. What it stopped for is told by `stopped`.
    pub fn stands(&mut self, tid: i32, at: Duration) {
        if let Some(task) = self.tasks.get_mut(&tid) {
            task.stopped = Some(at);
        } else if let Some(birth) = self.births.iter_mut().find(|birth| birth.child == tid) {
            birth.stands = Some(at);
        }
    }

    /// Takes note of a stop and says how the thread goes on.
    pub fn stopped(&mut self, tid: i32, stop: Stop, seen: Seen) -> Next {
        if stop == Stop::Start
            && let Some(birth) = self.births.iter_mut().find(|birth| birth.child == tid)
        {
            birth.begun = true;
            return GO_ON;
        }
        self.afterwards();
        if let Some(task) = self.tasks.get_mut(&tid) {
            task.late = seen.at.saturating_sub(seen.idle.max(task.gone_on));
            task.stopped = Some(seen.at);
            task.told = seen.at;
            // Whatever it stopped for, it is not in such a call any more.
            let lazy =
                |begun: &Begun| matches!(&begun.call, Call::Wait(wait) if !wait.end_matters());
            if task.call.as_ref().is_some_and(lazy) {
                self.settle(tid, seen, None);
            }
        }
        match stop {
            Stop::Event(event) => self.event(tid, event, seen),
            Stop::CallEnd => self.call_ended(tid, seen),
            Stop::Signal(signal) => Next::Resume(Until::NextEvent, signal),
            Stop::GroupStop(_) => {
                self.settle(tid, seen, None);
                self.begin(tid, Call::Wait(calls::Wait::on(State::Stopped)), None, seen);
                Next::Resume(Until::Continued, 0)
            }
            Stop::Start => {
                self.starts(tid, seen);
                GO_ON
            }
            // An end is told by `gone`.
            Stop::Exited { .. } | Stop::Killed { .. } => GO_ON,
        }
    }

    /// A stopped thread goes on.
    pub fn resumed(&mut self, tid: i32, now: Duration) {
        let Some(task) = self.tasks.get_mut(&tid) else {
            if let Some(birth) = self.births.iter_mut().find(|birth| birth.child == tid) {
                birth.resumed = Some(now);
                birth.stands = None;
            }
            return;
        };
        let Some(stopped) = task.stopped.take() else {
            return;
        };
        task.gone_on = now;
        if task.settled < stopped {
            task.unsure += task.late;
        }
        // One that is stopped by a signal stays where it is.
        if task.call.as_ref().and_then(wait_of).is_none_or(|wait| wait.state != State::Stopped) {
            task.resumed += 1;
        }
        match &mut task.call {
            Some(begun) if begun.at == stopped => begun.from = now,
            _ => task.held += now.saturating_sub(stopped),
        }
    }

    /// To let a thread go on took the tracer so long. Whether it went on at the beginning of that or at the
    /// end is not known.
    pub fn resumed_slowly(&mut self, tid: i32, took: Duration) {
        if let Some(task) = self.tasks.get_mut(&tid) {
            task.unsure += took;
        }
    }

    fn event(&mut self, tid: i32, event: i32, seen: Seen) -> Next {
        let pid = Pid::from_raw(tid);
        // A thread that is being killed cannot be asked, and has nothing more to tell.
        match event {
            libc::PTRACE_EVENT_SECCOMP => {
                if let Ok((number, args)) = call::begun(pid)
                    && self.call_begun(tid, number, &args, seen)
                {
                    return Next::Resume(Until::CallEnd, 0);
                }
            }
            libc::PTRACE_EVENT_FORK | libc::PTRACE_EVENT_VFORK | libc::PTRACE_EVENT_CLONE => {
                if let Ok(child) = ptrace::getevent(pid) {
                    let child = child as i32;
                    let may_be_thread = event == libc::PTRACE_EVENT_CLONE;
                    self.births.push(Birth {
                        parent: tid,
                        child,
                        may_be_thread,
                        at: seen.at,
                        begun: false,
                        resumed: None,
                        stands: None,
                    });
                    if event == libc::PTRACE_EVENT_VFORK {
                        let call = Call::Wait(calls::Wait::on(State::Start));
                        self.begin(tid, call, Some(child), seen);
                    }
                }
            }
            libc::PTRACE_EVENT_EXEC => {
                let former = ptrace::getevent(pid).map_or(tid, |former| former as i32);
                self.exec(tid, former, seen);
            }
            _ => {}
        }
        GO_ON
    }

    /// A system call begins. Says whether its end has to be seen, too.
    fn call_begun(&mut self, tid: i32, number: i64, args: &[u64; 6], seen: Seen) -> bool {
        let Some(task) = self.tasks.get(&tid) else {
            return false;
        };
        let (at, pid) = (task.lane, task.pid);
        let process = self.known.entry(pid).or_default();
        let mut call = calls::understand(process, pid, tid, number, args);
        let Some(task) = self.tasks.get_mut(&tid) else {
            return false;
        };
        let (interrupted, settled) = (task.interrupted.take(), task.settled);
        if call == Some(Call::Restart) {
            call = interrupted.and_then(|begun| {
                let wait = wait_of(&begun)?;
                let end = begun.sleep_end(self.clock).map(|end| self.clock + end);
                Some(Call::Wait(calls::Wait { sleep: end.map(Sleep::Until), ..wait }))
            });
        }
        match call {
            Some(Call::Wake(futex, count)) => {
                self.wakes.add(futex, Wake { by: at, at: seen.at }, count);
                false
            }
            Some(Call::Rename(name)) => {
                self.lanes[at].name = Some(name);
                false
            }
            Some(Call::Trace) => {
                let name = self.lane(pid).and_then(|lane| lane.name.clone()).unwrap_or_default();
                self.notes.insert(Note::Traces(name));
                false
            }
            Some(call) => {
                let whom = match number {
                    libc::SYS_wait4 => Some(args[0] as i32),
                    libc::SYS_waitid if args[0] == u64::from(libc::P_PID) => Some(args[1] as i32),
                    libc::SYS_futex => Some(args[2] as i32),
                    _ => None,
                };
                let end_matters = match &call {
                    Call::Wait(wait) => wait.end_matters(),
                    _ => true,
                };
                self.begin(tid, call, whom.filter(|&whom| whom > 0), seen);
                if let Some(begun) = self.tasks.get_mut(&tid).and_then(|task| task.call.as_mut()) {
                    begun.place = Some((number, args[0]));
                }
                end_matters
            }
            None => {
                if seen.at.saturating_sub(settled) > LOOK {
                    self.settle(tid, seen, None);
                }
                false
            }
        }
    }

    fn begin(&mut self, tid: i32, call: Call, whom: Option<i32>, seen: Seen) {
        let at = seen.at;
        if self.tasks.get(&tid).is_some_and(|task| at.saturating_sub(task.settled) > WORTH_ASKING) {
            let interpreter = matches!(&call, Call::Wait(wait) if wait.state == State::Interpreter);
            if interpreter && self.tasks.get(&tid).is_some_and(|task| task.in_vain) {
                self.settle_and_wait_on(tid, seen);
            } else {
                self.settle(tid, seen, None);
            }
        }
        if let Call::Wait(wait) = &call
            && matches!(wait.state, State::ProcessEnd | State::Start)
        {
            self.parents.insert(tid);
        }
        let lane = whom.and_then(|whom| Some(self.tasks.get(&whom)?.lane));
        if let Some(task) = self.tasks.get_mut(&tid) {
            task.call = Some(Begun { call, at, from: at, ended: None, whom, lane, place: None });
        }
    }

    fn call_ended(&mut self, tid: i32, seen: Seen) -> Next {
        /// The kernel's own number for a call that goes on with `restart_syscall`.
        const RESTARTS: i64 = -516;
        const TIMED_OUT: i64 = -(libc::ETIMEDOUT as i64);
        const TOO_LATE: i64 = -(libc::EAGAIN as i64);

        let result = call::result(Pid::from_raw(tid)).unwrap_or(-1);
        let Some(begun) = self.tasks.get_mut(&tid).and_then(|task| task.call.as_mut()) else {
            return GO_ON;
        };
        match &mut begun.call {
            Call::Print(text) => {
                let mut text = std::mem::take(text);
                let at = begun.at;
                begun.call = Call::Wait(calls::Wait::on(State::Output));
                self.settle(tid, seen, None);
                if result > 0 {
                    let bytes = usize::try_from(result).unwrap_or(0);
                    text.truncate(bytes);
                    self.print(tid, at, bytes, &text);
                }
                GO_ON
            }
            Call::Wait(wait) => {
                let wait = *wait;
                // What was to be waited for had come already.
                if wait.futex.is_some() && result == TOO_LATE {
                    if let Some(task) = self.tasks.get_mut(&tid) {
                        let begun = task.call.take();
                        task.held += begun.map_or(Duration::ZERO, |begun| begun.from - begun.at);
                    }
                    return GO_ON;
                }
                let states = [State::Lock, State::Wakeup, State::Interpreter];
                let at = begun.at;
                let woken = wait.futex.filter(|_| result == 0 && states.contains(&wait.state));
                let wake = woken.and_then(|futex| self.wakes.take(futex, at));
                if let Some(futex) = woken.filter(|_| wait.state == State::Lock) {
                    self.tell_mutex(tid, futex);
                }
                self.settle(tid, seen, wake);
                let in_vain = wait.state == State::Interpreter && result == TIMED_OUT;
                if let Some(task) = self.tasks.get_mut(&tid) {
                    task.in_vain = in_vain;
                    if result != RESTARTS {
                        task.interrupted = None;
                    }
                }
                if in_vain { Next::LastInLine } else { GO_ON }
            }
            _ => GO_ON,
        }
    }

    /// A wait that looks like one for a `Mutex` of std has come to its end. The number of calls that a
    /// condition has seen may look the same; that it has seen one more now does not.
    fn tell_mutex(&mut self, tid: i32, futex: Futex) {
        let Some(begun) = self.tasks.get_mut(&tid).and_then(|task| task.call.as_mut()) else {
            return;
        };
        if let Call::Wait(wait) = &mut begun.call
            && wait.may_count
            && !self.mutexes.contains(&futex)
        {
            if memory::u32_at(tid, futex.address).is_some_and(calls::is_mutex) {
                self.mutexes.insert(futex);
            } else {
                (wait.state, wait.certain) = (State::Wakeup, false);
            }
        }
    }

    fn print(&mut self, tid: i32, at: Duration, bytes: usize, text: &[u8]) {
        let text = if self.text < MUCH_TEXT {
            String::from_utf8_lossy(text).into_owned()
        } else {
            self.notes.insert(Note::WordsLeftOut);
            String::new()
        };
        self.text += text.len();
        self.kept += 1;
        if let Some(lane) = self.lane(tid) {
            lane.prints.push(Print { at, bytes, text });
        }
    }

    /// The whole story, when the last thread is gone.
    pub fn finish(mut self, end: Duration, ended: Option<Outcome>) -> Trace {
        for lane in &mut self.lanes {
            lane.death = lane.death.min(end);
        }
        // Without an exit seen, the program was killed before it could be.
        let outcome = ended.or(self.outcome);
        let mut trace = Trace {
            end: self.lanes.iter().map(|lane| lane.death).max().unwrap_or(end),
            lanes: self.lanes,
            outcome: outcome.unwrap_or(Outcome::Killed(libc::SIGKILL)),
            cores: crate::spare::cores(),
            notes: self.notes,
        };
        trace.correct();
        trace
    }
}

fn wait_of(begun: &Begun) -> Option<calls::Wait> {
    match &begun.call {
        Call::Wait(wait) => Some(*wait),
        _ => None,
    }
}
