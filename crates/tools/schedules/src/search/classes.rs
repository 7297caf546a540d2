//! One run for each class of schedules. Two schedules are of one class if they differ in nothing but the
//! order of steps which commute: nobody can tell them apart.
//!
//! This is source-set dynamic partial order reduction (Abdulla, Aronis, Jonsson, Sagonas: *Optimal
//! Dynamic Partial Order Reduction*, POPL 2014) with sleep sets. After each run its races are looked for:
//! pairs of steps that do not commute and of which the later one could have come first. For each of them
//! somebody is to be tried at the choice before the earlier one who leads there. For each class the
//! schedules are counted, and the simplest of them is found, without running them.

use std::time::{Duration, Instant};

use super::order::{Class, Order, commutes_with_all};
use super::{Completeness, Count, Findings, drive};
use crate::step::{Actor, Touch};
use crate::world::{End, Finish, Plan, Run, Search, Sleepers, Then, World};

/// For how long schedules are counted before the counts are left out.
const COUNTING: Duration = Duration::from_secs(1);

/// How often a run is made again that did not do what it did before.
const TRIES: usize = 3;

/// Finds every ending.
pub fn all(world: &mut dyn World, time: Duration) -> Findings {
    all_counted(world, time, COUNTING)
}

/// As [`all`], with the time that counting may take.
pub fn all_counted(world: &mut dyn World, time: Duration, counting: Duration) -> Findings {
    let start = Instant::now();
    let classes = Classes {
        stack: Vec::new(),
        begun: false,
        over: false,
        deadline: start.checked_add(time),
        counting: Some(counting),
        tries: 0,
        found: Findings::default(),
    };
    let (classes, fault) = drive(world, classes);
    let mut found = classes.found;
    found.fault = fault;
    let whole = classes.over && found.flawless();
    found.completeness =
        if whole { Completeness::All } else { Completeness::Stopped(start.elapsed()) };
    if !whole || classes.counting.is_none() {
        found.forget_counts();
    }
    if classes.counting.is_none() {
        simplify(world, &mut found);
    }
    found
}

/// Finds the simplest schedule of the class of each known one.
fn simplify(world: &mut dyn World, found: &mut Findings) {
    for ending in found.endings.values_mut() {
        let plan = Plan { schedule: ending.schedule.clone(), ..Plan::default() };
        let Ok(run) = world.run(&plan) else { return };
        let (order, _) = Order::of(&run, false);
        if let Some(class) = Class::of(&run, &order) {
            (ending.schedule, ending.switches) = (class.simplest, class.switches);
        }
    }
}

/// What is known of the choice before a step.
struct Node {
    able: Vec<Actor>,
    standing: u64,
    /// Who is to be tried here.
    to_do: Vec<Actor>,
    /// Who was tried, with what that step touched.
    done: Vec<(Actor, Vec<Touch>)>,
    /// Whose step is not to be tried: what comes after it was tried from an earlier choice.
    asleep: Sleepers,
    /// Who goes in the run under way.
    chosen: Actor,
    /// What that step touched.
    touches: Vec<Touch>,
}

struct Classes {
    /// The choices of the run under way.
    stack: Vec<Node>,
    begun: bool,
    /// Everything was tried.
    over: bool,
    deadline: Option<Instant>,
    /// How much time is left to count in. `None` when it is used up.
    counting: Option<Duration>,
    /// How often the run under way was made.
    tries: usize,
    found: Findings,
}

impl Search for Classes {
    fn next(&mut self) -> Option<Plan> {
        let again = self.tries > 0;
        if self.begun && !again {
            self.over = !self.go_back();
        }
        self.begun = true;
        if self.over
            || self.found.diverged.is_some()
            || self.deadline.is_some_and(|deadline| Instant::now() > deadline)
        {
            return None;
        }
        let then = self.stack.last().map_or(Then::GoOn, |node| {
            let mut asleep = node.asleep.clone();
            for (actor, touches) in &node.done {
                asleep.add(*actor, touches.clone());
            }
            Then::Awake(asleep)
        });
        let schedule = self.stack.iter().map(|node| node.chosen).collect();
        Some(Plan { schedule, then, detailed: false })
    }

    fn learn(&mut self, mut run: Run) {
        if run.finish == Finish::Again {
            self.stack.clear();
            self.found = Findings::default();
            (self.begun, self.tries) = (false, 0);
            return;
        }
        if let Some(place) = self.divergence(&run) {
            self.tries += 1;
            if self.tries == TRIES {
                self.found.diverged = Some(place);
            }
            return;
        }
        self.tries = 0;
        self.found.note(&run);
        let told = self.stack.len();
        if let Some(node) = self.stack.last_mut() {
            node.touches.clone_from(&run.moves[told - 1].touches);
        }
        let cut = self.go_forward(&mut run);
        // A run that was cut off may be of any length, and races in it have no end.
        if !matches!(run.finish, Finish::Ended(End::CutOff(_))) {
            // Also in a run that ends because all who could go are asleep: who was ended in it, or waits for
            // what another one has, could have gone before that. What stands where a run is cut is not known.
            let (order, races) = Order::of(&run, !cut);
            for race in &races {
                self.reverse(&run, &order, race.earlier, race.actor, race.later);
            }
            self.record(&run, &order);
        } else {
            self.found.add(&run, None, run.switches(), run.schedule());
        }
    }
}

impl Classes {
    /// The choice at which a run has not done what the one before it did.
    fn divergence(&self, run: &Run) -> Option<usize> {
        let told = self.stack.iter().zip(&run.moves);
        let differs = told.enumerate().find(|(_, (node, step))| {
            node.chosen != step.actor || node.standing != step.standing || node.able != step.able
        });
        let short = run.moves.len() < self.stack.len() || run.finish == Finish::Diverged;
        differs.map(|(place, _)| place).or(short.then_some(run.moves.len()))
    }

    /// Adds the choices of a run that are new. A run that took a step which is asleep is cut there: whether
    /// that was done.
    fn go_forward(&mut self, run: &mut Run) -> bool {
        for place in self.stack.len()..run.moves.len() {
            let asleep = match self.stack.last() {
                None => Sleepers::default(),
                Some(parent) => {
                    let mut asleep = parent.asleep.clone();
                    for (actor, touches) in &parent.done {
                        asleep.add(*actor, touches.clone());
                    }
                    asleep.wake(parent.chosen, &run.moves[place - 1].touches);
                    asleep
                }
            };
            let step = &run.moves[place];
            let wrong = asleep.contains(step.actor);
            let awake = step.able.iter().copied().find(|&able| !asleep.contains(able));
            let first = if wrong { awake } else { Some(step.actor) };
            if let Some(first) = first {
                self.stack.push(Node {
                    able: step.able.clone(),
                    standing: step.standing,
                    to_do: if step.try_all { step.able.clone() } else { vec![first] },
                    done: Vec::new(),
                    asleep,
                    chosen: step.actor,
                    touches: step.touches.clone(),
                });
            }
            if wrong {
                run.moves.truncate(place);
                run.finish = Finish::Asleep;
                return true;
            }
        }
        false
    }

    /// Sees to it that a race is tried the other way round.
    fn reverse(
        &mut self,
        run: &Run,
        order: &Order,
        earlier: usize,
        actor: Actor,
        later: Option<usize>,
    ) {
        let first = run.moves[earlier].actor;
        let end = later.unwrap_or_else(|| run.stands_until(actor));
        // What could have come without the earlier step, up to the later one.
        let without: Vec<usize> =
            (earlier + 1..end).filter(|&place| !order.is_before(earlier, first, place)).collect();
        // Who can begin that.
        let mut begin: Vec<Actor> = Vec::new();
        let mut seen: Vec<Actor> = Vec::new();
        for (at, &place) in without.iter().enumerate() {
            let other = run.moves[place].actor;
            if seen.contains(&other) {
                continue;
            }
            seen.push(other);
            let mut before = without[..at].iter();
            if !before.any(|&before| order.is_before(before, run.moves[before].actor, place)) {
                begin.push(other);
            }
        }
        if !seen.contains(&actor) {
            let touches = match later {
                Some(later) => &run.moves[later].touches,
                None => run.actors[actor].next.as_ref().expect("it stands before a step"),
            };
            let born = run.actors[actor].born.is_some_and(|born| without.contains(&born));
            if !born && commutes_with_all(run, &without, touches) {
                begin.push(actor);
            }
        }
        let node = &mut self.stack[earlier];
        begin.retain(|actor| node.able.contains(actor));
        if begin.is_empty() {
            for actor in &node.able {
                if !node.to_do.contains(actor) {
                    node.to_do.push(*actor);
                }
            }
        } else if !begin.iter().any(|actor| node.to_do.contains(actor)) {
            node.to_do.push(if begin.contains(&actor) { actor } else { begin[0] });
        }
    }

    /// Takes note of the ending of a run and of the class that it stands for.
    fn record(&mut self, run: &Run, order: &Order) {
        let class = self.counting.and_then(|left| {
            let start = Instant::now();
            let class = Class::of(run, order);
            self.counting = left.checked_sub(start.elapsed()).filter(|_| class.is_some());
            class
        });
        match class {
            Some(Class { schedules, switches, simplest }) => {
                self.found.add(run, Some(schedules), switches, simplest);
            }
            None => self.found.add(run, None::<Count>, run.switches(), run.schedule()),
        }
    }

    /// Goes back to the latest choice where something is left to be tried.
    fn go_back(&mut self) -> bool {
        while let Some(node) = self.stack.last_mut() {
            node.done.push((node.chosen, std::mem::take(&mut node.touches)));
            let left = node.to_do.iter().copied().find(|actor| {
                let done = node.done.iter().any(|(done, _)| done == actor);
                !done && !node.asleep.contains(*actor)
            });
            if let Some(actor) = left {
                node.chosen = actor;
                return true;
            }
            self.stack.pop();
        }
        false
    }
}
