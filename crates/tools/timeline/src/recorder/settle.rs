//! Writes down what threads did until a moment.

use std::mem;
use std::time::{Duration, Instant};

use tracer::times::Times;

use super::{Begun, Recorder, Seen, WORTH_ASKING, wait_of};
use crate::divide::{Asked, Interval, Piece, Used, divide};
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
        let call = begun.as_ref().and_then(|begun| asked(begun, wake, self.clock));
        let times = times.filter(|_| self.counted);
        let used = times.zip(task.times).map(|(now, before)| {
            let turns = now.turns.saturating_sub(before.turns);
            Used {
                running: now.running.saturating_sub(before.running),
                ready: now.ready.saturating_sub(before.ready),
                // Who had none has given it away before.
                gave_way: if turns == 0 { 1 } else { turns.saturating_sub(task.resumed) },
            }
        });
        let (start, end, idle) = (task.settled, seen.at, seen.idle);
        let (held, unsure) = (mem::take(&mut task.held), mem::take(&mut task.unsure));
        let pieces = divide(&Interval { start, end, used, held, unsure, idle, call });
        task.settled = end;
        task.times = times.or(task.times);
        task.resumed = 0;
        let in_vain = mem::take(&mut task.in_vain);
        // While it is stopped, what it was in before is still to be gone on with.
        let state = begun.as_ref().and_then(wait_of).map(|wait| wait.state);
        if state.is_some_and(|state| state != State::Stopped) {
            task.interrupted = begun.clone();
        }
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
            self.add_wait(lane, piece, more, in_vain);
        }
    }

    /// The same for one that has waited for the interpreter lock in vain, and waits on: that the tracer
    /// held it in between has kept it from nothing.
    pub(super) fn settle_and_wait_on(&mut self, tid: i32, seen: Seen) {
        let Some(lane) = self.tasks.get(&tid).map(|task| task.lane) else {
            return;
        };
        let before = self.lanes[lane].waits.len();
        self.settle(tid, seen, None);
        let between = self.lanes[lane].waits.iter_mut().skip(before);
        for wait in between.filter(|wait| wait.state == State::Held) {
            wait.state = State::Interpreter;
        }
        if let Some(task) = self.tasks.get_mut(&tid) {
            task.in_vain = true;
        }
    }

    /// Whoever has waited for the interpreter lock in vain looks at it and waits on.
    fn add_wait(&mut self, lane: usize, piece: &Piece, more: Option<More>, in_vain: bool) {
        let lane = &mut self.lanes[lane];
        let before = lane.waits.len();
        match lane.waits.last_mut() {
            Some(last)
                if in_vain
                    && piece.state == State::Interpreter
                    && last.state == piece.state
                    && piece.start.saturating_sub(last.end) < WORTH_ASKING =>
            {
                last.end = piece.end;
                last.more = more.map(Box::new);
            }
            _ => lane.add(piece.state, piece.start, piece.end, more),
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
}

pub(super) fn asked(begun: &Begun, wake: Option<Wake>, clock: Instant) -> Option<Asked> {
    let wait = wait_of(begun)?;
    let ended = begun.ended.or(wake.map(|wake| wake.at));
    let asked = Asked { state: wait.state, at: begun.at, from: begun.from, ended };
    Some(match begun.sleep_end(clock) {
        Some(end) => asked.slept_until(end),
        None => asked,
    })
}

#[cfg(test)]
mod tests {
    use std::process::{Command, Stdio};

    use super::*;
    use crate::calls::{self, Call};

    #[test]
    fn whoever_waits_on_for_the_interpreter_lock_was_not_held_up_by_the_tracer() {
        let mut child = Command::new("cat").stdin(Stdio::piped()).spawn().unwrap();
        let pid = i32::try_from(child.id()).unwrap();
        // The tracer has not looked for longer than the thread can have run.
        let seen = Seen { at: Duration::from_secs(600), idle: Duration::ZERO };
        for (in_vain, drawn) in [(true, State::Interpreter), (false, State::Held)] {
            let mut recorder = Recorder::new(pid, Instant::now());
            recorder.resumed(pid, Duration::ZERO);
            recorder.tasks.get_mut(&pid).unwrap().in_vain = in_vain;
            recorder.begin(pid, Call::Wait(calls::Wait::on(State::Interpreter)), None, seen);
            let waits = &recorder.lanes[0].waits;
            let states = [State::Interpreter, State::Held];
            let found: Vec<State> =
                waits.iter().map(|wait| wait.state).filter(|it| states.contains(it)).collect();
            assert_eq!(found, [drawn], "{waits:?}");
        }
        child.kill().unwrap();
        child.wait().unwrap();
    }
}
