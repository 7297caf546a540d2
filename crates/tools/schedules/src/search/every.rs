//! Every schedule, one by one. Only small programs come to an end: one more thread, or one more round of
//! a loop, can turn a second into a day. What prunes is held against this.

use std::time::{Duration, Instant};

use super::{Completeness, Findings, drive};
use crate::step::Actor;
use crate::world::{Finish, Plan, Run, Search, World};

/// Tries every schedule, as far as there is time.
pub fn all(world: &mut dyn World, time: Duration) -> Findings {
    search(world, time, usize::MAX)
}

/// Tries every schedule, if there are no more than so many.
pub fn some(world: &mut dyn World, most: usize) -> Findings {
    search(world, Duration::MAX, most)
}

fn search(world: &mut dyn World, time: Duration, most: usize) -> Findings {
    let start = Instant::now();
    let every = Every {
        stack: Vec::new(),
        deadline: start.checked_add(time),
        most,
        found: Findings::default(),
        begun: false,
        over: false,
    };
    let (every, fault) = drive(world, every);
    let mut found = every.found;
    found.fault = fault;
    let whole = every.over && found.flawless();
    found.completeness =
        if whole { Completeness::All } else { Completeness::Stopped(start.elapsed()) };
    found
}

struct Every {
    /// For each step of the run under way: who takes it, and who could take it and is still to be tried.
    stack: Vec<(Actor, Vec<Actor>)>,
    deadline: Option<Instant>,
    most: usize,
    found: Findings,
    begun: bool,
    /// Everything was tried.
    over: bool,
}

impl Search for Every {
    fn next(&mut self) -> Option<Plan> {
        if self.begun {
            self.over = !self.go_back();
        }
        self.begun = true;
        let late = self.deadline.is_some_and(|deadline| Instant::now() > deadline);
        let stop = self.found.diverged.is_some() || self.found.runs == self.most || late;
        if self.over || stop {
            return None;
        }
        let schedule = self.stack.iter().map(|(actor, _)| *actor).collect();
        Some(Plan { schedule, ..Plan::default() })
    }

    fn learn(&mut self, run: Run) {
        if run.finish == Finish::Again {
            self.stack.clear();
            self.found = Findings::default();
            self.begun = false;
            return;
        }
        self.found.note(&run);
        if run.finish == Finish::Diverged || run.moves.len() < self.stack.len() {
            self.found.diverged = Some(run.moves.len());
            return;
        }
        for step in &run.moves[self.stack.len()..] {
            let others = step.able.iter().copied().filter(|able| *able != step.actor);
            self.stack.push((step.actor, others.collect()));
        }
        self.found.add(&run, Some(1), run.switches(), run.schedule());
    }
}

impl Every {
    /// Goes back to the latest choice where somebody else can still go, and has them go.
    fn go_back(&mut self) -> bool {
        while let Some((actor, others)) = self.stack.last_mut() {
            if let Some(other) = others.pop() {
                *actor = other;
                return true;
            }
            self.stack.pop();
        }
        false
    }
}
