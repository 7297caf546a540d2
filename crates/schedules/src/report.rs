//! All that the command says of a lesson.

use ::std::cmp::Reverse;

use crate::lessons::Lesson;
use crate::text::{WIDTH, cut};
use crate::{Ending, Found, Search, every_schedule, follow, some_schedules, story, words};

/// How many endings are listed, and how many are told as a story, where there are more.
const LISTED: usize = 10;
const STORIES: usize = 5;

/// What a lesson can come to: all endings of its small program, with the story of the simplest
/// schedule to each, and the endings of `sample` random schedules of the whole lesson.
pub fn report(lesson: &Lesson, seed: u64, sample: usize) -> String {
    let small = &lesson.small;
    let name = lesson.name;
    let changes = lesson.changes();
    let search = every_schedule(small);
    let mut text = format!(
        "{name}: {} schedules were tried, all that there are.\n{changes}\n{}",
        search.schedules,
        endings(&search),
    );
    for (ending, found) in by_simplicity(&search).into_iter().take(STORIES) {
        let title = format!("The simplest schedule that {}:", words::ending(ending));
        let story = story(small.source, &follow(small, &found.choices));
        text.push_str(&format!("\n{}\n\n{story}", cut(&title, WIDTH)));
    }
    if search.endings.len() > STORIES {
        text.push_str(&format!(
            "\nThe other {} have stories too.\n",
            search.endings.len() - STORIES
        ));
    }

    if sample > 0 {
        let search = some_schedules(&lesson.whole, seed, sample);
        text.push_str(&format!(
            "\n{name} as it stands: {} schedules were tried, drawn at random with seed {seed}.\n{}",
            search.schedules,
            endings(&search),
        ));
    } else if !changes.is_empty() {
        text.push_str(&format!(
            "\n{name} as it stands takes too many steps to try many schedules (--schedules does).\n"
        ));
    }
    text
}

fn by_simplicity(search: &Search) -> Vec<(&Ending, &Found)> {
    let mut endings: Vec<_> = search.endings.iter().collect();
    endings.sort_by_key(|(_, found)| found.simplicity());
    endings
}

fn endings(search: &Search) -> String {
    let mut all: Vec<_> = search.endings.iter().collect();
    all.sort_by_key(|(_, found)| Reverse(found.schedules));
    let line = |(ending, found): &(&Ending, &Found)| {
        cut(
            &format!("{:>8}  {}", found.schedules, words::ending(ending)),
            WIDTH,
        ) + "\n"
    };
    let mut text = format!("schedules  that end so: ({} endings)\n", all.len());
    text.extend(all.iter().take(LISTED).map(line));
    if all.len() > LISTED {
        text.push_str(&format!("and {} more endings\n", all.len() - LISTED));
    }
    text
}
