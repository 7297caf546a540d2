//! Writes down what the stops of a traced program say about its threads.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::fs;
use std::mem;
use std::os::unix::fs::MetadataExt;
use std::thread;

use std::time::Duration;

use nix::libc;
use nix::sys::ptrace;
use nix::unistd::{Pid, Uid};
use tracer::call;
use tracer::stop::{Stop, Until};
use tracer::times::{Clock, Times};

use crate::calls::{self, Call, Process};
use crate::divide::{Asked, Interval, Used, divide};
use crate::trace::{Futex, Lane, More, Note, Outcome, Print, State, Trace, Wake};

/// A thread's times are asked for when so much time has passed: to ask costs time, too.
const WORTH_ASKING: Duration = Duration::from_micros(100);

/// How often to look at threads that have not stopped for a while.
pub const LOOK: Duration = Duration::from_millis(5);

/// More waits or prints than this are not kept one by one: about a hundred megabytes.
const MANY: usize = 1_500_000;

/// More text than this is not kept.
const MUCH_TEXT: usize = 16 << 20;

/// What is known so far of the program and its threads.
pub struct Recorder {
    root: i32,
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
    /// Threads that have been announced but not yet seen.
    announced: HashSet<i32>,
    /// Threads that have been seen before they were announced, and their lanes.
    early: HashMap<i32, usize>,
    /// Threads that wait for a process.
    parents: HashSet<i32>,
    /// The last call that woke threads at each futex.
    wakes: HashMap<Futex, Wake>,
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
    /// How many times it was let go on since then.
    resumed: u64,
    /// Since when it stands and waits for the tracer.
    stopped: Option<Duration>,
    /// When it was seen to stop last: until then it lived.
    told: Duration,
    call: Option<Begun>,
    /// A wait that a signal may have interrupted, so that it goes on.
    interrupted: Option<Begun>,
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
}

/// A thread was told of by the one that made it.
#[derive(Debug, Clone, Copy)]
struct Birth {
    parent: i32,
    child: i32,
    may_be_thread: bool,
    at: Duration,
    /// Whether it was seen to stand at its beginning, and when it was let go on from there.
    begun: bool,
    resumed: Option<Duration>,
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
    pub fn new(root: i32) -> Recorder {
        let mut recorder = Recorder {
            root,
            lanes: Vec::new(),
            outcome: None,
            notes: BTreeSet::new(),
            tasks: HashMap::new(),
            births: Vec::new(),
            loaded: Vec::new(),
            announced: HashSet::new(),
            early: HashMap::new(),
            parents: HashSet::new(),
            wakes: HashMap::new(),
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

    /// A thread was seen to stand and wait for the tracer. What it stopped for is told by `stopped`.
    pub fn stands(&mut self, tid: i32, at: Duration) {
        if let Some(task) = self.tasks.get_mut(&tid) {
            task.stopped = Some(at);
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
            }
            return;
        };
        let Some(stopped) = task.stopped.take() else {
            return;
        };
        task.resumed += 1;
        match &mut task.call {
            Some(begun) if begun.at == stopped => begun.from = now,
            _ => task.held += now.saturating_sub(stopped),
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

    /// A new thread, unless it is gone already.
    fn add_lane(&mut self, tid: i32, pid: i32, parent: Option<usize>, now: Duration) {
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
            times: Some(Times::default()),
            held: Duration::ZERO,
            resumed: 0,
            stopped: None,
            told: now,
            call: None,
            interrupted: None,
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

    fn lane(&mut self, tid: i32) -> Option<&mut Lane> {
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

    /// Whether not all of so many cores are needed for the threads that may be running, and one is.
    pub fn leaves_a_core(&self, now: Duration, cores: usize) -> bool {
        /// To ask many costs more than is gained.
        const MANY: usize = 256;
        let runs = |task: &&Task| task.may_run_from().is_some_and(|from| from <= now);
        let running = || self.tasks.values().filter(runs).take(cores).count();
        self.tasks.len() < MANY && (1..cores).contains(&running())
    }

    /// The system says who made a new thread.
    fn announce(&mut self, birth: Birth) {
        let Birth { parent, child, may_be_thread, at, begun, resumed } = birth;
        let Some(task) = self.tasks.get(&parent) else {
            return;
        };
        let (by, family) = (task.lane, task.pid);
        if let Some(lane) = self.early.remove(&child) {
            self.lanes[lane].parent = Some(by);
            return;
        }
        if !begun {
            self.announced.insert(child);
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
    fn starts(&mut self, tid: i32, seen: Seen) {
        if !self.announced.remove(&tid) && !self.tasks.contains_key(&tid) {
            // Its parent will say who it is when its turn comes, or never if it is killed before.
            let status = fs::read_to_string(format!("/proc/{tid}/status")).unwrap_or_default();
            let field = |name| -> Option<i32> {
                let line = status.lines().find_map(|line| line.strip_prefix(name))?;
                line.trim().parse().ok()
            };
            let pid = field("Tgid:").unwrap_or(tid);
            let maker = if pid == tid { field("PPid:") } else { Some(pid) };
            let parent = maker.and_then(|maker| Some(self.tasks.get(&maker)?.lane));
            self.early.insert(tid, self.lanes.len());
            if pid == tid {
                self.add_process(tid, parent, seen.at);
            } else {
                self.add_lane(tid, pid, parent, seen.at);
            }
        }
        if let Some(task) = self.tasks.get_mut(&tid)
            && task.resumed == 0
        {
            // It stands here since it was born.
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
    fn exec(&mut self, pid: i32, former: i32, seen: Seen) {
        let others: Vec<i32> = self
            .tasks
            .iter()
            .filter(|&(&tid, task)| tid != pid && task.pid == pid)
            .map(|(&tid, _)| tid)
            .collect();
        for tid in others {
            let times = self.times(tid);
            self.ended(tid, seen, times);
        }
        self.settle(pid, seen, None);
        if let Some(task) = self.tasks.get_mut(&pid) {
            task.call = None;
            task.interrupted = None;
            if former != pid
                && let Ok(clock) = Clock::open(pid, pid)
            {
                task.times = clock.read();
                task.clock = clock;
            }
        }
        self.came_to_be(pid, &[State::Start], seen.at);
        self.loads(pid);
    }

    /// A process has become another program.
    fn loads(&mut self, pid: i32) {
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
        if self.tasks.get(&tid).is_some_and(|task| task.pid == tid) {
            self.came_to_be(tid, &[State::Start, State::ProcessEnd], seen.at);
            self.known.remove(&tid);
        }
        self.ended(tid, seen, times);
        self.announced.remove(&tid);
        if tid == self.root {
            self.outcome = Some(outcome);
        }
    }

    fn ended(&mut self, tid: i32, seen: Seen, times: Option<Times>) {
        self.settle_by(tid, seen, None, times);
        self.parents.remove(&tid);
        let Some(task) = self.tasks.remove(&tid) else {
            return;
        };
        let lane = &mut self.lanes[task.lane];
        lane.death = task.settled.max(lane.birth);
        // That its end was seen late is no part of its life.
        if let Some(last) = lane.waits.last_mut()
            && last.state == State::Held
            && last.end == lane.death
        {
            last.end = task.told.clamp(last.start, last.end);
            lane.death = last.end;
            if last.start == last.end {
                lane.waits.pop();
            }
        }
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
        if call == Some(Call::Restart) {
            call = task.interrupted.take().and_then(|begun| {
                let wait = wait_of(&begun)?;
                let left = |length| (begun.from + length).saturating_sub(seen.at);
                Some(Call::Wait(calls::Wait { sleep: wait.sleep.map(left), ..wait }))
            });
        }
        match call {
            Some(Call::Wake(futex)) => {
                self.wakes.insert(futex, Wake { by: at, at: seen.at });
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
                end_matters
            }
            None => false,
        }
    }

    fn begin(&mut self, tid: i32, call: Call, whom: Option<i32>, seen: Seen) {
        let at = seen.at;
        if self.tasks.get(&tid).is_some_and(|task| at.saturating_sub(task.settled) > WORTH_ASKING) {
            self.settle(tid, seen, None);
        }
        if let Call::Wait(wait) = &call
            && matches!(wait.state, State::ProcessEnd | State::Start)
        {
            self.parents.insert(tid);
        }
        let lane = whom.and_then(|whom| Some(self.tasks.get(&whom)?.lane));
        if let Some(task) = self.tasks.get_mut(&tid) {
            task.call = Some(Begun { call, at, from: at, ended: None, whom, lane });
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
                let wake = wait
                    .futex
                    .filter(|_| result == 0 && states.contains(&wait.state))
                    .and_then(|futex| self.wakes.get(&futex).copied())
                    .filter(|wake| wake.at >= at);
                self.settle(tid, seen, wake);
                if result != RESTARTS
                    && let Some(task) = self.tasks.get_mut(&tid)
                {
                    task.interrupted = None;
                }
                if wait.state == State::Interpreter && result == TIMED_OUT {
                    Next::LastInLine
                } else {
                    GO_ON
                }
            }
            _ => GO_ON,
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

    /// Writes down what a thread did until it was seen to have stopped.
    fn settle(&mut self, tid: i32, seen: Seen, wake: Option<Wake>) {
        let times = self.tasks.get(&tid).and_then(|task| task.clock.read());
        self.settle_by(tid, seen, wake, times);
    }

    /// Writes down what a thread did until then, when its clock said so.
    fn settle_by(&mut self, tid: i32, seen: Seen, wake: Option<Wake>, times: Option<Times>) {
        let Some(task) = self.tasks.get_mut(&tid) else {
            return;
        };
        if seen.at <= task.settled {
            return;
        }
        let begun = task.call.take();
        let call = begun.as_ref().and_then(|begun| asked(begun, wake));
        let times = times.filter(|_| self.counted);
        let used = times.zip(task.times).map(|(now, before)| Used {
            running: now.running.saturating_sub(before.running),
            ready: now.ready.saturating_sub(before.ready),
            gave_way: now.turns.saturating_sub(before.turns) > task.resumed,
        });
        let (start, end, held, idle) = (task.settled, seen.at, task.held, seen.idle);
        let pieces = divide(&Interval { start, end, used, held, idle, call });
        task.settled = end;
        task.times = times.or(task.times);
        task.held = Duration::ZERO;
        task.resumed = 0;
        task.interrupted = begun.clone();
        let lane = task.lane;
        let asked_for = begun.and_then(|begun| Some((wait_of(&begun)?, begun)));
        let ends = [State::ThreadEnd, State::ProcessEnd, State::Start];
        let whom = asked_for.as_ref().filter(|(wait, _)| ends.contains(&wait.state));
        let whom = whom.and_then(|(_, begun)| begun.lane);
        self.parents.remove(&tid);
        for piece in pieces.iter().filter(|piece| piece.state != State::Running) {
            let more = asked_for
                .as_ref()
                .filter(|(wait, _)| wait.state == piece.state)
                .map(|(wait, _)| More {
                    futex: wait.futex,
                    woken: wake,
                    whom,
                    certain: wait.certain,
                })
                .filter(|more| *more != More::default());
            self.add_wait(lane, piece.state, piece.start, piece.end, more);
        }
    }

    fn add_wait(
        &mut self,
        lane: usize,
        state: State,
        start: Duration,
        end: Duration,
        more: Option<More>,
    ) {
        /// A thread that found the interpreter lock taken waits again so soon.
        const AT_ONCE: Duration = Duration::from_micros(200);
        let lane = &mut self.lanes[lane];
        let before = lane.waits.len();
        match lane.waits.last_mut() {
            Some(last)
                if state == State::Interpreter
                    && last.state == state
                    && start.saturating_sub(last.end) < AT_ONCE =>
            {
                last.end = end;
                last.more = more.map(Box::new);
            }
            _ => lane.add(state, start, end, more),
        }
        self.kept += lane.waits.len() - before;
        if self.kept > MANY {
            self.coarsen();
        }
    }

    /// Keeps less of what is known.
    fn coarsen(&mut self) {
        while self.kept > MANY / 2 && self.grain < Duration::from_secs(60) {
            self.grain = (self.grain * 2).max(Duration::from_micros(100));
            for lane in &mut self.lanes {
                lane.coarsen(self.grain);
            }
            self.kept = self.lanes.iter().map(|lane| lane.waits.len() + lane.prints.len()).sum();
        }
        self.notes.retain(|note| !matches!(note, Note::Coarse(_)));
        self.notes.insert(Note::Coarse(self.grain.as_micros() as u64));
    }

    /// A thread that was last in line goes on. Until now it has only waited.
    pub fn called_up(&mut self, tid: i32, now: Duration) {
        let Some(task) = self.tasks.get_mut(&tid) else {
            return;
        };
        if let Some(wait) = self.lanes[task.lane].waits.last_mut()
            && wait.state == State::Interpreter
        {
            wait.end = now;
            task.settled = now;
            task.stopped = Some(now);
        }
    }

    /// Looks at the threads that have not stopped for a while: what they did until now. Says when to
    /// look again, if nothing happens until then.
    pub fn look(&mut self, now: Duration) -> Option<Duration> {
        /// To look at one costs some microseconds.
        const AT_ONCE: usize = 100;
        let next = self.tasks.values().filter_map(Task::may_run_from).min();
        let mut quiet: Vec<(Duration, i32)> = self
            .tasks
            .iter()
            .filter(|(_, task)| task.may_run_from().is_some_and(|from| from <= now))
            .filter(|(_, task)| now.saturating_sub(task.settled) >= LOOK / 2)
            .map(|(&tid, task)| (task.settled, tid))
            .collect();
        quiet.sort_unstable();
        for (_, tid) in quiet.into_iter().take(AT_ONCE) {
            self.look_at(tid, now);
        }
        next.map(|from| from.max(now + LOOK))
    }

    fn look_at(&mut self, tid: i32, now: Duration) {
        let Some(task) = self.tasks.get_mut(&tid) else {
            return;
        };
        let Some((times, before)) = task.clock.read().zip(task.times) else {
            return;
        };
        let ran = times.running.saturating_sub(before.running);
        let waited = times.ready.saturating_sub(before.ready);
        if let Some(begun) = &task.call {
            // What it has asked for is over when that has come, or when it runs again.
            let end = asked(begun, None).and_then(|asked| asked.ended);
            if ran < 2 * WORTH_ASKING && end.is_none_or(|end| end + LOOK > now) {
                return;
            }
            // What it does at this moment is not counted yet.
            let at = end.map_or(now, |end| (end.max(begun.from) + ran + waited).min(now));
            self.settle_by(tid, Seen { at, idle: Duration::ZERO }, None, Some(times));
            return;
        }
        let place = fs::read_to_string(format!("/proc/{}/task/{tid}/syscall", task.pid));
        let place = place.unwrap_or_default();
        let accounted = ran + waited + task.held;
        if place.starts_with("running") {
            // What it does at this moment is counted when it stops doing it, or at the next tick.
            let at = (task.settled + accounted).min(now);
            self.settle_by(tid, Seen { at, idle: at }, None, Some(times));
            return;
        }
        // It is dead, and will be told to be when the last thread of its process is.
        if place.is_empty()
            || fs::read_to_string(format!("/proc/{tid}/stat")).is_ok_and(|stat| {
                stat.rsplit(") ").next().is_some_and(|rest| rest.starts_with('Z'))
            })
        {
            let zombie = calls::Wait::on(State::ThreadEnd);
            self.begin(tid, Call::Wait(zombie), None, Seen { at: now, idle: now });
            return;
        }
        let mut words = place.split_ascii_whitespace();
        let number: i64 = words.next().and_then(|word| word.parse().ok()).unwrap_or(-1);
        let first = words.next().and_then(|word| u64::from_str_radix(word.get(2..)?, 16).ok());
        let channel = first.and_then(|descriptor| calls::channel(tid, descriptor));
        self.settle_at(tid, now, calls::stuck_in(number, channel));
    }

    /// Writes down what a thread did, where it is known what kept it that had no core.
    fn settle_at(&mut self, tid: i32, at: Duration, state: State) {
        let Some(lane) = self.tasks.get(&tid).map(|task| task.lane) else {
            return;
        };
        let before = self.lanes[lane].waits.len();
        self.settle(tid, Seen { at, idle: at }, None);
        if state != State::System {
            for wait in &mut self.lanes[lane].waits[before..] {
                if wait.state == State::System {
                    wait.state = state;
                }
            }
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
            cores: thread::available_parallelism().map_or(1, usize::from),
            notes: self.notes,
        };
        trace.correct();
        trace
    }
}

impl Task {
    /// From when on it may be running, for all that is known. None when it has to tell first.
    fn may_run_from(&self) -> Option<Duration> {
        if self.stopped.is_some() {
            return None;
        }
        let Some(begun) = &self.call else {
            return Some(self.settled);
        };
        // The ends of other waits are seen.
        let wait = wait_of(begun)?;
        match wait.state {
            State::Sleeping => Some(begun.from.saturating_add(wait.sleep?)),
            State::Output => Some(begun.from),
            State::ProcessEnd | State::Start => begun.ended,
            _ => None,
        }
    }
}

fn wait_of(begun: &Begun) -> Option<calls::Wait> {
    match &begun.call {
        Call::Wait(wait) => Some(*wait),
        _ => None,
    }
}

fn asked(begun: &Begun, wake: Option<Wake>) -> Option<Asked> {
    let wait = wait_of(begun)?;
    let ended = begun.ended.or(wake.map(|wake| wake.at));
    let asked = Asked { state: wait.state, at: begun.at, from: begun.from, ended };
    Some(match wait.sleep {
        Some(length) => asked.slept(length),
        None => asked,
    })
}
