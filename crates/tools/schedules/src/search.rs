//! Tries schedules: all of them, a sample, or a single one that is told step by step.

use ::std::cell::RefCell;
use ::std::collections::{BTreeMap, VecDeque};
use ::std::mem;
use ::std::panic::{self, catch_unwind};
use ::std::process::ExitCode;
use ::std::rc::Rc;
use ::std::sync::{Mutex, Once, PoisonError};

use shuttle::scheduler::{DfsScheduler, RandomScheduler, Schedule, Scheduler, Task, TaskId};
use shuttle::{Config, FailurePersistence, MaxSteps, Runner};

use crate::run::{self, End, Pick, Run};
use crate::step::ThreadNumber;

/// A program whose schedules can be tried.
#[derive(Debug)]
pub struct Program {
    /// Its name.
    pub name: &'static str,
    /// Its source, as it was compiled.
    pub source: &'static str,
    main: fn() -> ExitCode,
    /// Held for the length of a search: a lesson's statics know one run at a time.
    turn: Mutex<()>,
}

impl Program {
    /// A lesson from its source and from the function that was compiled from it.
    pub const fn new(name: &'static str, source: &'static str, main: fn() -> ExitCode) -> Self {
        Program { name, source, main, turn: Mutex::new(()) }
    }
}

/// What a program can come to: all that it printed, and how it ended.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ending {
    /// Everything that was printed.
    pub output: String,
    /// How it ended.
    pub end: End,
}

/// What is known of an ending.
#[derive(Clone, Debug)]
pub struct Found {
    /// How many of the schedules tried led to it. This says nothing about how likely it is.
    pub schedules: usize,
    /// The choices of the simplest of them: the one with the fewest switches between threads, then
    /// the fewest steps, then the one found first.
    pub choices: Vec<ThreadNumber>,
    simplicity: (usize, usize),
}

/// What a search found.
#[derive(Clone, Debug)]
pub struct Search {
    /// How many schedules were tried.
    pub schedules: usize,
    /// Whether these were all that there are.
    pub complete: bool,
    /// The endings that were reached.
    pub endings: BTreeMap<Ending, Found>,
}

impl Found {
    /// How many switches between threads the simplest schedule has, and how many steps. Less is
    /// simpler.
    pub fn simplicity(&self) -> (usize, usize) {
        self.simplicity
    }
}

impl Search {
    fn new(complete: bool) -> Self {
        Search { schedules: 0, complete, endings: BTreeMap::new() }
    }

    /// All that was printed in each of the endings.
    pub fn outputs(&self) -> Vec<&str> {
        self.endings.keys().map(|ending| ending.output.as_str()).collect()
    }

    /// Whether a schedule was found in which no thread could go on.
    pub fn deadlocks(&self) -> bool {
        self.endings.keys().any(|ending| ending.end == End::Deadlock)
    }

    fn add(&mut self, run: Run) {
        let Route { choices, ending, simplicity } = Route::of(run);
        self.schedules += 1;
        let found = self.endings.entry(ending);
        let found =
            found.or_insert_with(|| Found { schedules: 0, choices: Vec::new(), simplicity });
        if found.schedules == 0 || simplicity < found.simplicity {
            found.choices = choices;
            found.simplicity = simplicity;
        }
        found.schedules += 1;
    }
}

/// Tries every schedule. Only small programs finish: one more thread, or one more round of a loop,
/// can turn a second into a day.
pub fn every_schedule(program: &Program) -> Search {
    explore(program, DfsScheduler::new(None, false), false, Search::new(true), Search::add)
}

/// Tries `schedules` schedules drawn at random, the same ones whenever the seed is the same.
pub fn some_schedules(program: &Program, seed: u64, schedules: usize) -> Search {
    let scheduler = RandomScheduler::new_from_seed(seed, schedules);
    explore(program, scheduler, false, Search::new(false), Search::add)
}

/// One schedule among all: the choices it makes and what they lead to.
#[derive(Clone, Debug)]
pub(crate) struct Route {
    pub(crate) choices: Vec<ThreadNumber>,
    pub(crate) ending: Ending,
    pub(crate) simplicity: (usize, usize),
}

impl Route {
    fn of(run: Run) -> Self {
        let Run { choices, output, end, switches, length, .. } = run;
        let end = end.expect("a search follows every schedule to its end");
        Route { choices, ending: Ending { output, end }, simplicity: (switches, length) }
    }
}

/// Every schedule there is.
pub(crate) fn every_route(program: &Program) -> Vec<Route> {
    explore(program, DfsScheduler::new(None, false), false, Vec::new(), |routes, run| {
        routes.push(Route::of(run));
    })
}

/// Runs the one schedule in which these threads go, in this order, whenever there is a choice, and
/// keeps its steps. The run stops at the first choice that is not among them or cannot be made.
pub fn follow(program: &Program, choices: &[ThreadNumber]) -> Run {
    let scheduler = Follow { choices: choices.iter().copied().collect(), begun: false };
    let runs = explore(program, scheduler, true, Vec::new(), Vec::push);
    runs.into_iter().next().expect("the scheduler asks for one run")
}

/// Runs a lesson until `scheduler` has enough, and folds the runs into one value.
fn explore<S, V>(
    program: &Program,
    scheduler: S,
    keep_steps: bool,
    initial: V,
    fold: fn(&mut V, Run),
) -> V
where
    S: Scheduler + 'static,
    V: 'static,
{
    hide_panics_of_lessons();
    // A search that panicked has left nothing that the next one could see.
    let _turn = program.turn.lock().unwrap_or_else(PoisonError::into_inner);
    let value = Rc::new(RefCell::new(initial));
    let stepwise = Stepwise { scheduler, keep_steps, value: Rc::clone(&value), fold };
    let main = program.main;
    engine(stepwise, move || {
        run::leave_main(catch_unwind(main).map(exit_code));
    });
    Rc::into_inner(value).expect("the engine is gone").into_inner()
}

fn exit_code(code: ExitCode) -> i32 {
    i32::from(code != ExitCode::SUCCESS)
}

fn engine(scheduler: impl Scheduler + 'static, main: impl Fn() + Send + Sync + 'static) {
    let mut config = Config::new();
    // Room for a panic with its message, on every thread.
    config.stack_size = 0x4_0000;
    config.failure_persistence = FailurePersistence::None;
    config.max_steps = MaxSteps::None;
    config.silence_warnings = true;
    Runner::new(scheduler, config).run(main);
}

/// A scheduler that is asked only where steps are chosen, and only for threads that can take theirs.
struct Stepwise<S, V> {
    scheduler: S,
    keep_steps: bool,
    value: Rc<RefCell<V>>,
    fold: fn(&mut V, Run),
}

impl<S: Scheduler, V> Scheduler for Stepwise<S, V> {
    fn new_execution(&mut self) -> Option<Schedule> {
        if let Some(run) = Run::finish() {
            (self.fold)(&mut self.value.borrow_mut(), run);
        }
        let schedule = self.scheduler.new_execution()?;
        Run::begin(self.keep_steps);
        Some(schedule)
    }

    fn next_task(
        &mut self,
        runnable: &[&Task],
        current: Option<TaskId>,
        yielding: bool,
    ) -> Option<TaskId> {
        run::with(|run| {
            let threads = runnable.iter().map(|task| task.id().into());
            let able = match run.pick(threads, current.map(TaskId::into)) {
                Pick::Only(thread) => return Some(thread.into()),
                Pick::Among(able) => able,
            };
            let tasks: Vec<_> = runnable
                .iter()
                .copied()
                .filter(|task| able.binary_search(&task.id().into()).is_ok())
                .collect();
            match self.scheduler.next_task(&tasks, current, yielding) {
                Some(task) => {
                    run.chose(task.into());
                    Some(task)
                }
                None => {
                    run.stop();
                    runnable.last().map(|task| task.id())
                }
            }
        })
    }

    fn next_u64(&mut self) -> u64 {
        self.scheduler.next_u64()
    }
}

/// Goes through one schedule, as far as it is told.
struct Follow {
    choices: VecDeque<ThreadNumber>,
    begun: bool,
}

impl Scheduler for Follow {
    fn new_execution(&mut self) -> Option<Schedule> {
        (!mem::replace(&mut self.begun, true)).then(|| Schedule::new(0))
    }

    fn next_task(&mut self, able: &[&Task], _: Option<TaskId>, _: bool) -> Option<TaskId> {
        let thread = self.choices.pop_front()?;
        able.iter().map(|task| task.id()).find(|&task| usize::from(task) == thread)
    }

    fn next_u64(&mut self) -> u64 {
        unreachable!("a lesson draws no random numbers from the engine")
    }
}

/// A search meets the same panic many times over, as one of the endings: it is not printed. Panics
/// outside of a search go to the hook that was there before.
fn hide_panics_of_lessons() {
    static HIDDEN: Once = Once::new();
    HIDDEN.call_once(|| {
        let hook = panic::take_hook();
        // The engine puts a hook of its own in front at its first run, which prints at every panic of
        // the process. It does so once, so that hook can be taken out for good.
        engine(Follow { choices: VecDeque::new(), begun: false }, || {});
        drop(panic::take_hook());
        panic::set_hook(Box::new(move |panic| {
            if !Run::under_way() {
                hook(panic);
            }
        }));
    });
}
