//! Writes down what the stops of a traced program say about its threads.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::Path;
use std::time::Duration;

use nix::libc;
use nix::sys::ptrace;
use nix::unistd::Pid;

use crate::calls::{self, Call, Process};
use crate::processes::Processes;
use crate::sys::{self, Stop, Until};
use crate::trace::{Futex, Lane, Outcome, Print, State, Trace, Wait, Wake};

/// What is known so far of the program and its threads.
pub struct Recorder {
    root: i32,
    lanes: Vec<Lane>,
    outcome: Option<Outcome>,
    /// The lane of each living thread.
    lane_of: HashMap<i32, usize>,
    /// Threads that have been announced but not yet seen.
    announced: HashSet<i32>,
    /// Threads that have been seen before they were announced.
    early: HashSet<i32>,
    /// The system call that each thread is in, if its end matters.
    calls: HashMap<i32, Begun>,
    /// The last call that woke threads at each futex.
    wakes: HashMap<Futex, Wake>,
    known: HashMap<i32, Process>,
    processes: Processes,
}

struct Begun {
    call: Call,
    at: Duration,
}

/// How a stopped thread goes on.
pub enum Next {
    /// So far, with a signal delivered unless it is 0.
    Resume(Until, i32),
    /// When no other thread has anything to tell.
    LastInLine,
    Gone,
}

impl Recorder {
    pub fn new(root: i32, processes: Processes) -> Recorder {
        let mut recorder = Recorder {
            root,
            lanes: Vec::new(),
            outcome: None,
            lane_of: HashMap::new(),
            announced: HashSet::new(),
            early: HashSet::new(),
            calls: HashMap::new(),
            wakes: HashMap::new(),
            known: HashMap::new(),
            processes,
        };
        recorder.add_lane(root, root, None, Duration::ZERO);
        recorder.loaded(root);
        recorder
    }

    /// Takes note of a stop and says how the thread goes on.
    pub fn stopped(&mut self, tid: i32, stop: Stop, now: Duration) -> Next {
        match stop {
            Stop::Exited { code } => {
                self.gone(tid, now, Outcome::Exited(code));
                Next::Gone
            }
            Stop::Killed { signal } => {
                self.gone(tid, now, Outcome::Killed(signal));
                Next::Gone
            }
            Stop::Event(event) => Next::Resume(self.event(tid, event, now), 0),
            Stop::CallEnd => self.call_ended(tid, now),
            Stop::Signal(libc::SIGSTOP) if self.starts(tid, now) => {
                Next::Resume(Until::NextEvent, 0)
            }
            Stop::Signal(signal) => Next::Resume(Until::NextEvent, signal),
        }
    }

    fn event(&mut self, tid: i32, event: i32, now: Duration) -> Until {
        let pid = Pid::from_raw(tid);
        // A thread that is being killed cannot be asked, and has nothing more to tell.
        match event {
            libc::PTRACE_EVENT_SECCOMP => {
                if let Ok((number, args)) = sys::call_begun(pid)
                    && self.call_begun(tid, number, &args, now)
                {
                    return Until::CallEnd;
                }
            }
            libc::PTRACE_EVENT_FORK | libc::PTRACE_EVENT_VFORK | libc::PTRACE_EVENT_CLONE => {
                if let Ok(child) = ptrace::getevent(pid) {
                    self.announce(tid, child as i32, now);
                }
            }
            libc::PTRACE_EVENT_EXEC => self.exec(tid, now),
            libc::PTRACE_EVENT_EXIT => self.died(tid, now),
            _ => {}
        }
        Until::NextEvent
    }

    fn add_lane(&mut self, tid: i32, pid: i32, parent: Option<usize>, now: Duration) {
        self.lane_of.insert(tid, self.lanes.len());
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
        if tid == pid {
            self.processes.born(pid);
        }
    }

    fn lane(&mut self, tid: i32) -> Option<&mut Lane> {
        let at = *self.lane_of.get(&tid)?;
        Some(&mut self.lanes[at])
    }

    /// The system says who made a new thread.
    fn announce(&mut self, parent: i32, child: i32, now: Duration) {
        let Some(&by) = self.lane_of.get(&parent) else {
            return;
        };
        if self.early.remove(&child) {
            if let Some(lane) = self.lane(child) {
                lane.parent = Some(by);
            }
            return;
        }
        let family = self.lanes[by].pid;
        let is_thread = Path::new(&format!("/proc/{family}/task/{child}")).exists();
        let pid = if is_thread { family } else { child };
        self.announced.insert(child);
        self.add_newborn(child, pid, Some(by), now);
    }

    /// Whether this stop is the first of a new thread.
    fn starts(&mut self, tid: i32, now: Duration) -> bool {
        if self.announced.remove(&tid) {
            return true;
        }
        if self.lane_of.contains_key(&tid) {
            return false;
        }
        // Its parent will say who it is when its turn comes, or never if it is killed before.
        let status = fs::read_to_string(format!("/proc/{tid}/status")).unwrap_or_default();
        let field = |name| -> Option<i32> {
            let line = status.lines().find_map(|line| line.strip_prefix(name))?;
            line.trim().parse().ok()
        };
        let pid = field("Tgid:").unwrap_or(tid);
        let maker = if pid == tid { field("PPid:") } else { Some(pid) };
        let parent = maker.and_then(|maker| self.lane_of.get(&maker).copied());
        self.early.insert(tid);
        self.add_newborn(tid, pid, parent, now);
        true
    }

    /// A process begins as a copy of its parent.
    fn add_newborn(&mut self, tid: i32, pid: i32, parent: Option<usize>, now: Duration) {
        self.add_lane(tid, pid, parent, now);
        if let Some(parent) = parent.filter(|_| tid == pid) {
            let original = self.lanes[parent].pid;
            let copy = self.known.get(&original).cloned().unwrap_or_default();
            self.known.insert(pid, copy);
            let name = self.lane(original).and_then(|lane| lane.name.clone());
            if let Some(lane) = self.lane(tid) {
                lane.name = name;
            }
        }
    }

    /// A process has become another program.
    fn exec(&mut self, pid: i32, now: Duration) {
        // The thread that asked for it goes on as the first of the process, the others are gone.
        let others: Vec<i32> = self
            .lane_of
            .iter()
            .filter(|&(&tid, &at)| tid != pid && self.lanes[at].pid == pid)
            .map(|(&tid, _)| tid)
            .collect();
        for tid in others {
            self.died(tid, now);
            self.lane_of.remove(&tid);
        }
        if let Some(begun) = self.calls.remove(&pid) {
            self.add_wait(pid, &begun, now, false);
        }
        self.loaded(pid);
    }

    fn loaded(&mut self, pid: i32) {
        self.known.insert(pid, Process::new(pid));
        let name = fs::read_to_string(format!("/proc/{pid}/comm")).ok();
        if let Some(lane) = self.lane(pid) {
            lane.name = name.map(|name| name.trim_end().to_string());
        }
    }

    /// A thread does nothing more.
    fn died(&mut self, tid: i32, now: Duration) {
        if let Some(begun) = self.calls.remove(&tid) {
            self.add_wait(tid, &begun, now, false);
        }
        if let Some(lane) = self.lane(tid) {
            lane.death = lane.death.min(now);
        }
    }

    /// A thread is gone, and its number may be used again.
    fn gone(&mut self, tid: i32, now: Duration, outcome: Outcome) {
        self.died(tid, now);
        self.lane_of.remove(&tid);
        self.announced.remove(&tid);
        self.early.remove(&tid);
        self.known.remove(&tid);
        self.processes.died(tid);
        if tid == self.root {
            self.outcome = Some(outcome);
        }
    }

    /// A system call begins. Says whether its end matters, too.
    fn call_begun(&mut self, tid: i32, number: i64, args: &[u64; 6], now: Duration) -> bool {
        let Some(&at) = self.lane_of.get(&tid) else {
            return false;
        };
        let pid = self.lanes[at].pid;
        let process = self.known.entry(pid).or_default();
        let call = calls::understand(process, pid, tid, number, args);
        if call == Some(Call::Restart) {
            return self.calls.contains_key(&tid);
        }
        // A handler ran instead of the rest of an interrupted wait.
        if let Some(begun) = self.calls.remove(&tid) {
            self.add_wait(tid, &begun, now, false);
        }
        match call {
            Some(Call::Wake(futex)) => {
                self.wakes.insert(futex, Wake { by: at, at: now });
                false
            }
            Some(Call::Rename(name)) => {
                self.lanes[at].name = Some(name);
                false
            }
            Some(call) => {
                self.calls.insert(tid, Begun { call, at: now });
                true
            }
            None => false,
        }
    }

    fn call_ended(&mut self, tid: i32, now: Duration) -> Next {
        /// The kernel's own number for a call that goes on with `restart_syscall`.
        const RESTARTS: i64 = -516;
        const TIMED_OUT: i64 = -(libc::ETIMEDOUT as i64);
        const TOO_LATE: i64 = -(libc::EAGAIN as i64);

        let go_on = Next::Resume(Until::NextEvent, 0);
        let result = sys::call_result(Pid::from_raw(tid)).unwrap_or(-1);
        if result == RESTARTS {
            return go_on;
        }
        let Some(Begun { call, at }) = self.calls.remove(&tid) else {
            return go_on;
        };
        match call {
            Call::Print(mut text) => {
                if let Some(lane) = self.lane(tid).filter(|_| result > 0) {
                    let bytes = usize::try_from(result).unwrap_or(0);
                    text.truncate(bytes);
                    let text = String::from_utf8_lossy(&text).into_owned();
                    lane.prints.push(Print { at, bytes, text });
                }
                go_on
            }
            // What was to be waited for had come already.
            Call::Wait { futex: Some(_), .. } if result == TOO_LATE => go_on,
            Call::Wait { state, .. } => {
                self.add_wait(tid, &Begun { call, at }, now, result == 0);
                if state == State::Interpreter && result == TIMED_OUT {
                    Next::LastInLine
                } else {
                    go_on
                }
            }
            _ => go_on,
        }
    }

    fn add_wait(&mut self, tid: i32, begun: &Begun, now: Duration, woken: bool) {
        let Call::Wait { state, futex } = begun.call else {
            return;
        };
        let blocks_for_others = matches!(state, State::Lock | State::Wakeup | State::Interpreter);
        let wake = futex
            .filter(|_| woken && blocks_for_others)
            .and_then(|futex| self.wakes.get(&futex).copied())
            .filter(|wake| wake.at >= begun.at);
        let Some(lane) = self.lane(tid) else {
            return;
        };
        match lane.waits.last_mut() {
            Some(last) if polls_on(last, state, begun.at) => {
                last.end = now;
                last.woken = wake;
            }
            _ => lane.waits.push(Wait { state, start: begun.at, end: now, futex, woken: wake }),
        }
    }

    /// A thread that was last in line goes on. Until now it has only waited.
    pub fn called_up(&mut self, tid: i32, now: Duration) {
        if let Some(wait) = self.lane(tid).and_then(|lane| lane.waits.last_mut()) {
            wait.end = now;
        }
    }

    /// The whole story, when the last thread is gone.
    pub fn finish(mut self, end: Duration) -> Trace {
        for lane in &mut self.lanes {
            lane.death = lane.death.min(end);
        }
        // Without an exit seen, the program was killed before it could be.
        let outcome = self.processes.ended().or(self.outcome);
        let mut trace = Trace {
            end: self.lanes.iter().map(|lane| lane.death).max().unwrap_or(end),
            lanes: self.lanes,
            outcome: outcome.unwrap_or(Outcome::Killed(libc::SIGKILL)),
        };
        trace.correct();
        trace
    }
}

/// Whether a wait goes on with the last one: a thread that found the interpreter lock taken waits
/// again at once.
fn polls_on(last: &Wait, state: State, start: Duration) -> bool {
    const AT_ONCE: Duration = Duration::from_micros(200);
    let both = last.state == State::Interpreter && state == State::Interpreter;
    both && start.saturating_sub(last.end) < AT_ONCE
}
