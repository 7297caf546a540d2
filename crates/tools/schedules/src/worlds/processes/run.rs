//! One run of a program after another.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::path::Path;
use std::process::Command;

use tracer::filter::Filter;
use tracer::start::{Launch, NotStarted};

use super::os;
use super::system::System;
use super::system::memory::Learned;
use super::watch::Watch;
use super::{Names, Options};
use crate::step::Actor;
use crate::world::{Caveat, Details, End, Fault, Finish, Plan, Run, Then, Unmodelled};

/// What makes a Python program print whole lines, and do the same each time.
const ENVIRONMENT: &[(&str, Option<&str>)] = &[
    ("PYTHONHASHSEED", Some("0")),
    ("PYTHONDONTWRITEBYTECODE", Some("1")),
    // It would make two writes of each print.
    ("PYTHONUNBUFFERED", None),
];

/// A terminal that nobody sees: what is written to it is taken from the writer's memory.
#[derive(Debug)]
struct Terminal {
    /// Kept open: with nobody behind it, a terminal is hung up.
    _master: OwnedFd,
    slave: OwnedFd,
    path: String,
}

impl Terminal {
    fn open() -> io::Result<Terminal> {
        let pty = nix::pty::openpty(None, None)?;
        let path = fs::read_link(format!("/proc/self/fd/{}", pty.slave.as_raw_fd()))?;
        // No process of the program may have these two but as its output.
        for fd in [&pty.master, &pty.slave] {
            nix::fcntl::fcntl(fd, nix::fcntl::FcntlArg::F_SETFD(nix::fcntl::FdFlag::FD_CLOEXEC))?;
        }
        Ok(Terminal {
            _master: pty.master,
            slave: pty.slave,
            path: path.to_string_lossy().into_owned(),
        })
    }
}

#[derive(Debug)]
pub(super) struct Program {
    command: Vec<OsString>,
    options: Options,
    names: Names,
    learned: Learned,
    terminal: Terminal,
    errors: Terminal,
    filter: Filter,
    watch: Watch,
}

impl Program {
    pub(super) fn new(mut command: Vec<OsString>, options: Options) -> Result<Program, Fault> {
        let failed = |error: io::Error| Fault::Unmodelled(Unmodelled::NoTerminal((&error).into()));
        let no_command = Fault::Unmodelled(Unmodelled::NoCommand);
        let first = command.first_mut().ok_or(no_command)?;
        // Orphans that were killed come to this process, which reaps them.
        nix::sys::prctl::set_child_subreaper(true).map_err(|error| failed(error.into()))?;
        if let Some(python) = interpreter(first) {
            *first = python;
        }
        Ok(Program {
            command,
            watch: Watch::begin(options.interrupt.clone()),
            options,
            names: Names::default(),
            learned: Learned::default(),
            terminal: Terminal::open().map_err(failed)?,
            errors: Terminal::open().map_err(failed)?,
            filter: os::filter(),
        })
    }

    /// What the program reads from stdin, from its beginning.
    fn input(&self) -> Result<OwnedFd, Fault> {
        let path = self.options.stdin.as_deref().unwrap_or(Path::new("/dev/null"));
        let opened = fs::File::open(path);
        let opened = opened.map_err(|error| {
            Fault::Unmodelled(Unmodelled::NoInput(path.to_path_buf(), (&error).into()))
        })?;
        Ok(opened.into())
    }

    fn start(&self) -> Result<i32, Fault> {
        let input = self.input()?;
        let launch = Launch::new(&self.command, &self.filter)
            .standard([input.as_fd(), self.terminal.slave.as_fd(), self.errors.slave.as_fd()])
            .environment(ENVIRONMENT)
            .own_session()
            .fixed_addresses();
        let name = self.command[0].to_string_lossy().into_owned();
        launch.start().map(nix::unistd::Pid::as_raw).map_err(|error| {
            Fault::Unmodelled(match error {
                NotStarted::Untraceable(_) => Unmodelled::Untraceable(name),
                NotStarted::Failed(error) => match error.kind() {
                    io::ErrorKind::NotFound => Unmodelled::NotFound(name),
                    io::ErrorKind::PermissionDenied => Unmodelled::NotAProgram(name),
                    _ => Unmodelled::DoesNotStart(name, (&error).into()),
                },
            })
        })
    }

    pub(super) fn run(&mut self, plan: &Plan) -> Result<Run, Fault> {
        loop {
            let run = self.run_once(plan)?;
            // What was learned changes nothing of a plan that says nothing.
            if run.finish != Finish::Again || !plan.schedule.is_empty() {
                return Ok(run);
            }
        }
    }

    fn run_once(&mut self, plan: &Plan) -> Result<Run, Fault> {
        if self.options.interrupt.load(std::sync::atomic::Ordering::SeqCst) {
            return Err(Fault::Interrupted);
        }
        let pid = self.start()?;
        let places = (self.terminal.path.as_str(), self.errors.path.as_str());
        let (names, learned) = (&mut self.names, &mut self.learned);
        let mut system =
            System::new(pid, &self.options, names, learned, &self.watch, places, plan.detailed);
        let mut then = plan.then.clone();
        let mut latest: Actor = 0;
        let (finish, able) = loop {
            system.settle()?;
            if system.again {
                break (Finish::Again, Vec::new());
            }
            let (able, quiet) = system.able();
            let actors: Vec<Actor> = able.iter().map(|(actor, _)| *actor).collect();
            if able.is_empty() {
                let end = match system.exit_code() {
                    _ if system.is_full() => End::Bounded(self.options.prints.unwrap_or(0)),
                    _ if !system.is_over() => End::Deadlock,
                    Some(0) | None => End::Returned,
                    Some(code) => End::Exited(code),
                };
                break (Finish::Ended(end), actors);
            }
            let step = system.moves.len();
            if step >= self.options.steps {
                break (Finish::Ended(End::CutOff(step)), actors);
            }
            let chosen = match plan.schedule.get(step) {
                Some(planned) if actors.contains(planned) => *planned,
                Some(_) => break (Finish::Diverged, actors),
                None => match choose(&mut then, &system, &actors, latest) {
                    Ok(chosen) => chosen,
                    Err(finish) => {
                        if finish == Finish::Planned && system.looks_on() {
                            system.caveats.insert(Caveat::BoundedWait);
                        }
                        break (finish, actors);
                    }
                },
            };
            latest = chosen;
            let (_, task) = able[actors.iter().position(|&able| able == chosen).expect("it is")];
            system.take(task, actors, quiet);
        };
        let standing = system.standing();
        let actors = system.lives();
        let things = system.things();
        let told = system.told();
        let output = system.named(&system.output);
        let errors = system.errors();
        let aside = system.aside();
        let run = Run {
            moves: std::mem::take(&mut system.moves),
            actors,
            output,
            errors,
            finish,
            able,
            standing,
            caveats: system.caveats.iter().copied().collect(),
            ..Run::default()
        };
        drop(system);
        let details = told.map(|(steps, next)| Details {
            steps,
            next,
            names: self.names.names.iter().cloned().map(Some).collect(),
            things,
            aside,
        });
        Ok(Run { details, ..run })
    }
}

fn choose(
    then: &mut Then,
    system: &System<'_>,
    able: &[Actor],
    latest: Actor,
) -> Result<Actor, Finish> {
    let go_on = |able: &[Actor]| {
        let next = able.iter().find(|&&actor| actor > latest);
        let same = able.iter().find(|&&actor| actor == latest);
        *if system.paused { next } else { same }.unwrap_or(&able[0])
    };
    match then {
        Then::Stop => Err(Finish::Planned),
        Then::UntilAsked if able.len() > 1 => Err(Finish::Planned),
        // Who looks again and again would go on so for ever.
        Then::Straight if system.looks_on() && able.len() > 1 => Err(Finish::Planned),
        Then::Straight if !able.contains(&latest) => Err(Finish::Planned),
        Then::Straight => Ok(latest),
        Then::UntilAsked | Then::GoOn => Ok(go_on(able)),
        Then::Awake(sleepers) => {
            if let Some(step) = system.moves.last() {
                sleepers.wake(step.actor, &step.touches);
            }
            let awake: Vec<Actor> =
                able.iter().copied().filter(|actor| !sleepers.contains(*actor)).collect();
            if awake.is_empty() { Err(Finish::Asleep) } else { Ok(go_on(&awake)) }
        }
        Then::Random(state) => {
            let random = crate::search::random::next(state);
            Ok(able[(random % able.len() as u64) as usize])
        }
    }
}

/// The Python that a command like `python3` starts in the end: what it finds on the way may be a script,
/// and would be searched too.
fn interpreter(command: &OsStr) -> Option<OsString> {
    let name = Path::new(command).file_name()?.to_str()?;
    if !name.starts_with("python") {
        return None;
    }
    let told = Command::new(command)
        .args(["-c", "import sys; print(sys.executable, end='')"])
        .output()
        .ok()?;
    let path = String::from_utf8(told.stdout).ok()?;
    (told.status.success() && !path.is_empty()).then(|| path.into())
}
