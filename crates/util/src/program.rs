//! What this process knows of itself, in one place: who it is, what its children may run, where it
//! is in its life, and which children it has.
//!
//! Its life goes one way: [`enter`] main, then [`end`], or [`interrupt`] from anywhere.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread;
use std::time::Duration;

use crate::exchange::orders::Parent;
use crate::parent::flush::{Flush, Flusher};
use crate::parent::started::Started;
use crate::target::Targets;
use crate::CurrentProcess;

static PROGRAM: Program = Program {
    main: OnceLock::new(),
    child: OnceLock::new(),
    targets: OnceLock::new(),
    named: AtomicU32::new(0),
    flusher: Flusher::new(),
    starting: Mutex::new(()),
    life: Mutex::new(Life {
        stage: Stage::BeforeGuard,
        ctrl_c: CtrlC::Others,
        children: Vec::new(),
    }),
    changed: Condvar::new(),
};

struct Program {
    /// Who this process is as long as nobody has told it otherwise.
    main: OnceLock<CurrentProcess>,
    /// Who it is as a child.
    child: OnceLock<CurrentProcess>,
    targets: OnceLock<Targets>,
    /// How many children have been named. As in CPython, those that never start count, too.
    named: AtomicU32,
    flusher: Flusher,
    /// Held while a child is started. So nobody ends the children while one is about to come. And
    /// on macOS, where a new socket is open for all children for a moment, no other child holds it
    /// open for ever.
    starting: Mutex<()>,
    life: Mutex<Life>,
    changed: Condvar,
}

struct Life {
    stage: Stage,
    ctrl_c: CtrlC,
    /// The children that have been started and are not known to have ended.
    children: Vec<Arc<Started>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    BeforeGuard,
    Main,
    /// Main has let go of its guard: what is started later would be left behind.
    Ending,
    /// Ctrl-C ends the program.
    Interrupted,
}

/// Who ends the program when Ctrl-C comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum CtrlC {
    /// This crate.
    Handled,
    /// A handler of the program's own, or the parent of this process.
    Others,
}

/// Nothing here is left half done by a panic.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn life() -> MutexGuard<'static, Life> {
    lock(&PROGRAM.life)
}

/// Main begins.
///
/// # Panics
///
/// When it has begun before.
#[track_caller]
pub(crate) fn enter(targets: Targets) {
    assert!(
        PROGRAM.targets.set(targets).is_ok(),
        "main_guard! stands only once, at the start of main"
    );
    life().stage = Stage::Main;
}

/// Main ends: no more children.
pub(crate) fn end() {
    let mut life = life();
    if life.stage == Stage::Main {
        life.stage = Stage::Ending;
    }
}

/// Ctrl-C has come: no more children, and whoever waits for one stays where it is.
pub(crate) fn interrupt() {
    let _no_start_is_on_its_way = starting();
    life().stage = Stage::Interrupted;
    PROGRAM.changed.notify_all();
}

pub(crate) fn stage() -> Stage {
    life().stage
}

/// What to do where there is no main.
pub(crate) const IN_A_TEST: &str =
    "the main of a test program belongs to the test harness, and a child is its own program started \
     again. Test the functions by themselves, or start the whole program: in a file in tests/, \
     `std::process::Command::new(env!(\"CARGO_BIN_EXE_name-of-the-program\"))`";

/// The test harness gives every test a thread of its own, whose name is that of the test.
pub(crate) fn is_main_thread() -> bool {
    thread::current().name() == Some("main")
}

/// # Panics
///
/// When a child could not be looked after, because main has ended or has let go of its guard, or
/// when this process may have none.
#[track_caller]
pub(crate) fn assert_may_have_children() {
    match stage() {
        Stage::BeforeGuard => panic!(
            "main_guard! is missing: make `let _main = util::main_guard!();` the first line of main"
        ),
        Stage::Ending => panic!(
            "main_guard! is no longer held: bind it to a name, `let _main = util::main_guard!(…)`, which lives until main ends"
        ),
        Stage::Main | Stage::Interrupted => {}
    }
    assert!(!identity().daemon, "daemonic processes are not allowed to have children");
}

/// What `main_guard!` lists; `None` before it.
pub(crate) fn targets() -> Option<&'static Targets> {
    PROGRAM.targets.get()
}

/// Who this process is. A child does not know before its guard.
pub(crate) fn identity() -> &'static CurrentProcess {
    PROGRAM.child.get().unwrap_or_else(|| PROGRAM.main.get_or_init(CurrentProcess::main))
}

/// A child learns who it is.
pub(crate) fn set_identity(identity: CurrentProcess) {
    PROGRAM.child.set(identity).expect("a child meets its orders once");
}

/// What a child is told of its parent, when the parent is this process and this thread starts it.
pub(crate) fn as_parent() -> Parent {
    #[cfg(target_os = "linux")]
    let by_main_thread = nix::unistd::gettid() == nix::unistd::getpid();
    // Elsewhere it makes no difference.
    #[cfg(not(target_os = "linux"))]
    let by_main_thread = false;
    Parent { id: std::process::id(), name: identity().name.clone(), by_main_thread }
}

/// The path of the next child.
pub(crate) fn next_path() -> Vec<u32> {
    let number = PROGRAM.named.fetch_add(1, Ordering::Relaxed) + 1;
    [identity().path.as_slice(), &[number]].concat()
}

/// The name that CPython gives to a child with this path.
pub(crate) fn default_name(kind: &str, path: &[u32]) -> String {
    let path: Vec<String> = path.iter().map(u32::to_string).collect();
    format!("{kind}-{}", path.join(":"))
}

/// Has what was printed so far leave this process.
pub(crate) fn flush() -> Flush {
    PROGRAM.flusher.begin()
}

/// Holds off whoever would end the children, until a child that is being started is on the list.
pub(crate) fn starting() -> MutexGuard<'static, ()> {
    lock(&PROGRAM.starting)
}

/// Puts a child on the list.
pub(crate) fn add(child: Arc<Started>) {
    life().children.push(child);
}

/// Sees to Ctrl-C in main. A child leaves it to its parent.
pub(crate) fn see_to_ctrl_c(handle: impl FnOnce() -> bool) {
    if handle() {
        life().ctrl_c = CtrlC::Handled;
    }
}

/// The children that are not known to have ended.
pub(crate) fn children() -> Vec<Arc<Started>> {
    life().children.clone()
}

/// A child has ended.
pub(crate) fn forget(child: &Started) {
    life().children.retain(|other| !std::ptr::eq(other.as_ref(), child));
}

/// Gives a Ctrl-C that has ended a child the time to reach this process, too.
///
/// When it does not come, somebody has sent a signal to that child alone.
pub(crate) fn wait_for_ctrl_c() {
    let life = life();
    if life.ctrl_c == CtrlC::Handled {
        let grace = Duration::from_millis(250);
        let interrupted = |life: &mut Life| life.stage != Stage::Interrupted;
        drop(PROGRAM.changed.wait_timeout_while(life, grace, interrupted));
    }
}

/// Once Ctrl-C has come, the calling thread stays here until the program ends.
pub(crate) fn stay_if_interrupted() {
    while stage() == Stage::Interrupted {
        thread::park();
    }
}
