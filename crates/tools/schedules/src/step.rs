//! Steps as data: what an actor does next, where, what came of it, and what it touches. No sentence of
//! any language is in here: [`tell`](crate::tell) renders the words.

use std::fmt;
use std::sync::Arc;

/// A thread or a process, by its number: 0 is main, the others count in the order in which they were
/// started.
pub type Actor = usize;

/// Something that actors share, by its number among the [things](crate::world::Details::things) of a
/// run.
pub type ThingNumber = usize;

/// What a step does.
///
/// This is the vocabulary of all worlds. A world uses the words that fit; what has none is a
/// [`Call`](Action::Call), which is told by its name alone.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// Starts an actor. It is told, but it is no step: nobody could notice a later start.
    Start(Actor),
    /// Takes a lock, as soon as it is to be had.
    Lock {
        /// Which one.
        lock: ThingNumber,
        /// Whether it is shared with others who share it.
        shared: bool,
    },
    /// Takes a lock if it is to be had now.
    TryLock {
        /// Which one.
        lock: ThingNumber,
        /// Whether it is shared with others who share it.
        shared: bool,
    },
    /// Gives a lock back.
    Unlock {
        /// Which one.
        lock: ThingNumber,
        /// Whether it was shared.
        shared: bool,
    },
    /// Reads a variable.
    Read(ThingNumber),
    /// Writes a variable.
    Write(ThingNumber),
    /// Reads a variable and writes it, in one step.
    Update(ThingNumber),
    /// Prints this text.
    Print(String),
    /// Sleeps or yields: others may take any number of steps.
    Sleep,
    /// Waits until an actor has ended.
    Join(Actor),
    /// Waits until each of these has ended, such as at the end of a scope.
    JoinAll(Vec<Actor>),
    /// Waits until one of these has ended.
    JoinAny(Vec<Actor>),
    /// Asks whether an actor has ended.
    HasEnded(Actor),
    /// Puts a message into a channel, as soon as there is room.
    Send(ThingNumber),
    /// Puts a message into a channel if there is room.
    TrySend(ThingNumber),
    /// Takes a message out of a channel, as soon as there is one.
    Receive {
        /// Where it comes from.
        channel: ThingNumber,
        /// Whether it may give up.
        timed: bool,
    },
    /// Takes a message out of a channel if there is one.
    TryReceive(ThingNumber),
    /// Waits until somebody has taken its message.
    AwaitTaken(ThingNumber),
    /// Gives up its end of a channel.
    HangUp {
        /// Which channel.
        channel: ThingNumber,
        /// Whether it is the end that receives.
        receives: bool,
    },
    /// Gives a lock back and begins to wait for a notification.
    Wait {
        /// For what it waits.
        condition: ThingNumber,
        /// What it gives back.
        lock: ThingNumber,
    },
    /// Was notified, or gives up, and takes the lock again.
    Wake {
        /// For what it waited.
        condition: ThingNumber,
        /// What it takes again.
        lock: ThingNumber,
        /// Whether it may give up.
        timed: bool,
    },
    /// Wakes one of those who wait, or all.
    Notify {
        /// For what they wait.
        condition: ThingNumber,
        /// Whether it wakes all of them.
        all: bool,
    },
    /// Comes to a barrier.
    Arrive(ThingNumber),
    /// Goes on behind a barrier, when all have come.
    Pass(ThingNumber),
    /// Sets a flag for which others may wait.
    Set(ThingNumber),
    /// Takes the flag down again.
    Clear(ThingNumber),
    /// Waits until a flag is set.
    AwaitSet {
        /// Which one.
        flag: ThingNumber,
        /// Whether it may give up.
        timed: bool,
    },
    /// Waits until it is unparked.
    Park {
        /// Whether it may give up.
        timed: bool,
    },
    /// Lets a parked actor go on, or the next park of one that is not.
    Unpark(Actor),
    /// Begins to initialise something, or finds that it is initialised.
    Initialise(ThingNumber),
    /// Has initialised something, or has failed to.
    Initialised {
        /// What.
        cell: ThingNumber,
        /// Whether it is initialised.
        done: bool,
    },
    /// Looks whether something is initialised.
    Peek(ThingNumber),
    /// Ends the whole program with this exit code.
    Exit(i32),
    /// Comes to the end of main, and so of the program, while others are still alive.
    EndMain,
    /// Ends itself, where others can notice it.
    End,
    /// Sends a signal.
    Signal {
        /// To whom.
        to: Actor,
        /// The signal's number.
        signal: i32,
    },
    /// Calls what has this name.
    Call(String),
}

/// What came of a step.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing that its action does not say, or nothing yet.
    #[default]
    Done,
    /// It saw this value: of what it has locked, gives back, reads or receives.
    Saw(String),
    /// It wrote this value.
    Wrote(String),
    /// It read the one and wrote the other.
    Changed {
        /// What was there before.
        from: String,
        /// What is there now.
        to: String,
    },
    /// What it tried or asked came out well: it has the lock, somebody was woken, the other has ended.
    Yes,
    /// What it tried or asked did not.
    No,
    /// It has given up: nobody else could go on.
    GaveUp,
    /// Nobody is left at the other end of the channel.
    Disconnected,
}

/// A place in a source.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Place {
    /// The file, as the world's program knows it.
    pub file: Arc<str>,
    /// The line, counted from 1.
    pub line: u32,
    /// The column, counted in characters from 1; 0 if it is not known.
    pub column: u32,
}

/// A step that an actor has taken, or is about to take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Who takes it.
    pub actor: Actor,
    /// What it does.
    pub action: Action,
    /// Where, if that is known.
    pub place: Option<Place>,
    /// What came of it.
    pub outcome: Outcome,
}

/// What two steps must both touch, or they commute: an object of the world's.
///
/// To the search it is a number and no more. A world numbers its objects so that runs which begin with
/// the same choices give them the same numbers.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Object(pub u64);

impl fmt::Debug for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#x}", self.0)
    }
}

impl Object {
    /// The whole program: every step reads it, and its end writes it.
    pub const PROGRAM: Object = Object(0);
    /// All that is printed.
    pub const OUTPUT: Object = Object(1);
}

/// What a step touches, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Touch {
    /// What it touches.
    pub object: Object,
    /// In which way.
    pub how: How,
}

/// The ways to touch an object, by what they commute with.
///
/// [`Read`](How::Read) and [`Write`](How::Write) serve every object: a world that knows no more is
/// right. The others say that more steps commute, or that two of them can never stand at one choice
/// together, and so save runs. None of them saves an ending.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum How {
    /// Looks at it.
    Read,
    /// Changes it.
    Write,
    /// Prints a text of this hash: equal texts may change places.
    Print(u64),
    /// Waits until it is free and takes it.
    Acquire,
    /// Gives it back.
    Release,
    /// Waits until nobody has it alone and shares it.
    AcquireShared,
    /// Gives a share back.
    ReleaseShared,
    /// Takes it if it is free.
    Try,
    /// Puts in the message of this number.
    Put(usize),
    /// Waits for the message of this number and takes it.
    Take(usize),
    /// Finds the message of this number and takes it, without having waited.
    TryTake(usize),
    /// Finds that the message of this number, and so all that follow, are not there yet.
    Missing(usize),
    /// Waits until the message of this number was taken.
    AfterTake(usize),
    /// Makes it true, for good.
    Establish,
    /// Waits until it is true, for good.
    Await,
    /// Comes only because nobody else could go on.
    GiveUp,
    /// Begins to wait for it.
    Wait,
    /// Goes on after a wait for it.
    Wake,
    /// Wakes who waits for it.
    Notify,
}

impl How {
    /// Whether two steps of different actors that touch one object in these ways may change places
    /// without anybody noticing.
    pub fn commutes(self, other: How) -> bool {
        use How::{
            AcquireShared, AfterTake, Await, Establish, Missing, Print, Put, Read, ReleaseShared,
            Take, TryTake,
        };
        match (self, other) {
            (Read, Read) => true,
            (Print(one), Print(two)) => one == two,
            (AcquireShared | ReleaseShared, AcquireShared | ReleaseShared)
            | (Read, AcquireShared)
            | (AcquireShared, Read) => true,
            // Only the message itself must be put in before it is taken out.
            (Put(one), Take(two) | TryTake(two)) | (Take(two) | TryTake(two), Put(one)) => {
                one != two
            }
            (AfterTake(_), AfterTake(_)) => true,
            (Missing(_), Missing(_) | Read) | (Read, Missing(_)) => true,
            // It must be put in between.
            (Missing(one), Take(two) | TryTake(two)) | (Take(two) | TryTake(two), Missing(one)) => {
                two >= one
            }
            (AfterTake(one), Take(two)) | (Take(two), AfterTake(one)) => one != two,
            (Establish, Establish) | (Await, Await) | (Await, Read) | (Read, Await) => true,
            _ => false,
        }
    }

    /// Whether there can be a choice between two steps that touch one object in these ways. Of a step
    /// and the one that it waits for there is none.
    pub fn can_compete(self, other: How) -> bool {
        use How::{
            Acquire, AcquireShared, AfterTake, Await, Establish, GiveUp, Put, Release,
            ReleaseShared, Take, Write,
        };
        !matches!(
            (self, other),
            (Release | ReleaseShared, Acquire | AcquireShared)
                | (Acquire | AcquireShared, Release | ReleaseShared)
                | (Release, Release | ReleaseShared)
                | (ReleaseShared, Release)
                | (Put(_), Take(_))
                | (Take(_), Put(_))
                | (AfterTake(_), Take(_))
                | (Take(_), AfterTake(_))
                | (Establish | Write, Await)
                | (Await, Establish | Write)
                | (GiveUp, _)
                | (_, GiveUp)
        )
    }

    /// Whether it commutes with nothing at all.
    pub fn is_exclusive(self) -> bool {
        matches!(self, How::Write | How::Acquire | How::GiveUp)
    }
}

/// Whether two steps of different actors may change places without anybody noticing.
pub fn commute(one: &[Touch], two: &[Touch]) -> bool {
    one.iter().all(|a| two.iter().all(|b| a.object != b.object || a.how.commutes(b.how)))
}

#[cfg(test)]
mod tests {
    use super::How::{
        self, Acquire, AcquireShared, AfterTake, Await, Establish, GiveUp, Missing, Notify, Print,
        Put, Read, Release, ReleaseShared, Take, Try, TryTake, Wait, Wake, Write,
    };

    const ALL: [How; 21] = [
        Read,
        Write,
        Print(1),
        Print(2),
        Acquire,
        Release,
        AcquireShared,
        ReleaseShared,
        Try,
        Put(1),
        Put(2),
        Take(1),
        TryTake(1),
        AfterTake(1),
        Missing(1),
        Establish,
        Await,
        GiveUp,
        Wait,
        Wake,
        Notify,
    ];

    #[test]
    fn to_commute_and_to_compete_is_mutual() {
        for one in ALL {
            for two in ALL {
                assert_eq!(one.commutes(two), two.commutes(one), "{one:?} {two:?}");
                assert_eq!(one.can_compete(two), two.can_compete(one), "{one:?} {two:?}");
            }
        }
    }

    #[test]
    fn what_is_exclusive_commutes_with_nothing() {
        for one in ALL.into_iter().filter(|how| how.is_exclusive()) {
            assert!(!ALL.into_iter().any(|two| one.commutes(two)), "{one:?}");
        }
    }
}
