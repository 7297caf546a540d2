//! What must come before what in a run: the order that remains when steps which commute may change
//! places. All schedules that keep to it are one class: they come to the same ending.

use rustc_hash::FxHashMap;

use super::Count;
use crate::step::{Actor, How, Object, Touch};
use crate::world::Run;

/// How many cuts through a run are looked at before counting is given up.
const MOST_CUTS: usize = 200_000;

/// The order of the moves of a run.
pub(super) struct Order {
    actors: usize,
    /// For each move, and in it for each actor, how many steps of that actor come before it or are it.
    clocks: Vec<u32>,
    /// For each move, the how manieth of its actor it is, counted from 1.
    index: Vec<u32>,
}

/// Two steps that do not commute, and that nothing else puts in an order: the later one could have come
/// first.
pub(super) struct Race {
    /// The move that came first.
    pub(super) earlier: usize,
    /// The actor of the other step.
    pub(super) actor: Actor,
    /// The move that is the other step, or `None` if it was still to be taken when the run ended.
    pub(super) later: Option<usize>,
}

impl Order {
    /// The order of a run and, in it, the races. Steps that were still to be taken count if `unfinished`
    /// says so.
    pub(super) fn of(run: &Run, unfinished: bool) -> (Order, Vec<Race>) {
        let actors = run.actors.len();
        let mut order = Order {
            actors,
            clocks: Vec::with_capacity(run.moves.len() * actors),
            index: Vec::with_capacity(run.moves.len()),
        };
        let mut races = Vec::new();
        // How far each actor knows the others to have come.
        let mut known = vec![0u32; actors * actors];
        let mut begun = vec![false; actors];
        let mut history: FxHashMap<Object, Vec<(usize, How)>> = FxHashMap::default();
        let mut clock = vec![0u32; actors];
        let mut raced: Vec<usize> = Vec::new();
        let waiting = (0..actors).filter_map(|actor| {
            let next = run.actors[actor].next.as_deref()?;
            unfinished.then_some((actor, next, None))
        });
        let moves = run.moves.iter().enumerate();
        let moves = moves.map(|(place, step)| (step.actor, step.touches.as_slice(), Some(place)));
        for (actor, touches, place) in moves.chain(waiting) {
            let now = place.unwrap_or_else(|| run.stands_until(actor));
            if !begun[actor] {
                begun[actor] = true;
                if let Some(born) = run.actors[actor].born.filter(|&born| born < now) {
                    let parent = &order.clocks[born * actors..(born + 1) * actors];
                    known[actor * actors..(actor + 1) * actors].copy_from_slice(parent);
                }
            }
            let before = &known[actor * actors..(actor + 1) * actors];
            clock.copy_from_slice(before);
            raced.clear();
            for touch in touches {
                let Some(past) = history.get(&touch.object) else { continue };
                for &(earlier, how) in past.iter().rev() {
                    // Who was ended could not have come later than that.
                    if earlier >= now || how.commutes(touch.how) {
                        continue;
                    }
                    let other = run.moves[earlier].actor;
                    let unordered = other != actor && before[other] < order.index[earlier];
                    if unordered && how.can_compete(touch.how) && !raced.contains(&earlier) {
                        raced.push(earlier);
                    }
                    for (mine, theirs) in clock.iter_mut().zip(order.clock(earlier)) {
                        *mine = (*mine).max(*theirs);
                    }
                    // All that came before it on this object comes before it anyway.
                    if how.is_exclusive() {
                        break;
                    }
                }
            }
            if let Some(place) = place {
                let own = &mut known[actor * actors..(actor + 1) * actors];
                clock[actor] = own[actor] + 1;
                own.copy_from_slice(&clock);
                order.index.push(clock[actor]);
                order.clocks.extend_from_slice(&clock);
                for touch in touches {
                    history.entry(touch.object).or_default().push((place, touch.how));
                }
            }
            raced.sort_unstable();
            races.extend(raced.iter().map(|&earlier| Race { earlier, actor, later: place }));
        }
        (order, races)
    }

    fn clock(&self, place: usize) -> &[u32] {
        &self.clocks[place * self.actors..(place + 1) * self.actors]
    }

    /// Whether a move comes before a later one in every schedule of the class. `actor` is that of the
    /// earlier one.
    pub(super) fn is_before(&self, earlier: usize, actor: Actor, later: usize) -> bool {
        self.clock(later)[actor] >= self.index[earlier]
    }

    /// A number for the class of the first moves of the run, up to each: runs of one program whose
    /// moves up to some place are the same but for the order of those that commute have the same
    /// number there.
    pub(super) fn classes(&self, run: &Run) -> Vec<u64> {
        let mut class = 0u64;
        let moves = run.moves.iter().enumerate();
        let classes = moves.map(|(place, step)| {
            // The sum does not depend on the order; the hash of a move holds all that comes before it.
            class = class.wrapping_add(hash(&(step.actor, self.clock(place))));
            class
        });
        classes.collect()
    }
}

fn hash(value: &impl std::hash::Hash) -> u64 {
    use std::hash::{DefaultHasher, Hasher};
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

/// Whether a step commutes with all these moves.
pub(super) fn commutes_with_all(run: &Run, moves: &[usize], touches: &[Touch]) -> bool {
    moves.iter().all(|&place| crate::step::commute(&run.moves[place].touches, touches))
}

/// A class of schedules.
pub(super) struct Class {
    /// How many schedules are in it.
    pub(super) schedules: Count,
    /// The fewest switches that one of them has.
    pub(super) switches: usize,
    /// Of those with so few, the one in which main goes first, then the first of the others, and so on.
    pub(super) simplest: Vec<Actor>,
}

/// The cuts through a run of which so many moves lie before the cut.
struct Layer {
    /// For each cut, and in it for each actor, how many of its moves lie before.
    at: Vec<u32>,
    /// How many ways lead to each cut.
    ways: Vec<Count>,
    /// For each cut, and in it for each actor: the cut in the next layer to which its next move leads,
    /// or [`NOWHERE`] where that move cannot come yet.
    to: Vec<u32>,
}

const NOWHERE: u32 = u32::MAX;

impl Class {
    /// The class of a run that has come to its end, or `None` if it is too large.
    ///
    /// The cuts are the sets of moves that can have been made when some schedule of the class is under
    /// way. There are few of them where there are many schedules: so the schedules are counted, and the
    /// simplest is found, layer by layer.
    pub(super) fn of(run: &Run, order: &Order) -> Option<Class> {
        let actors = order.actors;
        let mut moves_of: Vec<Vec<usize>> = vec![Vec::new(); actors];
        for (place, step) in run.moves.iter().enumerate() {
            moves_of[step.actor].push(place);
        }
        // A cut as one number: each actor's part of it is a digit.
        let mut digits = Vec::with_capacity(actors);
        let mut product = 1u64;
        for moves in &moves_of {
            digits.push(product);
            product = product.checked_mul(moves.len() as u64 + 1)?;
        }

        let mut layers = Vec::with_capacity(run.moves.len() + 1);
        let mut layer = Layer { at: vec![0; actors], ways: vec![1], to: Vec::new() };
        let mut cuts = 0;
        let mut places: FxHashMap<u64, u32> = FxHashMap::default();
        for _ in 0..run.moves.len() {
            let mut next = Layer { at: Vec::new(), ways: Vec::new(), to: Vec::new() };
            places.clear();
            for (cut, &ways) in layer.ways.iter().enumerate() {
                let at = &layer.at[cut * actors..(cut + 1) * actors];
                let number: u64 =
                    at.iter().zip(&digits).map(|(&at, digit)| u64::from(at) * digit).sum();
                for actor in 0..actors {
                    let place = moves_of[actor].get(at[actor] as usize);
                    let can_come = |&&place: &&usize| {
                        let clock = order.clock(place).iter().zip(at).enumerate();
                        clock.into_iter().all(|(other, (clock, at))| other == actor || clock <= at)
                    };
                    if place.filter(can_come).is_none() {
                        layer.to.push(NOWHERE);
                        continue;
                    }
                    let to = *places.entry(number + digits[actor]).or_insert_with(|| {
                        next.at.extend_from_slice(at);
                        let last = next.at.len() - actors + actor;
                        next.at[last] += 1;
                        next.ways.push(0);
                        next.ways.len() as u32 - 1
                    });
                    let ways_to = &mut next.ways[to as usize];
                    *ways_to = ways_to.saturating_add(ways);
                    layer.to.push(to);
                }
            }
            cuts += next.ways.len();
            if cuts > MOST_CUTS {
                return None;
            }
            layers.push(std::mem::replace(&mut layer, next));
        }
        let schedules = layer.ways[0];
        let (switches, simplest) = simplest(&layers, actors);
        Some(Class { schedules, switches, simplest })
    }
}

/// The fewest switches from the first cut to the last, and the first way that has so few.
fn simplest(layers: &[Layer], actors: usize) -> (usize, Vec<Actor>) {
    // For each cut, and for each actor that could have made the latest move before it: the fewest
    // switches from there to the end.
    let mut left = vec![vec![0u32; actors]];
    for layer in layers.iter().rev() {
        let behind = left.last().expect("it begins with the last cut");
        let mut here = Vec::with_capacity(layer.to.len());
        for ways in layer.to.chunks(actors) {
            let cost = |(actor, &to): (Actor, &u32)| {
                (to != NOWHERE).then(|| behind[to as usize * actors + actor])
            };
            let other = ways.iter().enumerate().filter_map(cost).min();
            let other = other.expect("every cut but the last leads on") + 1;
            here.extend(
                (0..actors).map(|latest| {
                    cost((latest, &ways[latest])).map_or(other, |same| same.min(other))
                }),
            );
        }
        left.push(here);
    }
    left.reverse();
    let switches = left[0][0] as usize;
    let (mut cut, mut latest) = (0, 0);
    let mut schedule = Vec::with_capacity(layers.len());
    for (layer, pair) in layers.iter().zip(left.windows(2)) {
        let best = pair[0][cut * actors + latest];
        let ways = layer.to[cut * actors..(cut + 1) * actors].iter().enumerate();
        let (actor, to) = ways
            .filter(|(_, to)| **to != NOWHERE)
            .find(|(actor, to)| {
                let switch = u32::from(*actor != latest);
                pair[1][**to as usize * actors + actor] + switch == best
            })
            .expect("one of the ways is the best");
        schedule.push(actor);
        (cut, latest) = (*to as usize, actor);
    }
    (switches, schedule)
}
