//! The report as data: one object, the same for every world.

use serde_json::{Value, json};

use super::words::{self, Language, Words};
use crate::search::{Completeness, Count, Findings};
use crate::step::Action;
use crate::world::{End, Plan, Run, World};

/// `{"program", "complete", "schedules", "endings": [{"output", "end", "schedules", "choices", "printed"}], "notes"}`.
///
/// * `complete`: `all schedules`, `all with at most K switches`, `N drawn at random`, or
///   `stopped after T s`.
/// * `schedules`: an exact count as a string, since it may be larger than a JSON number can hold, or
///   null.
/// * `end`: `returned`, `exit N`, `panic: …`, `deadlock` or `endless`.
/// * `uncaught`: the exceptions that ended other threads than main, if there are some.
/// * `stderr`: what is written there in the simplest schedule, if something is, of processes only.
/// * `choices`: who goes next, each time that a player of the game is asked, in the simplest schedule.
/// * `printed`: what is printed there, `[{"who", "text", "file", "line"}]`. File and line are null where
///   the place is not known.
/// * `notes`: what must be known beside, in words.
pub fn json(program: &str, world: &mut dyn World, findings: &Findings) -> Value {
    let endings = findings.by_simplicity();
    let endings: Vec<_> = endings
        .into_iter()
        .map(|(ending, found)| {
            let plan = Plan { schedule: found.schedule.clone(), detailed: true, ..Plan::default() };
            let run: Run = world.run(&plan).unwrap_or_default();
            let choices = run.choices();
            let mut told = json!({
                "output": ending.output,
                "end": end(&ending.end),
                "schedules": exact(found.schedules),
                "choices": choices,
                "printed": printed(&run),
            });
            if !ending.uncaught.is_empty() {
                told["uncaught"] = json!(ending.uncaught);
            }
            if !run.errors.is_empty() {
                told["stderr"] =
                    json!(run.errors.iter().map(|(_, text)| text.as_str()).collect::<String>());
            }
            told
        })
        .collect();
    let whole = findings.completeness == Completeness::All;
    json!({
        "program": program,
        "complete": words::completeness(Language::English, findings.completeness),
        "schedules": if whole { exact(findings.schedules) } else { None },
        "endings": endings,
        "notes": words::notes(Language::English, findings),
    })
}

/// Each print of a run that is told, in its order.
fn printed(run: &Run) -> Value {
    let Some(details) = &run.details else { return Value::Array(Vec::new()) };
    let words = Words { language: Language::English, details };
    let printed = details.steps.iter().filter_map(|step| {
        let Action::Print(text) = &step.action else { return None };
        let place = step.place.as_ref();
        Some(json!({
            "who": words.actor(step.actor),
            "text": text,
            "file": place.map(|place| place.file.rsplit(['/', '\\']).next()),
            "line": place.map(|place| place.line),
        }))
    });
    printed.collect()
}

fn exact(count: Option<Count>) -> Option<String> {
    count.filter(|count| *count != Count::MAX).map(|count| count.to_string())
}

/// How a program ended, in the words of `json`.
pub(crate) fn end(end: &End) -> String {
    match end {
        End::Returned => "returned".to_string(),
        End::Exited(code) => format!("exit {code}"),
        End::Panicked(message) | End::Raised(message) => format!("panic: {message}"),
        End::Deadlock => "deadlock".to_string(),
        End::Bounded(_) => "stopped".to_string(),
        End::Endless | End::CutOff(_) => "endless".to_string(),
    }
}
