//! What a search says to somebody who waits for it: how far it has come.

use std::cell::RefCell;
use std::io::{self, IsTerminal, Write};
use std::rc::Rc;
use std::time::{Duration, Instant};

use super::words::Language;
use crate::world::{Actors, Fault, Plan, Run, Search, World};

/// Before this nobody wonders.
const AT_FIRST: Duration = Duration::from_secs(2);

/// So often the number changes: a terminal takes longer than many a run.
const PAUSE: Duration = Duration::from_millis(200);

/// A world that says on the terminal how many of its runs were made.
pub struct Watched<'a> {
    world: &'a mut dyn World,
    language: Language,
    start: Instant,
    runs: Rc<RefCell<Runs>>,
}

/// How many runs were made, and when that was said.
struct Runs {
    made: usize,
    said: Option<Instant>,
}

impl<'a> Watched<'a> {
    /// The same world, which says how far it has come where stderr is a terminal.
    pub fn new(world: &'a mut dyn World, language: Language) -> Self {
        let runs = Rc::new(RefCell::new(Runs { made: 0, said: None }));
        Watched { world, language, start: Instant::now(), runs }
    }
}

impl World for Watched<'_> {
    fn run(&mut self, plan: &Plan) -> Result<Run, Fault> {
        self.world.run(plan)
    }

    fn actors(&self) -> Actors {
        self.world.actors()
    }

    fn explore(&mut self, search: Rc<RefCell<dyn Search>>) -> Result<(), Fault> {
        if !io::stderr().is_terminal() {
            return self.world.explore(search);
        }
        let counted = Counted {
            search,
            language: self.language,
            start: self.start,
            runs: Rc::clone(&self.runs),
        };
        self.world.explore(Rc::new(RefCell::new(counted)))
    }
}

impl Drop for Watched<'_> {
    fn drop(&mut self) {
        if self.runs.borrow().said.is_some() {
            eprint!("\r\x1b[K");
        }
    }
}

/// A search of which the runs are counted.
struct Counted {
    search: Rc<RefCell<dyn Search>>,
    language: Language,
    start: Instant,
    runs: Rc<RefCell<Runs>>,
}

impl Search for Counted {
    fn next(&mut self) -> Option<Plan> {
        self.search.borrow_mut().next()
    }

    fn learn(&mut self, run: Run) {
        self.search.borrow_mut().learn(run);
        let mut runs = self.runs.borrow_mut();
        runs.made += 1;
        // To ask for the time costs less than the shortest of runs.
        let now = Instant::now();
        let due = runs.said.map_or(self.start + AT_FIRST, |said| said + PAUSE);
        if now < due {
            return;
        }
        runs.said = Some(now);
        let (made, seconds) = (runs.made, (now - self.start).as_secs());
        let said = self.language.say(
            format!("{made} runs in {seconds} s; Ctrl-C tells what was found so far"),
            format!("{seconds} 秒内已运行 {made} 次；按 Ctrl-C 给出目前的结果"),
        );
        eprint!("\r\x1b[K  {said}");
        let _ = io::stderr().flush();
    }
}
