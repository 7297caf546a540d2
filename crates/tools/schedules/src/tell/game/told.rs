//! How steps, things and ends are told in the data of a game.

use serde_json::{Map, Value, json};

use crate::step::{Action, ThingNumber};
use crate::world::{Caveat, End, ThingKind};

/// The thing that an action is about.
pub(super) fn thing_of(action: &Action) -> Option<ThingNumber> {
    match action {
        Action::Lock { lock: thing, .. }
        | Action::TryLock { lock: thing, .. }
        | Action::Unlock { lock: thing, .. }
        | Action::Read(thing)
        | Action::Write(thing)
        | Action::Update(thing)
        | Action::Send(thing)
        | Action::TrySend(thing)
        | Action::Receive { channel: thing, .. }
        | Action::TryReceive(thing)
        | Action::AwaitTaken(thing)
        | Action::HangUp { channel: thing, .. }
        | Action::Wait { condition: thing, .. }
        | Action::Wake { condition: thing, .. }
        | Action::Notify { condition: thing, .. }
        | Action::Arrive(thing)
        | Action::Pass(thing)
        | Action::Set(thing)
        | Action::Clear(thing)
        | Action::AwaitSet { flag: thing, .. }
        | Action::Initialise(thing)
        | Action::Initialised { cell: thing, .. }
        | Action::Peek(thing) => Some(*thing),
        Action::Start(_)
        | Action::Print(_)
        | Action::Sleep
        | Action::Join(_)
        | Action::JoinAll(_)
        | Action::JoinAny(_)
        | Action::HasEnded(_)
        | Action::Park { .. }
        | Action::Unpark(_)
        | Action::Exit(_)
        | Action::EndMain
        | Action::End
        | Action::Signal { .. }
        | Action::Call(_) => None,
    }
}

/// What an action does and with what, with the game's numbers of things.
pub(super) fn action(action: &Action, things: &[usize]) -> Map<String, Value> {
    let (does, more) = match action {
        Action::Start(whom) => ("start", json!({ "whom": whom })),
        Action::Lock { shared, .. } => ("lock", json!({ "shared": shared })),
        Action::TryLock { shared, .. } => ("try_lock", json!({ "shared": shared })),
        Action::Unlock { shared, .. } => ("unlock", json!({ "shared": shared })),
        Action::Read(_) => ("read", json!({})),
        Action::Write(_) => ("write", json!({})),
        Action::Update(_) => ("update", json!({})),
        Action::Print(text) => ("print", json!({ "text": text })),
        Action::Sleep => ("sleep", json!({})),
        Action::Join(whom) => ("join", json!({ "whom": whom })),
        Action::JoinAll(whom) => ("join_all", json!({ "whom": whom })),
        Action::JoinAny(whom) => ("join_any", json!({ "whom": whom })),
        Action::HasEnded(whom) => ("has_ended", json!({ "whom": whom })),
        Action::Send(_) => ("send", json!({})),
        Action::TrySend(_) => ("try_send", json!({})),
        Action::Receive { timed, .. } => ("receive", json!({ "timed": timed })),
        Action::TryReceive(_) => ("try_receive", json!({})),
        Action::AwaitTaken(_) => ("await_taken", json!({})),
        Action::HangUp { receives, .. } => ("hang_up", json!({ "receives": receives })),
        Action::Wait { lock, .. } => ("wait", json!({ "lock": things[*lock] })),
        Action::Wake { lock, timed, .. } => {
            ("wake", json!({ "lock": things[*lock], "timed": timed }))
        }
        Action::Notify { all, .. } => ("notify", json!({ "all": all })),
        Action::Arrive(_) => ("arrive", json!({})),
        Action::Pass(_) => ("pass", json!({})),
        Action::Set(_) => ("set", json!({})),
        Action::Clear(_) => ("clear", json!({})),
        Action::AwaitSet { timed, .. } => ("await_set", json!({ "timed": timed })),
        Action::Park { timed } => ("park", json!({ "timed": timed })),
        Action::Unpark(whom) => ("unpark", json!({ "whom": whom })),
        Action::Initialise(_) => ("initialise", json!({})),
        Action::Initialised { done, .. } => ("initialised", json!({ "done": done })),
        Action::Peek(_) => ("peek", json!({})),
        Action::Exit(code) => ("exit", json!({ "code": code })),
        Action::EndMain => ("end_main", json!({})),
        Action::End => ("end", json!({})),
        Action::Signal { to, signal } => ("signal", json!({ "whom": to, "signal": signal })),
        Action::Call(name) => ("call", json!({ "name": name })),
    };
    let Value::Object(mut told) = more else { unreachable!("each is an object") };
    // What is not so need not be said.
    told.retain(|_, value| *value != Value::Bool(false));
    told.insert("does".to_string(), json!(does));
    if let Some(thing) = thing_of(action) {
        told.insert("thing".to_string(), json!(things[thing]));
    }
    told
}

pub(super) fn end_of(end: &End, uncaught: &[String]) -> Value {
    let mut told = match end {
        End::Returned => json!({ "how": "returned" }),
        End::Exited(code) => json!({ "how": "exited", "code": code }),
        End::Panicked(message) => json!({ "how": "panicked", "message": message }),
        End::Raised(message) => json!({ "how": "raised", "message": message }),
        End::Deadlock => json!({ "how": "deadlock" }),
        End::Endless | End::CutOff(_) => json!({ "how": "endless" }),
        End::Bounded(prints) => json!({ "how": "bounded", "prints": prints }),
    };
    if !uncaught.is_empty() {
        told["uncaught"] = json!(uncaught);
    }
    told
}

pub(super) fn kind_of(kind: ThingKind) -> &'static str {
    match kind {
        ThingKind::Lock => "lock",
        ThingKind::Semaphore => "semaphore",
        ThingKind::Variable => "variable",
        ThingKind::Memory => "memory",
        ThingKind::Channel => "channel",
        ThingKind::Condition => "condition",
        ThingKind::Barrier => "barrier",
        ThingKind::Flag => "flag",
        ThingKind::Cell => "cell",
    }
}

pub(super) fn code(caveat: Caveat) -> &'static str {
    match caveat {
        Caveat::BoundedWait => "bounded_wait",
        Caveat::SpuriousWakeUps => "spurious_wake_ups",
        Caveat::WeakOrder => "weak_order",
        Caveat::Clock => "clock",
        Caveat::HashOrder => "hash_order",
        Caveat::Chance => "chance",
        Caveat::Unwinding => "unwinding",
        Caveat::MemoryRaces => "memory_races",
        Caveat::CommonMemory => "common_memory",
        Caveat::Files => "files",
        Caveat::ShortReads => "short_reads",
        Caveat::Sockets => "sockets",
        Caveat::Contended => "contended",
    }
}
