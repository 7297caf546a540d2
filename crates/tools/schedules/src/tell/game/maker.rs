//! Makes the data of a game.
//!
//! The program is run up to each choice. Two choices that can be told apart by nothing but the order of
//! steps which commute are one, so what follows is run once; and two of which the same can follow, step
//! by step, are one in the table.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::mem;
use std::time::Instant;

use serde_json::{Value, json};

use super::told::{action, code, end_of, kind_of, thing_of};
use super::{Game, Limits, NoGame, Played};
use crate::search::{Count, Ending, Findings, class_of};
use crate::step::{Action, Actor, Outcome, Step, ThingNumber};
use crate::tell::source::Line;
use crate::world::{
    Actors, Caveat, Details, End, Fault, Finish, Plan, Then, Thing, ThingKind, World,
};

/// Why the making of a game stops.
pub(super) enum Stop {
    Again,
    No(NoGame),
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Learned => Stop::Again,
            fault => Stop::No(NoGame::Fault(fault)),
        }
    }
}

/// The stand of an actor that is at its end.
const ENDED: i64 = -1;

/// The stand of an actor that was not started yet.
const UNBORN: i64 = -2;

/// Who is chosen, the steps that come of it, and the node to which they lead.
type Edge = (Actor, Vec<usize>, usize);

#[derive(Clone, PartialEq, Eq, Hash)]
enum Node {
    Choice { stands: Vec<i64>, edges: Vec<Edge> },
    End { stands: Vec<i64>, end: usize },
}

/// What different runs that stand at one choice have in common.
#[derive(PartialEq, Eq, Hash)]
struct Signature {
    /// See [`class_of`].
    class: u64,
    /// The steps of each actor so far.
    histories: Vec<Vec<usize>>,
    stands: Vec<i64>,
}

/// Texts, each with its number.
#[derive(Default)]
struct Table {
    values: Vec<Value>,
    numbers: HashMap<String, usize>,
}

impl Table {
    fn number(&mut self, value: Value) -> usize {
        *self.numbers.entry(value.to_string()).or_insert_with(|| {
            self.values.push(value);
            self.values.len() - 1
        })
    }
}

/// What tells a thing from all others, in every run.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Identity {
    kind: ThingKind,
    name: Option<String>,
    made: Option<Line>,
    /// The how manieth of those that are the same so far it is, in the order in which a run comes to
    /// them.
    place: usize,
}

#[derive(Default)]
struct Things {
    known: Vec<(Identity, Option<String>)>,
    numbers: HashMap<Identity, usize>,
}

pub(super) struct Maker<'a> {
    played: &'a Played<'a>,
    world: &'a mut dyn World,
    limits: Limits,
    deadline: Option<Instant>,
    actors: Vec<Option<String>>,
    things: Things,
    steps: Table,
    stands: Table,
    ends: Table,
    /// The ends themselves, by their numbers.
    ended: Vec<(End, Vec<String>)>,
    nodes: Vec<Node>,
    /// The node of each future.
    numbers: HashMap<Node, usize>,
    /// The node of each choice that was come to.
    known: HashMap<Signature, usize>,
    caveats: BTreeSet<Caveat>,
    /// The lines at which there are steps, by file.
    lines: BTreeMap<usize, BTreeSet<usize>>,
}

/// The steps that lead to a node, and the node.
pub(super) type Way = (Vec<usize>, usize);

impl<'a> Maker<'a> {
    pub(super) fn new(
        played: &'a Played<'a>,
        world: &'a mut dyn World,
        limits: Limits,
        deadline: Option<Instant>,
    ) -> Self {
        Maker {
            played,
            world,
            limits,
            deadline,
            actors: Vec::new(),
            things: Things::default(),
            steps: Table::default(),
            stands: Table::default(),
            ends: Table::default(),
            ended: Vec::new(),
            nodes: Vec::new(),
            numbers: HashMap::new(),
            known: HashMap::new(),
            caveats: BTreeSet::new(),
            lines: BTreeMap::new(),
        }
    }

    /// Runs the program to the choice after these steps and goes on from there in all ways. The first
    /// `told` of the steps that are told are known.
    pub(super) fn follow(&mut self, schedule: Vec<Actor>, told: usize) -> Result<Way, Stop> {
        let late = self.deadline.is_some_and(|deadline| Instant::now() > deadline);
        if self.nodes.len() > self.limits.choices {
            return Err(Stop::No(NoGame::TooLarge(self.limits.choices)));
        }
        if late {
            return Err(Stop::No(NoGame::TooSlow));
        }
        let plan = Plan { schedule, then: Then::UntilAsked, detailed: true };
        let mut run = self.world.run(&plan)?;
        let Some(details) = run.details.take() else { return Err(Stop::No(NoGame::Diverged)) };
        self.caveats.extend(&run.caveats);
        for (actor, name) in details.names.iter().enumerate() {
            if self.actors.len() <= actor {
                self.actors.push(name.clone());
            } else if self.actors[actor].is_none() {
                self.actors[actor].clone_from(name);
            }
        }
        let things = self.things(&details);
        let steps: Vec<_> = details.steps.iter().map(|step| self.step(step, &things)).collect();
        let stands: Vec<_> =
            details.next.iter().map(|next| self.stand(next.as_ref(), &things)).collect();
        let stands = with_unborn(stands, &details);
        let way = steps.get(told..).ok_or(Stop::No(NoGame::Diverged))?.to_vec();

        match &run.finish {
            Finish::Ended(end) => {
                let end = self.end(end, &run.uncaught);
                return Ok((way, self.node(Node::End { stands, end })));
            }
            Finish::Planned => {}
            Finish::Again => return Err(Stop::Again),
            Finish::Diverged | Finish::Asleep => return Err(Stop::No(NoGame::Diverged)),
        }
        let signature = self.limits.share.then(|| {
            let mut histories = vec![Vec::new(); details.names.len()];
            for (step, number) in details.steps.iter().zip(&steps) {
                histories[step.actor].push(*number);
            }
            Signature { class: class_of(&run), histories, stands: stands.clone() }
        });
        if let Some(signature) = &signature
            && let Some(&node) = self.known.get(signature)
        {
            return Ok((way, node));
        }
        let mut edges = Vec::new();
        for &actor in &run.able {
            let mut schedule = run.schedule();
            schedule.push(actor);
            let (steps, to) = self.follow(schedule, details.steps.len())?;
            edges.push((actor, steps, to));
        }
        let node = self.node(Node::Choice { stands, edges });
        if let Some(signature) = signature {
            self.known.insert(signature, node);
        }
        Ok((way, node))
    }

    fn node(&mut self, node: Node) -> usize {
        if let Some(&number) = self.numbers.get(&node) {
            return number;
        }
        self.nodes.push(node.clone());
        self.numbers.insert(node, self.nodes.len() - 1);
        self.nodes.len() - 1
    }

    fn end(&mut self, end: &End, uncaught: &[String]) -> usize {
        let number = self.ends.number(end_of(end, uncaught));
        if number == self.ended.len() {
            self.ended.push((end.clone(), uncaught.to_vec()));
        }
        number
    }

    /// The number of each thing of a run in the game.
    fn things(&mut self, details: &Details) -> Vec<usize> {
        let sources = self.played.sources;
        let mut same: HashMap<Identity, usize> = HashMap::new();
        let mut numbers = Vec::new();
        for (number, thing) in details.things.iter().enumerate() {
            let (name, made) = self.name(thing, number, details);
            let mut identity = Identity { kind: thing.kind, name, made, place: 0 };
            let place = same.entry(identity.clone()).or_default();
            identity.place = *place;
            *place += 1;
            numbers.push(self.things.number(identity));
        }
        for (thing, first) in first_values(details) {
            self.things.known[numbers[thing]].1.get_or_insert(first);
        }
        // Where a thing gets its name is worth a look; where a derived `default` made it is not.
        for place in details.things.iter().filter_map(|thing| thing.made.as_ref()) {
            if sources.name_of_made(place).is_some() {
                self.note(sources.line_at(place));
            }
        }
        numbers
    }

    /// What a program calls a thing, and where it was made.
    fn name(
        &self,
        thing: &Thing,
        number: ThingNumber,
        details: &Details,
    ) -> (Option<String>, Option<Line>) {
        let sources = self.played.sources;
        if thing.name.is_some() {
            return (thing.name.clone(), None);
        }
        let made = thing.made.as_ref().and_then(|place| sources.line_at(place));
        let name = thing.made.as_ref().and_then(|place| sources.name_of_made(place));
        if name.is_some() {
            return (name, made);
        }
        // A thing of which no place is known is called as where it is used first.
        let mut steps = details.steps.iter().chain(details.next.iter().flatten());
        let first = steps.find(|step| thing_of(&step.action) == Some(number));
        let place = first.and_then(|step| step.place.as_ref());
        let named = matches!(thing.kind, ThingKind::Variable | ThingKind::Lock);
        let name = place.filter(|_| named).and_then(|place| sources.receiver(place));
        (name, made)
    }

    /// Remembers that a line is to be shown.
    fn note(&mut self, line: Option<Line>) {
        if let Some(Line { file: Some(file), number }) = line {
            self.lines.entry(file).or_default().insert(number);
        }
    }

    fn at(&mut self, step: &Step) -> Value {
        let line = self.played.sources.line_of(step);
        let line = line.filter(|line| line.file.is_some());
        self.note(line);
        line.map_or(Value::Null, |line| json!([line.file, line.number]))
    }

    fn step(&mut self, step: &Step, things: &[usize]) -> usize {
        let mut told = action(&step.action, things);
        told.insert("actor".to_string(), json!(step.actor));
        told.insert("at".to_string(), self.at(step));
        match &step.outcome {
            Outcome::Done => {}
            Outcome::Saw(value) => drop(told.insert("saw".to_string(), json!(value))),
            Outcome::Wrote(value) => drop(told.insert("wrote".to_string(), json!(value))),
            Outcome::Changed { from, to } => {
                told.insert("changed".to_string(), json!([from, to]));
            }
            result => {
                let result = match result {
                    Outcome::Yes => "yes",
                    Outcome::No => "no",
                    Outcome::GaveUp => "gave_up",
                    _ => "disconnected",
                };
                told.insert("result".to_string(), json!(result));
            }
        }
        self.steps.number(Value::Object(told))
    }

    fn stand(&mut self, next: Option<&Step>, things: &[usize]) -> i64 {
        let Some(step) = next else { return ENDED };
        let mut told = action(&step.action, things);
        // What it will print may depend on what comes before.
        told.remove("text");
        told.insert("at".to_string(), self.at(step));
        self.stands.number(Value::Object(told)) as i64
    }

    /// Leaves out the actors that take no step in any schedule, such as the threads of a process that
    /// only wait, and gives the new number of each that is left.
    fn leave_out_idle(&mut self) -> Vec<Option<Actor>> {
        let mut busy: BTreeSet<Actor> = BTreeSet::from([0]);
        for step in &self.steps.values {
            let actors = [&step["actor"], &step["whom"]].into_iter().filter_map(Value::as_u64);
            busy.extend(actors.map(|actor| actor as usize));
        }
        for node in &self.nodes {
            if let Node::Choice { edges, .. } = node {
                busy.extend(edges.iter().map(|(actor, ..)| *actor));
            }
        }
        let numbers: Vec<_> = (0..self.actors.len())
            .map(|actor| busy.contains(&actor).then(|| busy.range(..actor).count()))
            .collect();
        let new = |value: &mut Value| {
            let Some(actor) = value.as_u64() else { return };
            *value = json!(numbers.get(actor as usize).copied().flatten());
        };
        for step in self.steps.values.iter_mut().chain(&mut self.stands.values) {
            for field in ["actor", "whom"] {
                match step.get_mut(field) {
                    Some(Value::Array(actors)) => {
                        actors.iter_mut().for_each(new);
                        actors.retain(|actor| !actor.is_null());
                    }
                    Some(actor) => new(actor),
                    None => {}
                }
            }
        }
        for node in &mut self.nodes {
            let (Node::Choice { stands, .. } | Node::End { stands, .. }) = node;
            let all = mem::take(stands).into_iter().enumerate();
            *stands = all.filter(|(actor, _)| busy.contains(actor)).map(|(_, at)| at).collect();
            if let Node::Choice { edges, .. } = node {
                for (actor, ..) in edges {
                    *actor = numbers[*actor].expect("who is chosen is busy");
                }
            }
        }
        let names = mem::take(&mut self.actors).into_iter().enumerate();
        self.actors =
            names.filter(|(actor, _)| busy.contains(actor)).map(|(_, name)| name).collect();
        numbers
    }

    /// What can still be printed after each node, with how it ends, and in how many schedules.
    fn endings(&self, (steps, node): &Way) -> BTreeMap<Ending, Count> {
        let printed = |steps: &[usize]| -> String {
            steps.iter().filter_map(|&step| self.steps.values[step]["text"].as_str()).collect()
        };
        let mut futures: Vec<BTreeMap<(String, usize), Count>> = Vec::new();
        for node in &self.nodes {
            let mut here = BTreeMap::new();
            match node {
                Node::End { end, .. } => drop(here.insert((String::new(), *end), 1)),
                Node::Choice { edges, .. } => {
                    for (_, steps, to) in edges {
                        let before = printed(steps);
                        for ((output, end), count) in &futures[*to] {
                            let all: &mut Count =
                                here.entry((format!("{before}{output}"), *end)).or_default();
                            *all = all.saturating_add(*count);
                        }
                    }
                }
            }
            futures.push(here);
        }
        let before = printed(steps);
        let ending = |((output, end), count): (&(String, usize), &Count)| {
            let (end, uncaught) = self.ended[*end].clone();
            (Ending { output: format!("{before}{output}"), end, uncaught }, *count)
        };
        futures[*node].iter().map(ending).collect()
    }

    pub(super) fn finish(mut self, findings: &Findings, begin: Way) -> Result<Game, NoGame> {
        if !self.nodes.iter().any(|node| matches!(node, Node::Choice { .. })) {
            return Err(NoGame::NoChoice);
        }
        let found = self.endings(&begin);
        let left = self.leave_out_idle();
        // What is found by going everywhere is what the search has found, or one of the two did not see
        // the program do the same each time.
        if !found.keys().eq(findings.endings.keys()) {
            return Err(NoGame::Diverged);
        }
        let mut endings = Vec::new();
        let mut told = Vec::new();
        for (ending, simplest) in findings.by_simplicity() {
            let plan = Plan { schedule: simplest.schedule.clone(), ..Plan::default() };
            let way = self.world.run(&plan).map_err(NoGame::Fault)?.choices();
            let way: Vec<_> = way.into_iter().map(|actor| left[actor]).collect();
            let end = self.ends.number(end_of(&ending.end, &ending.uncaught));
            let schedules = found[ending];
            told.push(json!({
                "output": ending.output,
                "end": end,
                "schedules": schedules.to_string(),
                "way": way,
            }));
            endings.push((ending.clone(), schedules));
        }
        let all = found.values().fold(0, |sum: Count, count| sum.saturating_add(*count));
        let (kind, sleeps) = match self.world.actors() {
            Actors::Threads => ("threads", None),
            Actors::Processes(sleeps) => ("processes", Some(sleeps)),
        };
        let changed = self.changed();
        for &(line, _) in &changed {
            self.note(Some(Line { file: Some(0), number: line }));
        }
        let mut fields = vec![
            ("format", json!(1)),
            ("program", json!(self.played.name)),
            ("kind", json!(kind)),
            ("schedules", json!(all.to_string())),
            ("actors", json!(self.actors)),
            ("things", self.told_things()),
            ("files", self.files()),
            ("changed", changed.iter().map(|(line, was)| json!([0, line, was])).collect()),
        ];
        if let Some(sleeps) = sleeps {
            fields.push(("sleeps", json!(sleeps)));
        }
        fields.extend([
            ("caveats", self.caveats.iter().map(|caveat| json!(code(*caveat))).collect()),
            ("steps", Value::Array(self.steps.values)),
            ("stands", Value::Array(self.stands.values)),
            ("begin", json!([begin.0, begin.1])),
            ("nodes", self.nodes.iter().map(told_node).collect()),
            ("ends", Value::Array(self.ends.values)),
            ("endings", Value::Array(told)),
        ]);
        Ok(Game { fields, endings })
    }

    /// The lines that are others than in the lesson, and what the lesson says there.
    fn changed(&self) -> Vec<(usize, String)> {
        let Some(whole) = self.played.whole else { return Vec::new() };
        let small = |number| {
            let line = Line { file: Some(0), number };
            self.played.sources.text(line)
        };
        let lines = (1..).zip(whole.lines());
        let changed = lines.filter(|(number, line)| *line != small(*number));
        changed.map(|(number, line)| (number, line.trim().to_string())).collect()
    }

    fn told_things(&self) -> Value {
        let told = self.things.known.iter().map(|(identity, first)| {
            let mut told = json!({ "kind": kind_of(identity.kind), "name": identity.name });
            if let Some(first) = first {
                told["first"] = json!(first);
            }
            told
        });
        told.collect()
    }

    fn files(&self) -> Value {
        let none = BTreeSet::new();
        let files = self.played.sources.paths().enumerate().map(|(file, path)| {
            let lines = self.lines.get(&file).unwrap_or(&none);
            let shown = self.played.sources.shown(file, lines);
            let python = path.ends_with(".py");
            json!({
                "name": path.strip_prefix("src/").unwrap_or(path),
                "language": if python { "python" } else { "rust" },
                "lines": shown.iter().map(|(number, text)| json!([number, text])).collect::<Value>(),
            })
        });
        files.collect()
    }
}

impl Things {
    fn number(&mut self, identity: Identity) -> usize {
        if let Some(&number) = self.numbers.get(&identity) {
            return number;
        }
        self.known.push((identity.clone(), None));
        self.numbers.insert(identity, self.known.len() - 1);
        self.known.len() - 1
    }
}

/// Tells those that were not started yet from those that have ended.
fn with_unborn(mut stands: Vec<i64>, details: &Details) -> Vec<i64> {
    let mut begun = vec![false; stands.len()];
    begun[0] = true;
    for step in &details.steps {
        begun[step.actor] = true;
        if let Action::Start(actor) = step.action
            && let Some(begun) = begun.get_mut(actor)
        {
            *begun = true;
        }
    }
    for (stand, begun) in stands.iter_mut().zip(begun) {
        if *stand == ENDED && !begun {
            *stand = UNBORN;
        }
    }
    stands
}

/// The value of each thing before anybody wrote it, where a run shows it.
fn first_values(details: &Details) -> BTreeMap<ThingNumber, String> {
    let mut seen = BTreeSet::new();
    let mut first = BTreeMap::new();
    for step in &details.steps {
        let Some(thing) = thing_of(&step.action) else { continue };
        let is_value = matches!(
            step.action,
            Action::Read(_) | Action::Update(_) | Action::Lock { .. } | Action::TryLock { .. }
        );
        if !seen.insert(thing) || !is_value {
            continue;
        }
        if let Outcome::Saw(value) | Outcome::Changed { from: value, .. } = &step.outcome {
            first.insert(thing, value.clone());
        }
    }
    first
}

fn told_node(node: &Node) -> Value {
    match node {
        Node::Choice { stands, edges } => json!([stands, edges]),
        Node::End { stands, end } => json!([stands, end]),
    }
}
