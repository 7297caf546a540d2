//! The threads of a Rust program, compiled against a replacement of std, on coroutines.
//!
//! # Layout
//!
//! * [`stand_in`]: what the program has for `std`
//! * `prelude`: what it uses of std without saying so
//! * `state`: the state of a run, which decides who can go
//! * here: the program, and the engine that runs it (the crate shuttle)

use ::std::cell::{Cell, RefCell};
use ::std::mem;
use ::std::panic::{self, Location, catch_unwind};
use ::std::process::ExitCode;
use ::std::ptr;
use ::std::rc::Rc;
use ::std::sync::atomic::{AtomicBool, AtomicPtr, AtomicU64, Ordering};
use ::std::sync::{Mutex, Once, PoisonError};

use shuttle::scheduler::{Schedule, Scheduler, Task, TaskId};
use shuttle::{Config, FailurePersistence, MaxSteps, Runner};

use crate::world::{Fault, Plan, Run, Search, World};
use state::{Noticed, State};

pub mod prelude;
pub mod stand_in;
mod state;
#[cfg(test)]
mod tests;

/// A run that takes more steps than this is cut off.
pub const STEP_LIMIT: usize = 100_000;

/// How often a thread was let go on, so that somebody else can see whether it goes on at all.
static PROGRESS: AtomicU64 = AtomicU64::new(0);

/// Goes up as long as searched programs take steps.
pub fn progress() -> u64 {
    PROGRESS.load(Ordering::Relaxed)
}

/// Where the step was taken that was taken last. Another thread reads it where the searching one is
/// stuck, so it is one word.
static LATEST: AtomicPtr<Location<'static>> = AtomicPtr::new(ptr::null_mut());

/// The file and the line of the step that was taken last by a searched program.
pub fn latest_step() -> Option<(&'static str, u32)> {
    let latest = LATEST.load(Ordering::Relaxed).cast_const();
    // SAFETY: it is null or was made of a reference that is valid for ever.
    #[allow(unsafe_code)]
    let latest = unsafe { latest.as_ref::<'static>() }?;
    Some((latest.file(), latest.line()))
}

fn took_step(at: &'static Location<'static>) {
    LATEST.store(ptr::from_ref(at).cast_mut(), Ordering::Relaxed);
}

/// As much as a thread has elsewhere. Memory that is not used costs nothing.
const STACK: usize = 2 << 20;

/// Set when somebody has asked to stop, as with Ctrl-C. No run is made as long as it is.
pub static INTERRUPT: AtomicBool = AtomicBool::new(false);

/// A program whose threads are compiled against [`stand_in`].
#[derive(Debug)]
pub struct Program {
    main: fn() -> ExitCode,
    limit: usize,
    /// What was noticed in any run so far.
    noticed: Mutex<Noticed>,
    /// Held for the length of a search: the program's statics know one run at a time.
    turn: Mutex<()>,
}

impl Program {
    /// A program from its main function.
    pub const fn new(main: fn() -> ExitCode) -> Self {
        Program {
            main,
            limit: STEP_LIMIT,
            noticed: Mutex::new(Noticed { ends: false, senders: false, receivers: false }),
            turn: Mutex::new(()),
        }
    }

    /// Cuts runs off after so many steps.
    #[must_use]
    pub const fn limited(mut self, limit: usize) -> Self {
        self.limit = limit;
        self
    }
}

impl World for &Program {
    fn run(&mut self, plan: &Plan) -> Result<Run, Fault> {
        let single = Rc::new(RefCell::new(Single { plan: Some(plan.clone()), run: None }));
        self.explore(Rc::clone(&single) as Rc<RefCell<dyn Search>>)?;
        let run = single.borrow_mut().run.take();
        Ok(run.expect("a plan makes a run"))
    }

    fn explore(&mut self, search: Rc<RefCell<dyn Search>>) -> Result<(), Fault> {
        hide_panics_of_programs();
        // A search that panicked has left nothing that the next one could see.
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let main = self.main;
        let mut known = self.noticed.lock().unwrap_or_else(PoisonError::into_inner);
        let noticed = Rc::new(Cell::new(*known));
        let stopped = Rc::new(Cell::new(false));
        let stepwise = Stepwise {
            search,
            limit: self.limit,
            noticed: Rc::clone(&noticed),
            stopped: Rc::clone(&stopped),
        };
        engine(stepwise, move || {
            state::leave_main(catch_unwind(main).map(number));
        });
        *known = noticed.get();
        if stopped.get() { Err(Fault::Interrupted) } else { Ok(()) }
    }
}

/// Makes one run.
struct Single {
    plan: Option<Plan>,
    run: Option<Run>,
}

impl Search for Single {
    fn next(&mut self) -> Option<Plan> {
        self.plan.take()
    }

    fn learn(&mut self, run: Run) {
        self.run = Some(run);
    }
}

/// The number of an exit code, which std does not tell: only that of a failure can be told from 0.
fn number(code: ExitCode) -> i32 {
    (0..=255).find(|&number| ExitCode::from(number) == code).map_or(1, i32::from)
}

fn engine(scheduler: impl Scheduler + 'static, main: impl Fn() + Send + Sync + 'static) {
    let mut config = Config::new();
    config.stack_size = STACK;
    config.failure_persistence = FailurePersistence::None;
    config.max_steps = MaxSteps::None;
    config.silence_warnings = true;
    Runner::new(scheduler, config).run(main);
}

/// Makes the engine run what the search plans. The choices are made by the [state](State) of the run.
struct Stepwise {
    search: Rc<RefCell<dyn Search>>,
    limit: usize,
    noticed: Rc<Cell<Noticed>>,
    /// Set when the search was stopped from outside.
    stopped: Rc<Cell<bool>>,
}

impl Scheduler for Stepwise {
    fn new_execution(&mut self) -> Option<Schedule> {
        if let Some((run, noticed)) = State::finish() {
            self.noticed.set(noticed);
            self.search.borrow_mut().learn(run);
        }
        if INTERRUPT.load(Ordering::Relaxed) {
            self.stopped.set(true);
            return None;
        }
        let plan = self.search.borrow_mut().next()?;
        State::begin(plan, self.limit, self.noticed.get());
        Some(Schedule::new(0))
    }

    fn next_task(
        &mut self,
        runnable: &[&Task],
        current: Option<TaskId>,
        _: bool,
    ) -> Option<TaskId> {
        PROGRESS.fetch_add(1, Ordering::Relaxed);
        let threads = runnable.iter().map(|task| task.id().into());
        Some(state::with(|state| state.pick(threads, current.map(TaskId::into))).into())
    }

    fn next_u64(&mut self) -> u64 {
        unreachable!("a program draws no random numbers from the engine")
    }
}

/// Runs once, and nothing.
struct Empty {
    begun: bool,
}

impl Scheduler for Empty {
    fn new_execution(&mut self) -> Option<Schedule> {
        (!mem::replace(&mut self.begun, true)).then(|| Schedule::new(0))
    }

    fn next_task(&mut self, tasks: &[&Task], _: Option<TaskId>, _: bool) -> Option<TaskId> {
        tasks.first().map(|task| task.id())
    }

    fn next_u64(&mut self) -> u64 {
        unreachable!("an empty program draws no random numbers")
    }
}

/// A search meets the same panic many times over, as one of the endings: it is not printed. Panics
/// outside of a search go to the hook that was there before.
fn hide_panics_of_programs() {
    static HIDDEN: Once = Once::new();
    HIDDEN.call_once(|| {
        let hook = panic::take_hook();
        // The engine puts a hook of its own in front at its first run, which prints at every panic of
        // the process. It does so once, so that hook can be taken out for good.
        engine(Empty { begun: false }, || {});
        drop(panic::take_hook());
        panic::set_hook(Box::new(move |panic| {
            if !State::under_way() {
                hook(panic);
            }
        }));
    });
}
