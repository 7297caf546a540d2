//! What stands in for std asks of the state.

use ::std::any::Any;
use ::std::panic::{Location, catch_unwind, resume_unwind};
use ::std::time::Duration;

use super::super::prelude;
use super::shared::{Channel, Condition, Initialised, Shared};
use super::touches::{Of, object, touch};
use super::{Abandoned, At, Next, STATE, State, Thread, hash};
use crate::step::{Action, Actor, How, Outcome, ThingNumber};
use crate::world::{Caveat, End};

/// Looks at the run that is under way.
pub(crate) fn with<T>(look: impl FnOnce(&mut State) -> T) -> T {
    STATE.with_borrow_mut(|state| {
        look(state.as_mut().expect("what stands in for std works only inside a search"))
    })
}

/// Changes the run that is under way, unless it is over and left as it stood.
fn with_unless_over(change: impl FnOnce(&mut State)) {
    with(|state| {
        if !state.over() {
            change(state);
        }
    });
}

/// The thread that runs now.
pub(crate) fn me() -> Actor {
    shuttle::current::me().into()
}

/// Takes a step of the current thread, after those that the scheduler puts before it.
#[track_caller]
pub(crate) fn step(action: Action) {
    step_at(action, Location::caller());
}

pub(crate) fn step_at(action: Action, at: &'static Location<'static>) {
    take(action, Duration::ZERO, Some(at));
}

pub(crate) fn timed_step_at(action: Action, time: Duration, at: &'static Location<'static>) {
    take(action, time, Some(at));
}

fn take(action: Action, time: Duration, at: At) {
    let thread = me();
    with_unless_over(|state| {
        let hash = hash(&(thread, &action, at.map(|at| (at.line(), at.column()))));
        state.threads[thread].next = Some(Next { action, at, hash, time });
    });
    // A panicking thread unwinds in one go: the engine cannot switch away from it.
    if !::std::thread::panicking() {
        // To the engine a sleep is nothing but a place where others may run.
        shuttle::thread::sleep(Duration::ZERO);
    }
    let over = with(|state| {
        if !state.over() {
            state.take_step(thread);
        }
        state.over()
    });
    if over && !::std::thread::panicking() {
        resume_unwind(Box::new(Abandoned));
    }
}

/// Whether what the latest step tried or asked came out well.
pub(crate) fn success() -> bool {
    with(|state| state.success)
}

/// Says what came of the step that was just taken, if anybody will read it.
pub(crate) fn outcome(outcome: impl FnOnce() -> Outcome) {
    let told = with(|state| !state.over() && state.plan.detailed && !state.steps.is_empty());
    if told {
        // Outside of the state, since a value's own `Debug` may ask for it.
        let outcome = outcome();
        with(|state| state.steps.last_mut().expect("it has steps").outcome = outcome);
    }
}

/// The access that was just made has written `variable`, or has left it as it was.
pub(crate) fn accessed(variable: ThingNumber, written: bool) {
    let thread = me();
    with_unless_over(|state| {
        let object = object(Of::Thing, variable);
        if written {
            state.written(thread, object);
        } else if let Some(latest) = state.moves.last_mut() {
            for touch in latest.touches.iter_mut().filter(|touch| touch.object == object) {
                touch.how = How::Read;
            }
        }
    });
}

/// Has the report say that not everything is tried here.
pub(crate) fn caveat(caveat: Caveat) {
    with_unless_over(|state| {
        state.caveats.insert(caveat);
    });
}

/// Enters a new thread, which is started here, and gives its number.
pub(crate) fn enter_thread(name: Option<String>, at: &'static Location<'static>) -> Actor {
    let me = me();
    with(|state| {
        let number = state.threads.len();
        let born = state.moves.len().checked_sub(1);
        let clock = state.threads[me].clock;
        state.threads.push(Thread { name, born, clock, ..Thread::default() });
        state.alive += 1;
        if !state.over() {
            // Two threads that both start others number them in the order of their starts.
            state.also([touch(object(Of::Births, 0), How::Write)]);
            state.tell(me, Action::Start(number), Some(at), Outcome::Done);
        }
        number
    })
}

/// The name of a thread.
pub(crate) fn name(thread: Actor) -> Option<String> {
    with(|state| state.threads[thread].name.clone())
}

/// Whether one of these threads has ended with a panic that nobody has seen.
pub(crate) fn unseen_panic(threads: &[Actor]) -> bool {
    with(|state| threads.iter().any(|&thread| state.threads[thread].unseen_panic))
}

/// How much time has passed for the current thread. A look at the clock takes a microsecond, so that
/// a loop which does nothing else comes to its end.
pub(crate) fn clock() -> Duration {
    let me = me();
    with(|state| {
        if !state.over() {
            state.caveats.insert(Caveat::Clock);
        }
        state.threads[me].clock += Duration::from_micros(1);
        state.threads[me].clock
    })
}

fn enter(shared: Shared, made: At) -> ThingNumber {
    with(|state| {
        state.shared.push(shared);
        state.names.push(None);
        state.made.push(made);
        state.shared.len() - 1
    })
}

/// Enters a new lock, which was made there, and gives its number.
pub(crate) fn enter_lock(made: &'static Location<'static>) -> ThingNumber {
    enter(Shared::Lock { holder: None, readers: 0 }, Some(made))
}

/// Locks standard output for the current thread, as often as it likes.
pub(crate) fn lock_stdout(at: &'static Location<'static>) {
    let thread = me();
    let lock = with(|state| match &mut state.stdout {
        Some((lock, _)) => *lock,
        None => {
            state.shared.push(Shared::Lock { holder: None, readers: 0 });
            state.names.push(Some("stdout".to_string()));
            state.made.push(None);
            let lock = state.shared.len() - 1;
            state.stdout = Some((lock, 0));
            lock
        }
    });
    if !with(|state| state.holds(thread, lock)) {
        step_at(Action::Lock { lock, shared: false }, at);
    }
    count_stdout(1);
}

/// Gives standard output back, when it was locked for the last time.
pub(crate) fn unlock_stdout() {
    let thread = me();
    let last = with(|state| state.stdout.filter(|(_, times)| *times == 1));
    count_stdout(-1);
    if let Some((lock, _)) = last.filter(|(lock, _)| with(|state| state.holds(thread, *lock))) {
        take(Action::Unlock { lock, shared: false }, Duration::ZERO, prelude::dropped_at());
    }
}

fn count_stdout(change: isize) {
    with_unless_over(|state| {
        if let Some((_, times)) = &mut state.stdout {
            *times = times.saturating_add_signed(change);
        }
    });
}

/// Enters a new variable, which was made there, and gives its number.
pub(crate) fn enter_variable(made: &'static Location<'static>) -> ThingNumber {
    enter(Shared::Variable, Some(made))
}

/// Enters a new channel, with one sender, and gives its number.
pub(crate) fn enter_channel(bound: Option<usize>) -> ThingNumber {
    let channel = Channel { senders: 1, sent: 0, received: 0, bound, closed: false };
    enter(Shared::Channel(channel), None)
}

/// Enters a new condition and gives its number.
pub(crate) fn enter_condition() -> ThingNumber {
    enter(Shared::Condition(Condition::default()), None)
}

/// Enters a new barrier and gives its number.
pub(crate) fn enter_barrier(size: usize) -> ThingNumber {
    enter(Shared::Barrier { size, arrived: 0, generation: 0 }, None)
}

/// Enters something that is initialised once and gives its number.
pub(crate) fn enter_cell() -> ThingNumber {
    enter(Shared::Cell(Initialised::No), None)
}

/// There is one more to send into a channel.
pub(crate) fn add_sender(channel: ThingNumber) {
    with_unless_over(|state| state.channel_mut(channel).senders += 1);
}

/// There is one less to send into a channel.
pub(crate) fn remove_sender(channel: ThingNumber) {
    hang_up(channel, false);
}

fn hang_up(channel: ThingNumber, receives: bool) {
    let noticed = with(|state| state.noticed);
    let noticed = if receives { noticed.receivers } else { noticed.senders };
    let at = prelude::dropped_at();
    if noticed && !::std::thread::panicking() {
        return take(Action::HangUp { channel, receives }, Duration::ZERO, at);
    }
    with_unless_over(|state| {
        state.hang_up(channel, receives);
        let (of, how) =
            if receives { (Of::Receiver, How::Write) } else { (Of::Senders, How::Establish) };
        state.also([touch(object(of, channel), how)]);
    });
}

/// Whether nobody can send into a channel any more.
pub(crate) fn has_no_senders(channel: ThingNumber) -> bool {
    with(|state| state.channel(channel).senders == 0)
}

/// The receiver of a channel is gone.
pub(crate) fn close(channel: ThingNumber) {
    hang_up(channel, true);
}

/// Whether the receiver of a channel is gone.
pub(crate) fn is_closed(channel: ThingNumber) -> bool {
    with(|state| state.channel(channel).closed)
}

/// Notes the end of a thread, with or without a panic.
pub(crate) fn leave_thread<T>(thread: Actor, result: &::std::thread::Result<T>) {
    if with(|state| state.noticed.ends) {
        // Unwinds where another thread ends the program first.
        drop(catch_unwind(|| take(Action::End, Duration::ZERO, None)));
    }
    with(|state| {
        state.alive -= 1;
        if !state.over() {
            state.threads[thread].ended = true;
            state.threads[thread].unseen_panic = result.is_err();
            state.also([touch(object(Of::Thread, thread), How::Establish)]);
        }
    });
}

/// Notes the end of main, which ends the program, and waits until all other threads have unwound.
pub(crate) fn leave_main(result: ::std::thread::Result<i32>) {
    // Whether the end of main is a step depends on whether all others have ended.
    with_unless_over(|state| {
        let threads = 1..state.threads.len();
        let ends = threads.map(|thread| touch(object(Of::Thread, thread), How::Read));
        state.also(ends.collect::<Vec<_>>());
    });
    if with(|state| state.alive > 0) {
        // Unwinds where another thread ends the program first.
        drop(catch_unwind(|| step(Action::EndMain)));
    }
    with(|state| {
        state.end(match result {
            Ok(0) => End::Returned,
            Ok(code) => End::Exited(code),
            Err(panic) => End::Panicked(message(&*panic)),
        });
    });
    while with(|state| state.alive > 0) {
        shuttle::thread::yield_now();
    }
}

fn message(panic: &(dyn Any + Send)) -> String {
    if let Some(text) = panic.downcast_ref::<&str>() {
        (*text).to_string()
    } else if let Some(text) = panic.downcast_ref::<String>() {
        text.clone()
    } else {
        String::new()
    }
}
