//! All that the command says of a lesson.

use ::std::cmp::Reverse;

use crate::lessons::Lesson;
use crate::text::{WIDTH, cut};
use crate::{Ending, Found, Search, every_schedule, follow, some_schedules, story, words};

/// How many endings are shown, and how many lines of what each of them prints.
const ENDINGS: usize = 5;
const LINES: usize = 12;

/// What a lesson can come to: all endings of its small program, with the story of the simplest
/// schedule to each, and the endings of `sample` random schedules of the whole lesson.
pub fn report(lesson: &Lesson, seed: u64, sample: usize) -> String {
    let name = lesson.name;
    let program = &lesson.small;
    let search = every_schedule(program);
    let mut text = heading(name, &search, "all that there are");
    text.push_str(&lesson.changes());
    let mut endings: Vec<_> = search.endings.iter().collect();
    endings.sort_by_key(|(_, found)| found.simplicity());
    for (number, (ending, found)) in (1..).zip(&endings).take(ENDINGS) {
        let story = story(program.source, &follow(program, &found.choices));
        text.push_str(&show(number, ending, found, &search));
        text.push_str(&format!("\nThe simplest of these schedules:\n\n{story}"));
    }
    text.push_str(&others(&endings));

    if sample == 0 && lesson.sample == 0 {
        text.push_str(&format!(
            "\n{name} as it stands takes too many steps to try many schedules of it.\n"
        ));
    }
    if sample == 0 {
        return text;
    }
    let search = some_schedules(&lesson.whole, seed, sample);
    let how = format!("as it stands, drawn at random with seed {seed}");
    text.push_str(&format!("\n{}", heading(name, &search, &how)));
    let mut endings: Vec<_> = search.endings.iter().collect();
    endings.sort_by_key(|(_, found)| Reverse(found.schedules));
    for (number, (ending, found)) in (1..).zip(&endings).take(ENDINGS) {
        text.push_str(&show(number, ending, found, &search));
    }
    text.push_str(&others(&endings));
    text
}

fn heading(name: &str, search: &Search, how: &str) -> String {
    let endings = words::count(search.endings.len(), "ending");
    let schedules = words::count(search.schedules, "schedule");
    format!("{name}: {schedules}, {how}, {endings}\n")
}

fn show(number: usize, ending: &Ending, found: &Found, search: &Search) -> String {
    let mut text =
        format!("\nEnding {number}, in {} of {} schedules\n", found.schedules, search.schedules);
    let lines: Vec<_> = ending.output.lines().collect();
    for line in lines.iter().take(LINES) {
        text.push_str(cut(&format!("  │ {line}"), WIDTH).trim_end());
        text.push('\n');
    }
    if lines.len() > LINES {
        text.push_str(&format!("  and {} more lines\n", lines.len() - LINES));
    }
    if let Some(end) = words::end(&ending.end) {
        text.push_str(&format!("  {end}\n"));
    }
    text
}

fn others(endings: &[(&Ending, &Found)]) -> String {
    match endings.len().checked_sub(ENDINGS) {
        None | Some(0) => String::new(),
        Some(more) => format!("\nand {}\n", words::count(more, "more ending")),
    }
}
