//! Writes down what threads did until a moment: when they have stopped, or when it is looked at those
//! that have not.

use std::fs;
use std::time::Duration;

use tracer::times::Times;

use super::{Begun, LOOK, Recorder, Seen, Task, WORTH_ASKING, wait_of};
use crate::calls::{self, Call};
use crate::divide::{Asked, Interval, Used, divide};
use crate::trace::{More, Note, State, Wake};

/// More waits or prints than this are not kept one by one: about a hundred megabytes.
const MANY: usize = 1_500_000;

impl Recorder {
    /// Writes down what a thread did until it was seen to have stopped.
    pub(super) fn settle(&mut self, tid: i32, seen: Seen, wake: Option<Wake>) {
        let times = self.tasks.get(&tid).and_then(|task| task.clock.read());
        self.settle_by(tid, seen, wake, times);
    }

    /// Writes down what a thread did until then, when its clock said so.
    pub(super) fn settle_by(
        &mut self,
        tid: i32,
        seen: Seen,
        wake: Option<Wake>,
        times: Option<Times>,
    ) {
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
        let dead = place.is_empty()
            || fs::read_to_string(format!("/proc/{tid}/stat")).is_ok_and(|stat| {
                stat.rsplit(") ").next().is_some_and(|rest| rest.starts_with('Z'))
            });
        if dead {
            // The first thread of a process is told to be dead when the last one is. Of any other it
            // will be told in a moment.
            if self.others_live(tid) {
                let end = calls::Wait::on(State::ThreadEnd);
                self.begin(tid, Call::Wait(end), None, Seen { at: now, idle: now });
            }
            return;
        }
        let mut words = place.split_ascii_whitespace();
        let number: i64 = words.next().and_then(|word| word.parse().ok()).unwrap_or(-1);
        let first = words.next().and_then(|word| u64::from_str_radix(word.get(2..)?, 16).ok());
        let channel = first.and_then(|descriptor| calls::channel(tid, descriptor));
        self.settle_at(tid, now, calls::stuck_in(number, channel));
    }

    /// Whether it is the first thread of a process that has others.
    fn others_live(&self, tid: i32) -> bool {
        self.tasks.iter().any(|(&other, task)| task.pid == tid && other != tid)
    }

    /// Writes down what a thread did, where it is known what kept it that had no core.
    fn settle_at(&mut self, tid: i32, at: Duration, state: State) {
        let Some(lane) = self.tasks.get(&tid).map(|task| task.lane) else {
            return;
        };
        let before = self.lanes[lane].waits.len();
        self.settle(tid, Seen { at, idle: at }, None);
        let lane = &mut self.lanes[lane];
        for wait in lane.waits.split_off(before) {
            let known = if wait.state == State::System { state } else { wait.state };
            lane.add(known, wait.start, wait.end, wait.more.map(|more| *more));
        }
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

fn asked(begun: &Begun, wake: Option<Wake>) -> Option<Asked> {
    let wait = wait_of(begun)?;
    let ended = begun.ended.or(wake.map(|wake| wake.at));
    let asked = Asked { state: wait.state, at: begun.at, from: begun.from, ended };
    Some(match wait.sleep {
        Some(length) => asked.slept(length),
        None => asked,
    })
}

#[cfg(test)]
mod tests {
    use std::process::{Command, Stdio};
    use std::thread;
    use std::time::Instant;

    use super::*;
    use crate::trace::Outcome;

    #[test]
    fn a_thread_that_is_dead_and_alone_waits_for_no_other() {
        let mut child = Command::new("cat").stdin(Stdio::piped()).spawn().unwrap();
        let pid = i32::try_from(child.id()).unwrap();
        let mut recorder = Recorder::new(pid);
        recorder.resumed(pid, Duration::ZERO);

        // It ends with its input, and stays dead until it is waited for.
        drop(child.stdin.take());
        let begin = Instant::now();
        while !fs::read_to_string(format!("/proc/{pid}/stat")).unwrap().contains(") Z ") {
            assert!(begin.elapsed() < Duration::from_secs(60), "cat does not end");
            thread::yield_now();
        }
        recorder.look(2 * LOOK);

        let seen = Seen { at: 4 * LOOK, idle: 4 * LOOK };
        let times = recorder.times(pid);
        child.wait().unwrap();
        recorder.gone(pid, Outcome::Exited(0), seen, times);
        let waits = &recorder.finish(seen.at, None).lanes[0].waits;
        assert!(waits.iter().all(|wait| wait.state != State::ThreadEnd), "{waits:?}");
    }
}
