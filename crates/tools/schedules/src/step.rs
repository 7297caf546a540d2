//! The steps of threads, and the numbers by which a run knows threads, locks and channels.

use ::std::panic::Location;

/// A thread's number: 0 is main, the others count in the order in which they were started.
pub type ThreadNumber = usize;

/// A lock's number, counted in the order in which the locks were first taken.
pub type LockNumber = usize;

/// A channel's number, counted in the order in which the channels were made.
pub type ChannelNumber = usize;

/// What a step does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Starts a thread. The scheduler is not asked before it: nobody could notice a later start.
    Start(ThreadNumber),
    /// Takes a lock, as soon as nobody holds it.
    Lock(LockNumber),
    /// Gives a lock back.
    Release(LockNumber),
    /// Reads or writes an atomic.
    Access,
    /// Prints this text.
    Print(String),
    /// Sleeps, or yields. Time does not pass here, so other threads may take any number of steps.
    Sleep,
    /// Waits until a thread has ended.
    Join(ThreadNumber),
    /// Waits at the end of a scope until its threads have ended.
    EndScope(Vec<ThreadNumber>),
    /// Sends a message.
    Send(ChannelNumber),
    /// Waits for a message.
    Receive {
        /// Where the message comes from.
        channel: ChannelNumber,
        /// Whether to give up when no thread can go on.
        timed: bool,
    },
    /// Ends the whole program with this exit code.
    Exit(i32),
    /// Comes to the end of main, and so of the program, while other threads are still alive.
    EndMain,
}

/// A step that a thread takes, or is about to take.
#[derive(Clone, Debug)]
pub struct Step {
    /// The thread that takes it.
    pub thread: ThreadNumber,
    /// What it does.
    pub action: Action,
    /// The call in the lesson's source.
    pub at: &'static Location<'static>,
    /// What came of it, such as the value that was read. Empty before the step is taken.
    pub note: String,
}
