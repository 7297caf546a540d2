//! The one interface between a search and what it searches.
//!
//! A world starts a program from the beginning, makes the choices that it is told, goes on as the plan
//! says, and gives back the run: at each choice who could go and what stood there, which actor went, and
//! what its step touched; the output; the end. The search, the story, the game and the page's data know
//! no more of a program than this.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::error::Error;
use std::fmt;
use std::io;
use std::path::PathBuf;
use std::rc::Rc;

use crate::step::{Actor, Object, Place, Step, Touch, commute};

/// A program that can be run from its beginning, again and again, under schedules of one's choice.
pub trait World {
    /// Makes one run.
    ///
    /// # Errors
    ///
    /// When there is no run to give back, and trying again would not help: the program does not start,
    /// or it does what this world does not model.
    fn run(&mut self, plan: &Plan) -> Result<Run, Fault>;

    /// What its actors are.
    fn actors(&self) -> Actors {
        Actors::Threads
    }

    /// Makes runs until `search` has no more plans. A world whose runs take microseconds may have a
    /// cheaper way than one call of [`run`](World::run) for each.
    ///
    /// # Errors
    ///
    /// The first that a run gives.
    fn explore(&mut self, search: Rc<RefCell<dyn Search>>) -> Result<(), Fault> {
        loop {
            let Some(plan) = search.borrow_mut().next() else { return Ok(()) };
            let run = self.run(&plan)?;
            search.borrow_mut().learn(run);
        }
    }
}

/// What the actors of a world are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Actors {
    /// The threads of a program.
    Threads,
    /// Processes, and what a sleep promises in them: `instant`, `ordered` or `any`.
    Processes(&'static str),
}

/// What decides which runs are made.
pub trait Search {
    /// The next run to make, or `None` when there is enough.
    fn next(&mut self) -> Option<Plan>;

    /// Takes the run that was made after the last plan.
    fn learn(&mut self, run: Run);
}

/// How a run is to go.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// Who takes the first step, the second, and so on: one actor for each step, also where only one
    /// can go.
    pub schedule: Vec<Actor>,
    /// How it goes on after these.
    pub then: Then,
    /// Whether the run is to be told: its [`details`](Run::details) are wanted.
    pub detailed: bool,
}

/// How a run goes on when it has done what it was told.
#[derive(Clone, Debug, Default)]
pub enum Then {
    /// It stops before the next step.
    Stop,
    /// It goes on until there is something to [ask](Move::asked) a player, or to its end.
    UntilAsked,
    /// It goes on as long as whoever went last can go, main at the beginning. Where they cannot, the run
    /// stops.
    Straight,
    /// It goes on to its end, by a fixed rule of the world's own: a good one lets whoever went last go
    /// on, but after a sleep the next one, so that an endless loop does not keep all others waiting.
    #[default]
    GoOn,
    /// As before, but nobody takes a step that is asleep: what comes after it was tried already. Where
    /// all who could go are asleep the run stops, as [`Finish::Asleep`]. These were asleep before the
    /// last step of the schedule, so that step is the first to [wake](Sleepers::wake) others. A world
    /// may take this for [`GoOn`](Then::GoOn): that costs runs, and no endings.
    Awake(Sleepers),
    /// It goes on to its end by choices that depend on this number alone.
    Random(u64),
}

/// Steps that are not to be taken yet, since everything that comes after them was tried: each until
/// another step is taken that does not commute with it.
#[derive(Clone, Debug, Default)]
pub struct Sleepers(Vec<(Actor, Vec<Touch>)>);

impl Sleepers {
    /// Puts the next step of `actor` to sleep.
    pub fn add(&mut self, actor: Actor, touches: Vec<Touch>) {
        self.0.push((actor, touches));
    }

    /// Whether the next step of `actor` is asleep.
    pub fn contains(&self, actor: Actor) -> bool {
        self.0.iter().any(|(sleeper, _)| *sleeper == actor)
    }

    /// A step was taken: wakes who does not commute with it.
    pub fn wake(&mut self, actor: Actor, touches: &[Touch]) {
        self.0.retain(|(sleeper, asleep)| *sleeper != actor && commute(asleep, touches));
    }

    /// All that are asleep.
    pub fn iter(&self) -> impl Iterator<Item = &(Actor, Vec<Touch>)> {
        self.0.iter()
    }
}

/// What happened in a run.
#[derive(Clone, Debug, Default)]
pub struct Run {
    /// Its steps, in the order in which they were taken.
    pub moves: Vec<Move>,
    /// All actors that were ever started, main first.
    pub actors: Vec<Life>,
    /// Everything that was printed.
    pub output: String,
    /// What was written to stderr, by whom. It is no part of an [ending](crate::search::Ending): no
    /// schedule is tried for its order, and it may hold what differs from run to run.
    pub errors: Vec<(Actor, String)>,
    /// How it came to its end, or why it was stopped.
    pub finish: Finish,
    /// The exceptions that ended other actors than main, in the order of the alphabet.
    pub uncaught: Vec<String>,
    /// Who could go where it was stopped, in the order of their numbers.
    pub able: Vec<Actor>,
    /// What [stood](Move::standing) there.
    pub standing: u64,
    /// What a story needs, if the plan asked for it.
    pub details: Option<Details>,
    /// What the report must say so that it says no more than is known.
    pub caveats: Vec<Caveat>,
}

/// One step of a run, as the search sees it.
#[derive(Clone, Debug, Default)]
pub struct Move {
    /// Who took it.
    pub actor: Actor,
    /// Who could have gone, in the order of their numbers.
    pub able: Vec<Actor>,
    /// A hash of all that stood at this choice: the actor, action, place and objects of every step that
    /// was about to be taken. Two runs that began with the same choices have the same one, or the
    /// program is not the same each time.
    pub standing: u64,
    /// What the step touched, and what its actor touched up to its next step. Who was about to end has
    /// ended by then.
    pub touches: Vec<Touch>,
    /// Whether a player is asked: there was a choice, or somebody waited for what another one holds.
    pub asked: bool,
    /// Whether all who could go must be tried here, because they could go for no other reason than that
    /// nobody else could.
    pub try_all: bool,
}

/// What the search knows of an actor.
#[derive(Clone, Debug, Default)]
pub struct Life {
    /// The place among the moves of the one in which it was started. `None` if it was there before the
    /// first.
    pub born: Option<usize>,
    /// What the step touches before which it stands at the end of the run, as far as is known, whether
    /// or not it can be taken. `None` if it has ended.
    pub next: Option<Vec<Touch>>,
    /// After how many moves another one has ended it, so that it will never take that step. `None` if
    /// it stands there still.
    pub until: Option<usize>,
}

/// Why there are no more steps in a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Finish {
    /// The program has come to its end.
    Ended(End),
    /// The plan says no more.
    #[default]
    Planned,
    /// All who could go are asleep.
    Asleep,
    /// The actor that the plan names cannot go: the program is not the same each time.
    Diverged,
    /// The world has learned that more can be noticed than it took for steps. From the next run on it
    /// has more steps, and a search begins anew.
    Again,
}

/// How a program ended.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum End {
    /// Main came to its end, and the exit code is 0.
    Returned,
    /// The program ended with this exit code.
    Exited(i32),
    /// Main panicked: the message.
    Panicked(String),
    /// An exception went through main, in Python: its type and message.
    Raised(String),
    /// Nobody could take a step.
    Deadlock,
    /// It has no end: some step can be taken again and again, and nothing changes.
    Endless,
    /// It was stopped after so many prints, as was asked: all that comes before was tried as if this
    /// were its end.
    Bounded(usize),
    /// It was cut off after so many steps: whether it has an end is not known, and the search that met
    /// it is not complete.
    CutOff(usize),
}

/// What is told of a run.
#[derive(Clone, Debug, Default)]
pub struct Details {
    /// The steps that were taken and the starts between them, in their order.
    pub steps: Vec<Step>,
    /// The step before which each actor stands, `None` where it has ended.
    pub next: Vec<Option<Step>>,
    /// The actors' own names. Main has none.
    pub names: Vec<Option<String>>,
    /// What the actors share.
    pub things: Vec<Thing>,
    /// Those of whom a player is told nothing unless they can go: who was not started in this run, and
    /// who takes no step of interest.
    pub aside: BTreeSet<Actor>,
}

/// Something that actors share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Thing {
    /// Of which kind it is.
    pub kind: ThingKind,
    /// The name that the program has for it, if it is known.
    pub name: Option<String>,
    /// Where it was made, if that is known.
    pub made: Option<Place>,
}

/// The kinds of things that actors share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ThingKind {
    /// What one can hold at a time, or several who only read.
    Lock,
    /// What a certain number can hold at a time.
    Semaphore,
    /// What is read and written in single steps.
    Variable,
    /// Memory that several processes have.
    Memory,
    /// What messages go through.
    Channel,
    /// What one waits for and is notified of.
    Condition,
    /// Where actors wait for each other.
    Barrier,
    /// What is set, and waited for.
    Flag,
    /// What is initialised once.
    Cell,
}

/// Something that the program does, and that a search of this world does not try in all its ways.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Caveat {
    /// It waits in a loop that only looks. After two looks at the same, it waits until something
    /// changes: if it would give up after some more, there may be more endings.
    BoundedWait,
    /// It waits for a notification: none comes without somebody who sends it.
    SpuriousWakeUps,
    /// It asks for less than one order of all accesses: in weaker orders there may be more endings.
    WeakOrder,
    /// It looks at a clock, which goes on only by what is slept.
    Clock,
    /// It goes through a set in the order of the set, which is another one in each process.
    HashOrder,
    /// It draws random numbers without a seed of its own: the same ones in every run.
    Chance,
    /// It does something noticeable while a panic unwinds a thread: that comes in one go with the step
    /// before.
    Unwinding,
    /// It has processes of several threads, whose memory is not watched.
    MemoryRaces,
    /// It writes to files: what one run has left there, the next one finds.
    Files,
    /// Its processes have memory in common that is too large, or used too often or by the kernel, for each
    /// access to be seen: what one does there between two calls came in one go.
    CommonMemory,
    /// A read from a pipe gets what is there: had it come earlier or later, it might have got less or
    /// more.
    ShortReads,
    /// Several of its processes use sockets that have a name or an address: in which order they come to
    /// them, and what a look at one finds, was not tried.
    Sockets,
    /// Several of its processes or threads use one pipe, lock or piece of memory, and who comes first to
    /// it was not tried.
    Contended,
}

/// Why there is no run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The program uses what this world does not model: what it is, and what to do.
    Refused(String),
    /// The same of a program of processes.
    Unmodelled(Unmodelled),
    /// The machinery has failed, such as an interpreter that does not start.
    Failed(String),
    /// The world has learned of more steps, such as accesses that turned out to race. The runs before
    /// did not have them: the search begins again.
    Learned,
    /// Somebody has asked to stop, as with Ctrl-C. What was found so far stands.
    Interrupted,
}

/// Why the processes of a program cannot be searched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unmodelled {
    /// This system is not Linux on x86-64.
    System,
    /// There was no command.
    NoCommand,
    /// There is no program of this name.
    NotFound(String),
    /// The file of this name is none that may be run.
    NotAProgram(String),
    /// The system gives it no terminal to print to, and says why.
    NoTerminal(System),
    /// This file cannot be read, which is to be its stdin.
    NoInput(PathBuf, System),
    /// The program of this name does not start, and the system says why.
    DoesNotStart(String, System),
    /// The system does not let the program of this name be traced.
    Untraceable(String),
    /// It makes this system call.
    Calls(String),
    /// One of its processes waits in this system call.
    WaitsIn(String),
    /// It uses locks that inherit priorities.
    PriorityLocks,
    /// One of its processes stops itself or another one with a signal.
    Stops,
    /// It sends a signal to several processes at once.
    Groups,
    /// One of its processes computes for so many seconds without a call.
    Computes(u64),
    /// The process of this name sleeps or looks at something again and again, and that is all.
    Idles(String),
    /// It starts more than so many processes and threads.
    TooMany(usize),
}

/// What the system says of something that it has not done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct System {
    /// Of which kind it is.
    pub kind: io::ErrorKind,
    /// Its own words, in English.
    pub text: String,
}

impl From<&io::Error> for System {
    fn from(error: &io::Error) -> System {
        System { kind: error.kind(), text: error.to_string() }
    }
}

impl Fault {
    /// Whether somebody has asked to stop, or the search has only to begin again.
    pub fn is_refusal(&self) -> bool {
        !matches!(self, Fault::Learned | Fault::Interrupted)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&crate::tell::words::fault(crate::tell::words::Language::English, self))
    }
}

impl Error for Fault {}

impl Run {
    /// How the program ended, unless it was stopped before.
    pub fn end(&self) -> Option<&End> {
        match &self.finish {
            Finish::Ended(end) => Some(end),
            _ => None,
        }
    }

    /// Who took each step.
    pub fn schedule(&self) -> Vec<Actor> {
        self.moves.iter().map(|step| step.actor).collect()
    }

    /// After how many moves an actor stood there last.
    pub(crate) fn stands_until(&self, actor: Actor) -> usize {
        self.actors[actor].until.unwrap_or(self.moves.len())
    }

    /// Who went each time that a player is asked.
    pub fn choices(&self) -> Vec<Actor> {
        self.moves.iter().filter(|step| step.asked).map(|step| step.actor).collect()
    }

    /// How often a step was taken by another actor than the one before. Main is the one before the
    /// first.
    pub fn switches(&self) -> usize {
        let before = [0].into_iter().chain(self.moves.iter().map(|step| step.actor));
        before.zip(&self.moves).filter(|(before, step)| *before != step.actor).count()
    }
}

impl Touch {
    /// What every step does to the program as a whole: it goes on only as long as that does.
    pub const ALIVE: Touch = Touch { object: Object::PROGRAM, how: crate::step::How::Read };
}
