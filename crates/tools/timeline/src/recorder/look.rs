//! Looks at threads that have not stopped for a while, so that it is known what they do in between.
//!
//! A thread that is looked at goes on meanwhile, and the tracer itself may be without a core between two
//! of its own steps. So nothing is written down but what holds whenever these steps come.

use std::fs;
use std::time::{Duration, Instant};

use nix::libc;
use tracer::times::Times;

use super::settle::asked;
use super::{Begun, LOOK, Recorder, Seen, Task, WORTH_ASKING, wait_of};
use crate::calls::{self, Call, InKernel};
use crate::trace::State;

/// What a thread that has not stopped was doing when it was looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Doing {
    /// It has a core, or could go on.
    Runs,
    /// It waits in the kernel, in this call where that is told.
    Waits(Option<InKernel>),
    /// It waits for its tracer.
    Stands,
    IsDead,
}

impl Recorder {
    /// Looks at the threads that have not stopped for a while: what they did until this moment, which the
    /// clock says. Says when to look again, if nothing happens until then.
    pub fn look(&mut self, clock: impl Fn() -> Duration) -> Option<Duration> {
        /// To look at one costs some microseconds.
        const AT_ONCE: usize = 100;
        let now = clock();
        let may_run_from = |task: &Task| task.may_run_from(self.clock);
        let next = self.tasks.values().filter_map(may_run_from).min();
        let mut quiet: Vec<(Duration, i32)> = self
            .tasks
            .iter()
            .filter(|(_, task)| may_run_from(task).is_some_and(|from| from <= now))
            .filter(|(_, task)| now.saturating_sub(task.settled) >= LOOK / 2)
            .map(|(&tid, task)| (task.settled, tid))
            .collect();
        quiet.sort_unstable();
        for (_, tid) in quiet.into_iter().take(AT_ONCE) {
            self.look_at(tid, &clock);
        }
        next.map(|from| from.max(now + LOOK))
    }

    fn look_at(&mut self, tid: i32, clock: &impl Fn() -> Duration) {
        let Some(task) = self.tasks.get(&tid) else {
            return;
        };
        let Some((times, before)) = task.clock.read().zip(task.times) else {
            return;
        };
        // After the times were read: nobody had a core for longer than there was time.
        let now = clock();
        let ran = times.running.saturating_sub(before.running);
        let waited = times.ready.saturating_sub(before.ready);
        if let Some(begun) = &task.call {
            // What it has asked for is over when that has come, or when it runs again.
            let end = asked(begun, None, self.clock).and_then(|asked| asked.ended);
            if ran < 2 * WORTH_ASKING && end.is_none_or(|end| end + LOOK > now) {
                return;
            }
            self.look_at_call(tid, times, now);
            return;
        }
        // What it does at this moment is counted when it stops doing it, or at the next tick.
        let counted = (task.settled + ran + waited + task.held).min(now);
        match Doing::at_this_moment(task.pid, tid) {
            Doing::Runs => self.settle_counted(tid, counted, times),
            Doing::Waits(call) => {
                // Only if it had no core from one look at its times to the next did it wait there.
                if task.clock.read() == Some(times) {
                    let state = call.map_or(State::System, |call| calls::stuck_in(tid, &call));
                    self.settle_at(tid, now, times, state);
                }
            }
            Doing::IsDead => {
                // From here on they stay as they are.
                let times = task.clock.read().unwrap_or(times);
                let had = |of: fn(&Times) -> Duration| of(&times).saturating_sub(of(&before));
                let had = had(|times| times.running) + had(|times| times.ready);
                let counted = (task.settled + had + task.held).min(clock());
                self.settle_by(tid, Seen { at: counted, idle: counted }, None, Some(times));
                self.look_at_others(tid);
            }
            // It has something to tell.
            Doing::Stands => {}
        }
    }

    /// Looks at a thread that may be done with what it has asked for.
    fn look_at_call(&mut self, tid: i32, times: Times, now: Duration) {
        /// Who had a core for so long since its call began goes on after it.
        const FOR_CERTAIN: Duration = Duration::from_millis(1);
        let Some((task, before)) = self.tasks.get_mut(&tid).and_then(|task| {
            let before = task.times?;
            Some((task, before))
        }) else {
            return;
        };
        let Some(begun) = &mut task.call else {
            return;
        };
        let ran = times.running.saturating_sub(before.running);
        match Doing::at_this_moment(task.pid, tid) {
            Doing::Waits(Some(call)) if Some(call.place()) == begun.place => {
                // It was another process that has ended.
                if begun.whom.is_none() {
                    begun.ended = None;
                }
                return;
            }
            Doing::IsDead | Doing::Stands => return,
            // It may have had no core to begin to wait, only for what the machine did beside it.
            Doing::Runs if ran < FOR_CERTAIN => return,
            Doing::Runs | Doing::Waits(_) => {}
        }
        let waited = times.ready.saturating_sub(before.ready);
        let gave_way = times.turns.saturating_sub(before.turns) > task.resumed;
        let end = asked(begun, None, self.clock).and_then(|asked| asked.ended);
        if end.is_some_and(|end| !gave_way || end > now) {
            return;
        }
        let since = end.map_or(begun.from, |end| end.max(begun.from)) + ran + waited;
        match (end, gave_way) {
            // It went on at once, or is about to: so far there was no wait.
            (None, false) => {
                let at = since.min(now);
                let rest = Begun { at, from: at, ..begun.clone() };
                self.settle_counted(tid, at, times);
                if let Some(task) = self.tasks.get_mut(&tid) {
                    task.call = Some(rest);
                }
            }
            (None, true) => self.settle_by(tid, Seen { at: now, idle: now }, None, Some(times)),
            // What it does at this moment is not counted yet.
            (Some(_), _) => self.settle_counted(tid, since.min(now), times),
        }
    }

    /// A dead thread: the first one of a process is told to be dead when the last one is, so it may wait for
    /// the others. Of any other it will be told in a moment.
    fn look_at_others(&mut self, tid: i32) {
        /// A thread that has begun to end is seen to do so after some microseconds of a core.
        const ENOUGH: Duration = Duration::from_millis(1);
        let mut ends = true;
        let mut goes_on = false;
        let mut ran = Duration::ZERO;
        for (&other, task) in self.tasks.iter().filter(|&(&it, task)| task.pid == tid && it != tid)
        {
            let fate = fate(tid, other);
            ends &= fate == Fate::Ends;
            goes_on |= fate == Fate::GoesOn;
            if fate != Fate::Ends {
                ran += task.clock.read().map_or(Duration::ZERO, |times| times.running);
            }
        }
        let Some(task) = self.tasks.get_mut(&tid) else {
            return;
        };
        let before = *task.others_ran.get_or_insert(ran);
        if ends {
            task.over = true;
        } else if goes_on || ran > before + ENOUGH {
            let seen = Seen { at: task.settled, idle: task.settled };
            self.begin(tid, Call::Wait(calls::Wait::on(State::ThreadEnd)), None, seen);
        }
    }

    /// Writes down what is counted of a thread that goes on. What is not comes later, and with it for how
    /// long it may have stood.
    fn settle_counted(&mut self, tid: i32, at: Duration, times: Times) {
        let unsure = self.tasks.get(&tid).map_or(Duration::ZERO, |task| task.unsure);
        self.settle_by(tid, Seen { at, idle: at }, None, Some(times));
        if let Some(task) = self.tasks.get_mut(&tid) {
            task.unsure = unsure;
        }
    }

    /// Writes down what a thread did, where it is known what kept it that had no core.
    fn settle_at(&mut self, tid: i32, at: Duration, times: Times, state: State) {
        let Some(lane) = self.tasks.get(&tid).map(|task| task.lane) else {
            return;
        };
        let before = self.lanes[lane].waits.len();
        // It has given its core away, and that it is given one again belongs to this.
        let times = Times { turns: times.turns + 1, ..times };
        self.settle_by(tid, Seen { at, idle: at }, None, Some(times));
        let lane = &mut self.lanes[lane];
        for wait in lane.waits.split_off(before) {
            let known = if wait.state == State::System { state } else { wait.state };
            lane.add(known, wait.start, wait.end, wait.more.map(|more| *more));
        }
    }
}

impl Task {
    /// From when on it may be running, for all that is known. None when it has to tell first.
    fn may_run_from(&self, clock: Instant) -> Option<Duration> {
        if self.over || self.stopped.is_some() {
            return None;
        }
        let Some(begun) = &self.call else {
            return Some(self.settled);
        };
        // The ends of other waits are seen.
        let wait = wait_of(begun)?;
        match wait.state {
            State::Sleeping => begun.sleep_end(clock),
            State::Output => Some(begun.from),
            State::ProcessEnd | State::Start => begun.ended,
            _ => None,
        }
    }
}

impl Doing {
    fn at_this_moment(pid: i32, tid: i32) -> Doing {
        let place = fs::read_to_string(format!("/proc/{pid}/task/{tid}/syscall"));
        let place = place.as_deref().unwrap_or_default();
        if place.starts_with("running") {
            return Doing::Runs;
        }
        // Of a program that keeps to itself, its tracer is told the state only.
        match state(pid, tid) {
            Some('R') => Doing::Runs,
            Some('t' | 'T') => Doing::Stands,
            Some('Z' | 'X') | None => Doing::IsDead,
            Some(_) => Doing::Waits(parse(place)),
        }
    }
}

/// The call that the kernel says a thread is in: see `/proc/PID/syscall` in proc(5).
fn parse(place: &str) -> Option<InKernel> {
    let mut words = place.split_ascii_whitespace();
    let number = words.next()?.parse().ok()?;
    let mut args = words.map(|word| u64::from_str_radix(word.strip_prefix("0x")?, 16).ok());
    Some(InKernel { number, args: [args.next()??, args.next()??, args.next()??] })
}

/// The state of a thread as the kernel writes it. None if it is gone.
fn state(pid: i32, tid: i32) -> Option<char> {
    let stat = fs::read_to_string(format!("/proc/{pid}/task/{tid}/stat")).ok()?;
    Some(state_and_flags(&stat)?.0)
}

/// See proc_pid_stat(5).
fn state_and_flags(stat: &str) -> Option<(char, u32)> {
    // The name before it may hold anything.
    let mut fields = stat.rsplit(") ").next()?.split_ascii_whitespace();
    let state = fields.next()?.chars().next()?;
    Some((state, fields.nth(5)?.parse().ok()?))
}

/// What becomes of a thread whose process has lost its first one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    GoesOn,
    /// It is dead, or on its way there, or makes another program of its process.
    Ends,
    /// It runs, and may just have begun to end the whole process.
    Open,
}

/// When a whole process ends, or becomes another program, each of its threads but the one that does it has
/// been told to die before the first is dead.
fn fate(pid: i32, tid: i32) -> Fate {
    let read = |file| fs::read_to_string(format!("/proc/{pid}/task/{tid}/{file}"));
    // In this order: a thread takes the signal that kills it, and then shows that it ends.
    let [status, syscall, stat] =
        ["status", "syscall", "stat"].map(|file| read(file).unwrap_or_default());
    fate_of(&status, &syscall, &stat)
}

fn fate_of(status: &str, syscall: &str, stat: &str) -> Fate {
    /// `PF_EXITING` and `PF_SIGNALED` of the kernel: it ends, by itself or by a signal.
    const ENDING: u32 = 0x4 | 0x400;
    const KILLED: u64 = 1 << (libc::SIGKILL - 1);
    const EXECS: [i64; 2] = [libc::SYS_execve, libc::SYS_execveat];
    let pending = status.lines().find_map(|line| line.strip_prefix("SigPnd:"));
    let pending = pending.and_then(|set| u64::from_str_radix(set.trim(), 16).ok());
    match state_and_flags(stat) {
        None | Some(('Z' | 'X', _)) => Fate::Ends,
        Some((_, flags)) if flags & ENDING != 0 => Fate::Ends,
        _ if pending.is_none_or(|pending| pending & KILLED != 0) => Fate::Ends,
        Some(('R', _)) => Fate::Open,
        _ if syscall.starts_with("running") => Fate::Open,
        _ if parse(syscall).is_some_and(|call| EXECS.contains(&call.number)) => Fate::Ends,
        _ => Fate::GoesOn,
    }
}

#[cfg(test)]
mod tests {
    use std::process::{Command, Stdio};
    use std::thread;

    use super::*;
    use crate::trace::Outcome;

    #[test]
    fn a_thread_that_is_dead_and_alone_waits_for_no_other() {
        let mut child = Command::new("cat").stdin(Stdio::piped()).spawn().unwrap();
        let pid = i32::try_from(child.id()).unwrap();
        let mut recorder = Recorder::new(pid, Instant::now());
        recorder.resumed(pid, Duration::ZERO);

        // It ends with its input, and stays dead until it is waited for.
        drop(child.stdin.take());
        let begin = Instant::now();
        while !fs::read_to_string(format!("/proc/{pid}/stat")).unwrap().contains(") Z ") {
            assert!(begin.elapsed() < Duration::from_secs(60), "cat does not end");
            thread::yield_now();
        }
        recorder.look(|| 2 * LOOK);

        let seen = Seen { at: 4 * LOOK, idle: 4 * LOOK };
        let times = recorder.times(pid);
        child.wait().unwrap();
        recorder.gone(pid, Outcome::Exited(0), seen, times);
        let waits = &recorder.finish(seen.at, None).lanes[0].waits;
        assert!(waits.iter().all(|wait| wait.state != State::ThreadEnd), "{waits:?}");
    }

    #[test]
    fn whoever_is_killed_with_its_process_does_not_go_on() {
        let stat = |state, flags| format!("7 (a) b) {state} 1 2 3 4 5 {flags} 6 7 8");
        let pending = |set| format!("Name:\ta\nSigPnd:\t{set:016x}\nShdPnd:\t0000000000000100\n");
        let waits = "202 0x7f 0x80 0x0 0x0 0x0 0x0 0x7ffe 0x7f00";
        let cases = [
            (pending(0), waits, stat('S', 0x40_0040), Fate::GoesOn),
            (pending(1), waits, stat('S', 0x40_0040), Fate::GoesOn),
            // It can still tell something itself.
            (pending(0), waits, stat('t', 0x40_0040), Fate::GoesOn),
            (pending(0), "running", stat('R', 0x40_0040), Fate::Open),
            (pending(0), "running", stat('S', 0x40_0040), Fate::Open),
            (pending(0x100), waits, stat('S', 0x40_0040), Fate::Ends),
            (pending(0), "running", stat('R', 0x40_0440), Fate::Ends),
            (pending(0), "running", stat('R', 0x40_0044), Fate::Ends),
            (pending(0), "59 0x1 0x2 0x3 0x0 0x0 0x0 0x1 0x2", stat('D', 0x40_0040), Fate::Ends),
            (pending(0), "-1 0x0 0x0", stat('Z', 0x40_0040), Fate::Ends),
            (String::new(), "", String::new(), Fate::Ends),
        ];
        for (status, syscall, stat, fate) in cases {
            assert_eq!(fate_of(&status, syscall, &stat), fate, "{status:?} {syscall} {stat}");
        }
    }

    #[test]
    fn a_call_of_the_kernel_is_its_number_and_what_it_was_given() {
        let call = InKernel { number: 1, args: [42, 255, 0] };
        assert_eq!(parse("1 0x2a 0xff 0x0 0x0 0x0 0x0 0x7ffd 0x7f00"), Some(call));
        assert_eq!(parse("running"), None);
        assert_eq!(parse(""), None);
    }
}
