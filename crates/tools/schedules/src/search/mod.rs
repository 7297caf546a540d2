//! Finds all endings of a program in any world.
//!
//! # Layout
//!
//! * here: what is looked for, in which way, and what was found
//! * [`classes`]: one run for each class of schedules that differ in nothing but the order of steps which
//!   commute (source-set DPOR with sleep sets)
//! * [`every`]: every schedule, one by one: what the others are held against
//! * [`switches`]: all schedules with few switches first, for programs that are too large
//! * [`random`]: a sample
//! * `order`: what must come before what in a run, and how many schedules keep to that

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::time::{Duration, Instant};

use crate::step::Actor;
use crate::world::{Caveat, End, Fault, Finish, Plan, Run, Search, World};

pub mod classes;
pub mod every;
mod order;
pub mod random;
pub mod switches;

/// What a program can come to: all that it printed, and how it ended.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ending {
    /// Everything that was printed.
    pub output: String,
    /// How it ended.
    pub end: End,
    /// The exceptions that ended other actors than main.
    pub uncaught: Vec<String>,
}

/// How many schedules there are: exact, up to the largest number, which stands for itself and for all
/// that is larger.
pub type Count = u128;

/// What is known of an ending.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// How many schedules lead to it, if they were counted. This says nothing about how likely it is.
    pub schedules: Option<Count>,
    /// Who takes each step in the simplest of them: the one with the fewest switches between actors,
    /// then the fewest steps, then the one in which main goes first, and so on.
    pub schedule: Vec<Actor>,
    /// How many switches it has.
    pub switches: usize,
}

impl Found {
    /// Takes another one of the same ending in.
    pub(crate) fn join(&mut self, other: Found) {
        let schedules = sum(self.schedules, other.schedules);
        if other.simplicity() < self.simplicity() {
            *self = other;
        }
        self.schedules = schedules;
    }

    /// What less of is simpler.
    pub fn simplicity(&self) -> (usize, usize, &[Actor]) {
        (self.switches, self.schedule.len(), &self.schedule)
    }
}

/// How much of all that there is was tried. These are all the words there are for it, and none says more
/// than is true.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Completeness {
    /// Every schedule.
    All,
    /// Every schedule with at most so many switches.
    AllWithin(usize),
    /// So many schedules, drawn at random.
    Drawn(usize),
    /// What could be tried in so much time, or before something else stopped the search.
    Stopped(Duration),
}

/// What a search found.
#[derive(Clone, Debug)]
pub struct Findings {
    /// The endings that were reached.
    pub endings: BTreeMap<Ending, Found>,
    /// How much was tried.
    pub completeness: Completeness,
    /// How many schedules these are, if they were counted.
    pub schedules: Option<Count>,
    /// How many runs that took.
    pub runs: usize,
    /// What the program does of which not everything was tried.
    pub caveats: BTreeSet<Caveat>,
    /// The program did not do the same when it was told the same: the choice at which that was seen.
    pub diverged: Option<usize>,
    /// After how many steps runs were cut off, if some were.
    pub cut_off: Option<usize>,
    /// Why the search stopped, if the world had a reason.
    pub fault: Option<Fault>,
    /// What else must be known beside, in sentences: what somebody says who has read the program.
    pub remarks: Vec<String>,
}

impl Default for Findings {
    fn default() -> Self {
        Findings {
            endings: BTreeMap::new(),
            completeness: Completeness::Stopped(Duration::ZERO),
            schedules: Some(0),
            runs: 0,
            caveats: BTreeSet::new(),
            diverged: None,
            cut_off: None,
            fault: None,
            remarks: Vec::new(),
        }
    }
}

impl Findings {
    /// Whether every schedule was tried.
    pub fn complete(&self) -> bool {
        self.completeness == Completeness::All
    }

    /// All that was printed in each of the endings.
    pub fn outputs(&self) -> Vec<&str> {
        self.endings.keys().map(|ending| ending.output.as_str()).collect()
    }

    /// Whether an ending was found in which nobody can go on.
    pub fn deadlocks(&self) -> bool {
        self.endings.keys().any(|ending| ending.end == End::Deadlock)
    }

    /// The endings, the simplest to reach first.
    pub fn by_simplicity(&self) -> Vec<(&Ending, &Found)> {
        let mut endings: Vec<_> = self.endings.iter().collect();
        endings.sort_by_key(|(_, found)| (found.switches, found.schedule.len()));
        endings
    }

    /// Takes note of what a run says, whatever it came to.
    fn note(&mut self, run: &Run) {
        self.runs += 1;
        self.caveats.extend(&run.caveats);
        if let Finish::Ended(End::CutOff(limit)) = run.finish {
            self.cut_off = Some(limit);
        }
    }

    /// Adds an ending that `schedules` schedules lead to, this one among them.
    fn add(&mut self, run: &Run, schedules: Option<Count>, switches: usize, schedule: Vec<Actor>) {
        let Finish::Ended(end) = &run.finish else { return };
        let uncaught = run.uncaught.clone();
        let ending = Ending { output: run.output.clone(), end: end.clone(), uncaught };
        let new = Found { schedules, schedule, switches };
        self.schedules = sum(self.schedules, schedules);
        match self.endings.get_mut(&ending) {
            None => {
                self.endings.insert(ending, new);
            }
            Some(found) => found.join(new),
        }
    }

    /// Whether nothing stands against the claim that what was tried is all.
    pub(crate) fn flawless(&self) -> bool {
        self.diverged.is_none() && self.cut_off.is_none() && self.fault.is_none()
    }

    /// Adds what another search of the same program has found. Counts are of one search only.
    fn absorb(&mut self, other: Findings) {
        for (ending, found) in other.endings {
            let known = self.endings.entry(ending).or_insert_with(|| found.clone());
            if found.simplicity() < known.simplicity() {
                *known = found;
            }
        }
        self.runs += other.runs;
        self.caveats.extend(other.caveats);
        self.diverged = self.diverged.or(other.diverged);
        self.cut_off = self.cut_off.or(other.cut_off);
        self.fault = self.fault.take().or(other.fault);
    }

    /// Leaves out how many schedules lead where.
    pub(crate) fn forget_counts(&mut self) {
        self.schedules = None;
        for found in self.endings.values_mut() {
            found.schedules = None;
        }
    }
}

fn sum(one: Option<Count>, two: Option<Count>) -> Option<Count> {
    Some(one?.saturating_add(two?))
}

/// What is to be tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// Everything; where that takes too long, more and more switches until the time is up.
    Everything,
    /// All schedules with at most so many switches.
    Switches(usize),
    /// So many schedules drawn at random, which depend on the seed alone.
    Random {
        /// How many.
        schedules: usize,
        /// The seed.
        seed: u64,
    },
}

/// How a search goes about it.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// What is to be tried.
    pub extent: Extent,
    /// How long the search may take.
    pub time: Duration,
}

/// Finds what a program can come to.
pub fn search(world: &mut dyn World, options: Options) -> Findings {
    let start = Instant::now();
    loop {
        let time = options.time.saturating_sub(start.elapsed());
        let findings = search_once(world, Options { time, ..options });
        if findings.fault != Some(Fault::Learned) {
            return findings;
        }
    }
}

fn search_once(world: &mut dyn World, options: Options) -> Findings {
    let start = Instant::now();
    match options.extent {
        Extent::Random { schedules, seed } => random::some(world, schedules, seed, options.time),
        Extent::Switches(most) => switches::within(world, most, options.time),
        Extent::Everything => {
            // Half of the time tells whether everything can be tried.
            let mut findings = classes::all(world, options.time / 2);
            if findings.complete() || findings.fault.is_some() || findings.diverged.is_some() {
                return findings;
            }
            let left = options.time.saturating_sub(start.elapsed());
            let few = switches::within(world, usize::MAX, left);
            findings.completeness = match few.completeness {
                Completeness::Stopped(_) => Completeness::Stopped(start.elapsed()),
                other => other,
            };
            findings.absorb(few);
            findings.forget_counts();
            findings
        }
    }
}

/// Makes the one run in which these take the steps, in this order, and tells it.
///
/// # Errors
///
/// When the world has no run to give.
pub fn follow(world: &mut dyn World, schedule: &[Actor]) -> Result<Run, Fault> {
    world.run(&Plan { schedule: schedule.to_vec(), detailed: true, ..Plan::default() })
}

/// Finds what a program can come to from where it stands after these steps, and the simplest way on.
pub fn after(world: &mut dyn World, beginning: &[Actor], time: Duration) -> Findings {
    classes::all(&mut After { world, beginning }, time)
}

/// A program that was started already.
struct After<'a> {
    world: &'a mut dyn World,
    beginning: &'a [Actor],
}

impl World for After<'_> {
    fn run(&mut self, plan: &Plan) -> Result<Run, Fault> {
        let begun = self.beginning.len();
        let schedule = [self.beginning, &plan.schedule].concat();
        let mut run = self.world.run(&Plan { schedule, ..plan.clone() })?;
        run.moves.drain(..begun.min(run.moves.len()));
        for actor in &mut run.actors {
            actor.born = actor.born.and_then(|born| born.checked_sub(begun));
        }
        Ok(run)
    }
}

/// A number for the class of a run, which may have stopped before its end: runs of one program that are
/// the same but for the order of steps which commute have the same number.
pub(crate) fn class_of(run: &Run) -> u64 {
    let (order, _) = order::Order::of(run, false);
    order.classes(run).last().copied().unwrap_or(0)
}

/// Has `world` make the runs that `search` wants, and gives the search back with what stopped it.
fn drive<S: Search + 'static>(world: &mut dyn World, search: S) -> (S, Option<Fault>) {
    let search = Rc::new(RefCell::new(search));
    let fault = world.explore(Rc::clone(&search) as Rc<RefCell<dyn Search>>).err();
    let search = Rc::into_inner(search).expect("the world keeps no search");
    (search.into_inner(), fault)
}
