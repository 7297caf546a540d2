//! All schedules with few switches between actors first, for programs that are too large to try
//! everything: what goes wrong mostly needs few (Musuvathi, Qadeer: *Iterative Context Bounding*, PLDI
//! 2007), and the simplest endings come first.
//!
//! The search goes level by level: on each are the schedules with so many switches. Each piece in which
//! one actor goes on is made once. Where two pieces differ in nothing but the order of steps that
//! commute, and the same actor went last, everything that can follow is the same too: the one with more
//! switches is left out.

use std::collections::{BTreeMap, HashSet};
use std::time::{Duration, Instant};

use super::order::Order;
use super::{Completeness, Findings, drive};
use crate::step::Actor;
use crate::world::{End, Finish, Plan, Run, Search, Then, World};

/// How many steps may be kept in schedules that are still to be gone on with.
const MOST_STEPS: usize = 50_000_000;

/// How often a run is made again that did not do what it did before.
const TRIES: usize = 3;

/// Finds the endings of all schedules with at most `most` switches, as far as `time` allows.
pub fn within(world: &mut dyn World, most: usize, time: Duration) -> Findings {
    let start = Instant::now();
    let levels = Levels::new(most, start.checked_add(time));
    let (levels, fault) = drive(world, levels);
    let mut found = levels.found;
    found.fault = fault;
    found.forget_counts();
    found.completeness = match levels.whole {
        _ if !found.flawless() => Completeness::Stopped(start.elapsed()),
        _ if levels.over => Completeness::All,
        Some(switches) => Completeness::AllWithin(switches),
        None => Completeness::Stopped(start.elapsed()),
    };
    found
}

/// The beginning of schedules: it is to be gone on with.
struct Beginning {
    schedule: Box<[u32]>,
    /// What stood at the choice before its last step, when that was first seen.
    standing: Option<u64>,
}

struct Levels {
    most: usize,
    deadline: Option<Instant>,
    /// How many switches the beginnings have that are gone on with now.
    level: usize,
    /// Up to how many switches everything was tried.
    whole: Option<usize>,
    now: Vec<Beginning>,
    later: BTreeMap<usize, Vec<Beginning>>,
    /// How many steps are kept in `now` and `later`.
    steps: usize,
    under_way: Option<Beginning>,
    /// The classes of beginnings that were gone on with, each with who went last.
    seen: HashSet<(u64, Actor)>,
    tries: usize,
    /// Everything was tried.
    over: bool,
    found: Findings,
}

impl Levels {
    fn new(most: usize, deadline: Option<Instant>) -> Self {
        Levels {
            most,
            deadline,
            level: 0,
            whole: None,
            now: vec![Beginning { schedule: Box::default(), standing: None }],
            later: BTreeMap::new(),
            steps: 0,
            under_way: None,
            seen: HashSet::new(),
            tries: 0,
            over: false,
            found: Findings::default(),
        }
    }
}

impl Search for Levels {
    fn next(&mut self) -> Option<Plan> {
        if self.tries == 0 {
            self.under_way = None;
            if self.now.is_empty() {
                self.whole = Some(self.level);
                let Some((level, beginnings)) = self.later.pop_first() else {
                    self.over = true;
                    return None;
                };
                if level > self.most {
                    self.whole = Some(self.most);
                    return None;
                }
                (self.level, self.now) = (level, beginnings);
            }
        }
        let stop = self.found.diverged.is_some() || self.steps > MOST_STEPS;
        if stop || self.deadline.is_some_and(|deadline| Instant::now() > deadline) {
            return None;
        }
        if self.tries == 0 {
            self.under_way = self.now.pop();
        }
        let beginning = self.under_way.as_ref().expect("there are some left");
        let schedule = beginning.schedule.iter().map(|&actor| actor as Actor).collect();
        Some(Plan { schedule, then: Then::Straight, detailed: false })
    }

    fn learn(&mut self, run: Run) {
        if run.finish == Finish::Again {
            let (most, deadline) = (self.most, self.deadline);
            *self = Levels::new(most, deadline);
            return;
        }
        let beginning = self.under_way.take().expect("it was planned");
        let told = beginning.schedule.len();
        let last = told.checked_sub(1).and_then(|last| run.moves.get(last));
        let same = last.map(|last| last.standing) == beginning.standing && run.moves.len() >= told;
        if run.finish == Finish::Diverged || !same {
            self.tries += 1;
            self.under_way = Some(beginning);
            if self.tries == TRIES {
                self.found.diverged = Some(told);
            }
            return;
        }
        self.tries = 0;
        self.steps -= told;
        self.found.note(&run);
        let (order, _) = Order::of(&run, false);
        let classes = order.classes(&run);
        let branches = !matches!(run.finish, Finish::Ended(End::CutOff(_)));
        for place in told..=run.moves.len() {
            let latest = place.checked_sub(1).map_or(0, |before| run.moves[before].actor);
            let class = place.checked_sub(1).map_or(0, |before| classes[before]);
            if !self.seen.insert((class, latest)) {
                return;
            }
            let (able, standing) = match run.moves.get(place) {
                _ if !branches => continue,
                Some(step) => (&step.able, step.standing),
                None if run.finish == Finish::Planned => (&run.able, run.standing),
                None => continue,
            };
            let later = self.later.entry(self.level + 1).or_default();
            for &actor in able.iter().filter(|&&actor| actor != latest) {
                let schedule = run.moves[..place].iter().map(|step| step.actor).chain([actor]);
                let schedule: Box<[u32]> = schedule.map(|actor| actor as u32).collect();
                self.steps += schedule.len();
                later.push(Beginning { schedule, standing: Some(standing) });
            }
        }
        self.later.retain(|_, beginnings| !beginnings.is_empty());
        self.found.add(&run, None, run.switches(), run.schedule());
    }
}
