//! The processes of any program, unchanged: a tracer lets one task at a time go on.
//!
//! Linux on x86-64; elsewhere [`Processes::new`] says so. A *task* is a process or one of its threads,
//! and an actor to the search. Every call that could wait is held at its entry and let through only when
//! it need not wait: so nothing sleeps in the kernel, and there is no guess whether all is quiet.
//!
//! Choices are: to print, to end, to send a signal to a living process, to wait for any of several
//! children, to look whether one has ended, to look at a pipe or to wait for one of several, to ask for the
//! parent while it lives, to use memory or a semaphore that several processes have, to begin as a thread of
//! a process; and the end of a sleep, as [`Sleeps`] says. All else happens as soon as it can.
//!
//! # Layout
//!
//! * here: the world
//! * `run`: one run after another
//! * [`command`]: the answer to a question about a program
//! * [`lessons`]: the lessons about processes, and how each is run
//! * `system`: the processes of a run
//! * `held`: what a task is held before
//! * `code`: what an instruction does to memory; `arguments`: how many arguments a call has
//! * `touches`: the names of what is touched
//! * `watch`: looks after the one task that runs
//! * `os`: the crate `tracer` as this world needs it

use std::collections::{BTreeSet, HashMap};
use std::ffi::OsString;
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use crate::prints::Prints;
use crate::step::Actor;
use crate::world::{Actors, Fault, Plan, Run, World};

#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
mod arguments;
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
mod code;
pub mod command;
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
mod held;
pub mod lessons;
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
mod os;
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
mod run;
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
mod system;
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
mod touches;
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
mod watch;

/// What a sleep promises.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sleeps {
    /// It ends when nothing else can go on, the shortest first: what one sees.
    #[default]
    Instant,
    /// Sleeps end in the order of their times; how much else happens before is open.
    Ordered,
    /// Nothing: others may have done any number of steps when it ends, or none. What holds here is
    /// certain.
    Any,
}

impl Sleeps {
    /// Its name on the command line and in data.
    pub fn name(self) -> &'static str {
        match self {
            Sleeps::Instant => "instant",
            Sleeps::Ordered => "ordered",
            Sleeps::Any => "any",
        }
    }
}

/// How a program is run.
#[derive(Clone, Debug)]
pub struct Options {
    /// What a sleep promises.
    pub sleeps: Sleeps,
    /// After so many prints nothing more is printed, and the program is at its
    /// [end](crate::world::End::Bounded): for one that has no end of its own.
    pub prints: Option<usize>,
    /// After so many steps a run is cut off.
    pub steps: usize,
    /// Whether every order is tried in which processes come to what several of them use at the same
    /// time: memory, locks in it, a pipe with several readers or writers. So which worker of a pool
    /// gets which task. If not, who could go first did, and the run says
    /// [so](crate::world::Caveat::Contended).
    pub contended: bool,
    /// Whether what a function of the C library does to a semaphore is one step. If not, each of its
    /// accesses to memory is one, as elsewhere: what the reduction is held against.
    pub whole_operations: bool,
    /// Whether each call for a pipe that several processes have is a step. If not, only those are of
    /// which somebody could notice when they come: what that is held against.
    pub each_call: bool,
    /// The file that the program reads from stdin. It reads nothing where there is none.
    pub stdin: Option<PathBuf>,
    /// Set when somebody has asked to stop, as with Ctrl-C.
    pub interrupt: Arc<AtomicBool>,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            sleeps: Sleeps::default(),
            prints: None,
            steps: 1000,
            contended: true,
            whole_operations: true,
            each_call: false,
            stdin: None,
            interrupt: Arc::default(),
        }
    }
}

/// What is known from one run to the next: which number a task has, by its place in the tree, the same in
/// every run, whoever was born first; and what somebody could notice of pipes.
#[derive(Debug, Default)]
#[cfg_attr(
    not(all(target_os = "linux", target_arch = "x86_64")),
    expect(dead_code, reason = "processes are searched on Linux")
)]
struct Names {
    numbers: HashMap<String, Actor>,
    names: Vec<String>,
    /// The threads of which it is a choice when they begin. See `system::births`.
    noticed: BTreeSet<String>,
    /// The tasks that in some run have looked at the same again and again. See `system::looks`.
    spin: BTreeSet<String>,
    pipes: HashMap<String, Known>,
}

/// What is known of a pipe.
#[derive(Debug, Default)]
#[cfg_attr(
    not(all(target_os = "linux", target_arch = "x86_64")),
    expect(dead_code, reason = "processes are searched on Linux")
)]
struct Known {
    /// Nobody was left to read from it, in some run, while something was in it or was still to be
    /// written. To close an end for reading of another pipe is no choice.
    left: bool,
    /// A look at it could have come before the last one closed an end, and after it. To close an end for
    /// writing of another pipe is no choice.
    looked_at: bool,
    /// So much was written to it, in some run, that there might be no room, and somebody looks whether
    /// there is.
    filled: bool,
    /// The processes that in some run have written to it, or read from it, or looked at what is in it
    /// without waiting. To write or read is a choice where another process does one of these.
    users: [BTreeSet<String>; 3],
}

/// What a process does with a pipe.
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Usage {
    Writes,
    Reads,
    Looks,
}

impl Names {
    fn actor(&mut self, name: &str) -> Actor {
        if let Some(actor) = self.numbers.get(name) {
            return *actor;
        }
        self.numbers.insert(name.to_string(), self.names.len());
        self.names.push(name.to_string());
        self.names.len() - 1
    }

    fn len(&self) -> usize {
        self.names.len()
    }

    /// Notes that a process uses a pipe. Whether that is a reason to begin again: from now on more is a
    /// choice.
    #[cfg(all(target_os = "linux", target_arch = "x86_64"))]
    fn uses(&mut self, process: &str, pipe: &str, usage: Usage) -> bool {
        if !self.known(pipe).users[usage as usize].insert(process.to_string()) {
            return false;
        }
        let becomes: &[Usage] = match usage {
            Usage::Looks => &[Usage::Writes, Usage::Reads],
            _ => &[usage],
        };
        becomes.iter().any(|&usage| self.others_use(process, pipe, usage))
    }

    /// Whether another process than this one uses a pipe in this way in some run.
    #[cfg(all(target_os = "linux", target_arch = "x86_64"))]
    fn others_use(&self, process: &str, pipe: &str, usage: Usage) -> bool {
        let users = self.pipes.get(pipe).map(|known| &known.users[usage as usize]);
        users.is_some_and(|users| users.iter().any(|user| user != process))
    }

    /// What is known of a pipe, to learn more of it.
    #[cfg(all(target_os = "linux", target_arch = "x86_64"))]
    fn known(&mut self, pipe: &str) -> &mut Known {
        self.pipes.entry(pipe.to_string()).or_default()
    }

    /// Whether something is known of a pipe.
    #[cfg(all(target_os = "linux", target_arch = "x86_64"))]
    fn is(&self, pipe: &str, what: impl Fn(&Known) -> bool) -> bool {
        self.pipes.get(pipe).is_some_and(what)
    }
}

/// A program that starts processes.
#[derive(Debug)]
#[cfg_attr(
    not(all(target_os = "linux", target_arch = "x86_64")),
    expect(dead_code, reason = "processes are searched on Linux")
)]
pub struct Processes {
    sleeps: Sleeps,
    prints: Rc<Prints>,
    #[cfg(all(target_os = "linux", target_arch = "x86_64"))]
    inner: run::Program,
}

impl Processes {
    /// The program of this command, the first word of which is looked for as a shell would.
    ///
    /// # Errors
    ///
    /// On another system than Linux on x86-64, and where there is no pseudo-terminal to be had.
    pub fn new(command: Vec<OsString>, options: Options) -> Result<Processes, Fault> {
        #[cfg(all(target_os = "linux", target_arch = "x86_64"))]
        return Ok(Processes {
            sleeps: options.sleeps,
            prints: Rc::default(),
            inner: run::Program::new(command, options)?,
        });
        #[cfg(not(all(target_os = "linux", target_arch = "x86_64")))]
        {
            let _ = (command, options, Names::default().actor(""), Names::default().len());
            Err(Fault::Unmodelled(crate::world::Unmodelled::System))
        }
    }

    /// Has each run that is told say where in the program's source something is printed.
    #[must_use]
    pub fn with_prints(self, prints: Rc<Prints>) -> Processes {
        Processes { prints, ..self }
    }
}

impl World for Processes {
    fn run(&mut self, plan: &Plan) -> Result<Run, Fault> {
        #[cfg(all(target_os = "linux", target_arch = "x86_64"))]
        return self.inner.run(plan).map(|mut run| {
            if let Some(details) = &mut run.details {
                self.prints.tell(details);
            }
            run
        });
        #[cfg(not(all(target_os = "linux", target_arch = "x86_64")))]
        unreachable!("there is no program here: {plan:?}")
    }

    fn actors(&self) -> Actors {
        Actors::Processes(match self.sleeps {
            Sleeps::Instant => "instant",
            Sleeps::Ordered => "ordered",
            Sleeps::Any => "any",
        })
    }
}

/// Whether a program's text says that it starts processes, so that it is to be searched here.
pub fn starts_processes(source: &str) -> bool {
    let words = [
        "import multiprocessing",
        "from multiprocessing",
        "import subprocess",
        "from subprocess",
        "os.fork",
        "ProcessPoolExecutor",
        "util::Process",
        "util::Pool",
        "main_guard!",
        "process::Command",
        "process::{Command",
        "process::{self, Command",
        "unistd::fork",
        "unistd::{ForkResult, fork",
    ];
    words.iter().any(|word| source.contains(word))
}
