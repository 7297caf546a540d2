//! Divides the time between two stops of a thread into what it did.
//!
//! The kernel says how long the thread had a core, and how long it waited for one. The tracer knows
//! for how long it held the thread itself. What is left was waiting for what the thread had asked.

use std::time::Duration;

use crate::trace::State;

/// A wait that was not longer than this was none: the thread found what it asked for.
const AT_ONCE: Duration = Duration::from_micros(5);

/// What is shorter is no more than the work of changing threads.
const SMALL: Duration = Duration::from_micros(100);

/// The kernel ends a sleep so much later, to end several together (`prctl(2)`, timer slack).
const TIMER_SLACK: Duration = Duration::from_micros(50);

/// The waits of which it is known exactly when what they waited for came. Whoever wakes another at a
/// lock may itself have been kept from it for a while.
const EXACT: [State; 3] = [State::Sleeping, State::ProcessEnd, State::Start];

/// The time between two stops of a thread, and what is known of it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Interval {
    pub start: Duration,
    pub end: Duration,
    /// How long the thread had a core, and how long it was ready and had none. None where the kernel
    /// does not count.
    pub used: Option<Used>,
    /// How long the tracer held the thread before the call, or at all if there is no call.
    pub held: Duration,
    /// How long it may have held the thread beside that.
    pub unsure: Duration,
    /// When the tracer last knew that no thread stood and waited for it.
    pub idle: Duration,
    pub call: Option<Asked>,
}

#[derive(Debug, Clone, Copy, Default)]
pub struct Used {
    pub running: Duration,
    pub ready: Duration,
    /// How many times it gave its core away, beside those when it stopped for the tracer: to wait, or
    /// because another had its turn.
    pub gave_way: u64,
}

/// A call that may make its thread wait. The interval ends at its end, or later.
#[derive(Debug, Clone, Copy)]
pub struct Asked {
    pub state: State,
    /// When the thread stopped at the call, and when the tracer let it go on.
    pub at: Duration,
    pub from: Duration,
    /// The wait cannot have ended earlier than this, and ended about then.
    pub ended: Option<Duration>,
}

impl Asked {
    /// A sleep until then.
    pub fn slept_until(mut self, end: Duration) -> Asked {
        self.ended = Some(end.saturating_add(TIMER_SLACK));
        self
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Piece {
    pub state: State,
    pub start: Duration,
    pub end: Duration,
}

/// The pieces of an interval, in their order and without a gap. How much of each there was is known;
/// where in the interval it was, only roughly.
pub fn divide(interval: &Interval) -> Vec<Piece> {
    let Interval { start, end, idle, call, .. } = *interval;
    let mut pieces = Pieces { at: start, list: Vec::with_capacity(6) };
    let Some(used) = interval.used else {
        if let Some(call) = call {
            pieces.until(State::Running, call.at);
            pieces.until(call.state, end);
        }
        pieces.until(State::Running, end);
        return pieces.list;
    };
    let length = end.saturating_sub(start);
    let running = used.running.min(length);
    let ready = used.ready.min(length - running);

    // Before the call.
    let before = call.map_or(length, |call| call.at.saturating_sub(start));
    let held = interval.held.min(before);
    let ran = running.min(before - held);
    let waited = ready.min(before - held - ran);
    let rest = before - held - ran - waited;
    // Had it been in the kernel for another reason, it would not have been ready to be seen.
    let late = match call {
        None => rest.min(end.saturating_sub(idle)),
        Some(_) => Duration::ZERO,
    };
    let other = (rest - late).saturating_sub(interval.unsure);
    // Each wait takes a time at which it gave its core away, first that of the call. What else there was
    // is the time that a machine takes to wake a core.
    let unseen = used.gave_way > u64::from(call.is_some());
    let other = if other < SMALL || !unseen { Duration::ZERO } else { other };
    pieces.add(State::Ready, waited);
    pieces.add(State::Running, ran);
    pieces.add(State::System, other);
    pieces.add(State::Held, held + rest - other);

    let Some(call) = call else {
        pieces.until(State::Held, end);
        return pieces.list;
    };
    let since = end.saturating_sub(call.from);
    let running = (running - ran).min(since);
    let ready = (ready - waited).min(since - running);
    // The wait lasted until `latest`, or the tracer was late to see its end, but no later than it can
    // have been: until then the wait is known.
    let latest = call.from + (since - running - ready);
    let known = idle.saturating_sub(running + ready).min(latest);
    let wait_end = match call.ended {
        // The end of these is known exactly. That a thread had no core to begin to sleep made its sleep
        // no shorter.
        Some(ended) if EXACT.contains(&call.state) => ended.clamp(call.from, end - running),
        // Nobody goes on before it is woken. What does not fit between then and the end was before the
        // wait: the thread had to have a core to begin it.
        Some(ended) => ended.max(known).clamp(call.from, end),
        None => known.max(call.from),
    };
    let running = running.min(end - wait_end);
    let ready = ready.min(end - wait_end - running);
    let wait = wait_end - call.from;
    let waited = wait >= AT_ONCE && used.gave_way > 0;
    if !waited {
        pieces.until(State::Held, call.from);
    } else {
        // To the thread the wait begins where it asks.
        if call.from - call.at > SMALL {
            pieces.until(State::Held, call.from);
        }
        pieces.until(call.state, wait_end);
    }
    pieces.add(State::Ready, ready);
    pieces.add(State::Running, running);
    // What the tracer cannot have been late by was something that is not watched.
    let other = idle.min(end).saturating_sub(pieces.at + interval.unsure);
    if other >= SMALL && used.gave_way > u64::from(waited) {
        pieces.add(State::System, other);
    }
    pieces.until(State::Held, end);
    pieces.list
}

struct Pieces {
    at: Duration,
    list: Vec<Piece>,
}

impl Pieces {
    fn add(&mut self, state: State, length: Duration) {
        self.until(state, self.at + length);
    }

    fn until(&mut self, state: State, end: Duration) {
        if end <= self.at {
            return;
        }
        match self.list.last_mut() {
            Some(last) if last.state == state => last.end = end,
            _ => self.list.push(Piece { state, start: self.at, end }),
        }
        self.at = end;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn us(micros: u64) -> Duration {
        Duration::from_micros(micros)
    }

    fn told(interval: &Interval) -> Vec<(State, u64)> {
        let pieces = divide(interval);
        let mut at = interval.start;
        for piece in &pieces {
            assert_eq!(piece.start, at, "a gap in {pieces:?}");
            at = piece.end;
        }
        assert_eq!(at, interval.end, "{pieces:?}");
        pieces.iter().map(|p| (p.state, (p.end - p.start).as_micros() as u64)).collect()
    }

    fn used(running: u64, ready: u64) -> Option<Used> {
        Some(Used { running: us(running), ready: us(ready), gave_way: 2 })
    }

    fn asked(state: State, at: u64, from: u64) -> Asked {
        Asked { state, at: us(at), from: us(from), ended: None }
    }

    #[test]
    fn what_ran_is_what_had_a_core() {
        let interval = Interval {
            end: us(10_000),
            used: used(2_000, 7_000),
            held: us(1_000),
            ..Interval::default()
        };
        let expected = [(State::Ready, 7_000), (State::Running, 2_000), (State::Held, 1_000)];
        assert_eq!(told(&interval), expected);
    }

    #[test]
    fn time_that_nobody_accounts_for_was_in_the_system_or_the_tracer_was_late() {
        let interval = Interval {
            end: us(10_000),
            used: used(2_000, 0),
            idle: us(9_000),
            ..Interval::default()
        };
        let expected = [(State::Running, 2_000), (State::System, 7_000), (State::Held, 1_000)];
        assert_eq!(told(&interval), expected);
    }

    #[test]
    fn the_system_is_not_waited_for_where_the_tracer_may_have_held_the_thread() {
        let interval = Interval {
            end: us(10_000),
            used: used(2_000, 0),
            unsure: us(3_000),
            idle: us(9_000),
            ..Interval::default()
        };
        let expected = [(State::Running, 2_000), (State::System, 4_000), (State::Held, 4_000)];
        assert_eq!(told(&interval), expected);
    }

    #[test]
    fn a_sleep_is_as_long_as_was_asked_for() {
        let call = asked(State::Sleeping, 100, 120).slept_until(us(10_120));
        let interval = Interval {
            end: us(14_000),
            used: used(130, 500),
            idle: us(10_200),
            call: Some(call),
            ..Interval::default()
        };
        let expected = [
            (State::Running, 100),
            (State::Sleeping, 10_070),
            (State::Ready, 500),
            (State::Running, 30),
            (State::Held, 3_300),
        ];
        assert_eq!(told(&interval), expected);
    }

    #[test]
    fn a_wait_for_a_lock_ends_when_another_thread_opens_it() {
        let mut call = asked(State::Lock, 0, 0);
        call.ended = Some(us(6_000));
        let interval = Interval {
            end: us(9_000),
            used: used(100, 900),
            idle: us(100),
            call: Some(call),
            ..Interval::default()
        };
        let expected = [
            (State::Lock, 6_000),
            (State::Ready, 900),
            (State::Running, 100),
            (State::Held, 2_000),
        ];
        assert_eq!(told(&interval), expected);
    }

    #[test]
    fn a_wait_does_not_end_before_it_is_ended() {
        let mut call = asked(State::Lock, 0, 0);
        call.ended = Some(us(8_000));
        let interval = Interval {
            end: us(9_000),
            used: used(100, 3_000),
            idle: us(100),
            call: Some(call),
            ..Interval::default()
        };
        let expected = [(State::Lock, 8_000), (State::Ready, 900), (State::Running, 100)];
        assert_eq!(told(&interval), expected);
        call.ended = Some(us(8_950));
        let expected = [(State::Lock, 8_950), (State::Running, 50)];
        assert_eq!(told(&Interval { call: Some(call), ..interval }), expected);
    }

    #[test]
    fn what_was_there_already_is_not_waited_for() {
        let interval = Interval {
            end: us(60),
            used: Some(Used { running: us(40), ready: us(5), gave_way: 0 }),
            idle: us(50),
            call: Some(asked(State::Input, 10, 15)),
            ..Interval::default()
        };
        assert!(told(&interval).iter().all(|&(state, _)| state != State::Input));
    }

    #[test]
    fn that_the_tracer_was_late_makes_no_wait_longer() {
        let interval = Interval {
            end: us(50_000),
            used: used(100, 900),
            idle: us(11_000),
            call: Some(asked(State::Input, 0, 0)),
            ..Interval::default()
        };
        let expected = [
            (State::Input, 10_000),
            (State::Ready, 900),
            (State::Running, 100),
            (State::Held, 39_000),
        ];
        assert_eq!(told(&interval), expected);
        // Who kept its core did not wait, however late that is seen.
        let used = Some(Used { running: us(40), ready: us(5), gave_way: 0 });
        let interval = Interval { used, ..interval };
        let expected = [(State::Ready, 5), (State::Running, 40), (State::Held, 49_955)];
        assert_eq!(told(&interval), expected);
        assert_eq!(told(&Interval { call: None, idle: us(50_000), ..interval }), expected);
    }

    #[test]
    fn one_wait_is_not_two() {
        let call = asked(State::Sleeping, 0, 0).slept_until(us(10_000));
        let mut used = Used { running: us(100), ready: us(0), gave_way: 1 };
        let interval = |used| Interval {
            end: us(15_000),
            used: Some(used),
            idle: us(15_000),
            call: Some(call),
            ..Interval::default()
        };
        let sleep = [(State::Sleeping, 10_050), (State::Running, 100)];
        assert_eq!(told(&interval(used)), [&sleep[..], &[(State::Held, 4_850)]].concat());
        used.gave_way = 2;
        assert_eq!(told(&interval(used)), [&sleep[..], &[(State::System, 4_850)]].concat());
    }

    #[test]
    fn nothing_is_lost_whatever_the_numbers_are() {
        // A simple generator: the test is the same each time.
        let mut seed = 1_u64;
        let mut random = |below: u64| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (seed >> 33) % below
        };
        for _ in 0..20_000 {
            let end = random(20_000);
            let at = random(end + 1);
            let from = at + random(end - at + 1);
            let mut call = asked(State::Lock, at, from);
            call.ended = (random(2) == 0).then(|| us(random(20_000)));
            let used = Used {
                running: us(random(20_000)),
                ready: us(random(20_000)),
                gave_way: random(3),
            };
            let interval = Interval {
                start: us(0),
                end: us(end),
                used: (random(9) != 0).then_some(used),
                held: us(random(3_000)),
                unsure: us(random(3_000)),
                idle: us(random(20_000)),
                call: (random(2) == 0).then_some(call),
            };
            let ran = told(&interval).into_iter().filter(|&(state, _)| state == State::Running);
            let ran: u64 = ran.map(|(_, length)| length).sum();
            if let Some(used) = interval.used {
                assert!(us(ran) <= used.running, "{interval:?}");
            }
        }
    }
}
